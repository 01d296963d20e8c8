"""The operations of the sandbox tools, below `/heliograph/v1`. Only a server with `--sandbox-tools` has them."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.chaos import ChaosBody, ChaosResponse
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import SANDBOX, A
from heliograph.wire.requests import RequestListResponse
from heliograph.wire.sandbox import SandboxResponse

SANDBOX_TAG = "Sandbox"

# fmt: off
GET_SANDBOX = Operation(
    "GetSandbox", "GET", SANDBOX, SANDBOX_TAG, A,
    "Fetches the state of the sandbox: its version, its database, and problems that tests would notice.",
    body=NO_BODY, response=Json(SandboxResponse),
)
RESET_APP = Operation(
    "ResetApp", "POST", SANDBOX / "reset", SANDBOX_TAG, A,
    "Deletes everything in the app: users, conversations, integrations, events. Its keys and settings stay.",
    body=NO_BODY, response=Json(Empty),
)
LIST_REQUESTS = Operation(
    "ListRequests", "GET", SANDBOX / "requests", SANDBOX_TAG, A,
    "Lists the newest requests of the app with their responses, in the order of these, without bodies.",
    body=NO_BODY, response=Json(RequestListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("operation", "status"),
)
PUT_CHAOS = Operation(
    "PutChaos", "PUT", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Sets the rules by which requests, webhook calls and event streams of the app are disturbed.",
    body=Json(ChaosBody), response=Json(ChaosResponse), errors=(errors.BadRequest,),
)
GET_CHAOS = Operation(
    "GetChaos", "GET", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Fetches the rules of the app, with the numbers of their matches and hits.",
    body=NO_BODY, response=Json(ChaosResponse),
)
DELETE_CHAOS = Operation(
    "DeleteChaos", "DELETE", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Removes the rules of the app.",
    body=NO_BODY, response=Json(Empty),
)
# fmt: on

SANDBOX_TOOLS = operations_in(vars())
