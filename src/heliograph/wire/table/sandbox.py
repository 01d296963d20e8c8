"""The operations of the sandbox tools, below `/heliograph/v1`. Only a server with `--sandbox-tools` has them."""

from __future__ import annotations

from heliograph.wire.apps import Empty
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import SANDBOX, A
from heliograph.wire.sandbox import SandboxResponse
from heliograph.wire.seeds import SeedBody, SeedExportResponse, SeedResponse

SANDBOX_TAG = "Sandbox"

# fmt: off
GET_SANDBOX = Operation(
    "GetSandbox", "GET", SANDBOX, SANDBOX_TAG, A,
    "Fetches the state of the sandbox: its version, its database, and problems that tests would notice.",
    body=NO_BODY, response=Json(SandboxResponse),
)
RESET_APP = Operation(
    "ResetApp", "POST", SANDBOX / "reset", SANDBOX_TAG, A,
    "Returns the app to its seed, with the same ids and secrets, or deletes everything in it. Its keys stay.",
    body=NO_BODY, response=Json(Empty),
)
SEED_APP = Operation(
    "SeedApp", "PUT", SANDBOX / "seed", SANDBOX_TAG, A,
    "Creates the users, conversations, messages and integrations of a seed that the app lacks.",
    body=Json(SeedBody), response=Json(SeedResponse),
)
EXPORT_SEED = Operation(
    "ExportSeed", "GET", SANDBOX / "seed", SANDBOX_TAG, A,
    "Returns a seed of what is in the app, without ids and secrets.",
    body=NO_BODY, response=Json(SeedExportResponse),
)
# fmt: on

SANDBOX_TOOLS = operations_in(vars())
