"""The operations of the sandbox tools, below `/heliograph/v1`. Only a server with `--sandbox-tools` has them."""

from __future__ import annotations

from heliograph.wire.apps import Empty
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import SANDBOX, A

# fmt: off
RESET_APP = Operation(
    "ResetApp", "POST", SANDBOX / "reset", "Sandbox", A,
    "Deletes everything in the app: users, conversations, integrations, events. Its keys and settings stay.",
    body=NO_BODY, response=Json(Empty),
)
# fmt: on

SANDBOX_TOOLS = operations_in(vars())
