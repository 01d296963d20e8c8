"""The operations of the sandbox tools, below `/heliograph/v1`. Only a server with `--sandbox-tools` has them."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.chaos import ChaosBody, ChaosResponse
from heliograph.wire.clock import ClockBody, ClockChangeResponse, ClockResponse
from heliograph.wire.formats import FILE, NO_BODY, Json, JsonOrAccepted
from heliograph.wire.inboxes import InboxCallListResponse, InboxListResponse, InboxResponse, InboxScriptBody
from heliograph.wire.operations import SandboxTool, operations_in
from heliograph.wire.paths import INBOX, SANDBOX, SNAPSHOT, SNAPSHOTS, A, C
from heliograph.wire.requests import RequestListResponse
from heliograph.wire.sandbox import SandboxResponse
from heliograph.wire.seeds import SeedBody, SeedExportResponse, SeedResponse
from heliograph.wire.snapshots import SnapshotBody, SnapshotListResponse, SnapshotResponse
from heliograph.wire.triggers import EventExampleResponse, TriggerBody, TriggerResponse

SANDBOX_TAG = "Sandbox"

# fmt: off
GET_SANDBOX = SandboxTool(
    "GetSandbox", "GET", SANDBOX, SANDBOX_TAG, A,
    "Fetches the state of the sandbox: its version, its database, and problems that tests would notice.",
    body=NO_BODY, response=Json(SandboxResponse),
)
RESET_APP = SandboxTool(
    "ResetApp", "POST", SANDBOX / "reset", SANDBOX_TAG, A,
    "Returns the app to its seed, with the same ids and secrets, or deletes everything in it. Its keys stay.",
    body=NO_BODY, response=Json(Empty),
)
SEED_APP = SandboxTool(
    "SeedApp", "PUT", SANDBOX / "seed", SANDBOX_TAG, A,
    "Creates the users, conversations, messages and integrations of a seed that the app lacks.",
    body=Json(SeedBody), response=Json(SeedResponse),
)
EXPORT_SEED = SandboxTool(
    "ExportSeed", "GET", SANDBOX / "seed", SANDBOX_TAG, A,
    "Returns a seed of what is in the app, without ids and secrets.",
    body=NO_BODY, response=Json(SeedExportResponse),
)
LIST_REQUESTS = SandboxTool(
    "ListRequests", "GET", SANDBOX / "requests", SANDBOX_TAG, A,
    "Lists the newest requests of the app with their responses, in the order of these, without bodies.",
    body=NO_BODY, response=Json(RequestListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("operation", "status"),
)
LIST_INBOXES = SandboxTool(
    "ListInboxes", "GET", SANDBOX / "inboxes", SANDBOX_TAG, A,
    "Lists the inboxes of the app that were called or have a script, by name.",
    body=NO_BODY, response=Json(InboxListResponse),
)
GET_INBOX = SandboxTool(
    "GetInbox", "GET", INBOX, SANDBOX_TAG, A,
    "Fetches an inbox: its URL, its script, and the step for its next call. One that was never called responds with "
    "status 200.",
    body=NO_BODY, response=Json(InboxResponse), errors=(errors.BadRequest,),
)
SET_INBOX_SCRIPT = SandboxTool(
    "SetInboxScript", "PUT", INBOX / "script", SANDBOX_TAG, A,
    "Sets the script of an inbox, which begins with its first step.",
    body=Json(InboxScriptBody), response=Json(InboxResponse), errors=(errors.BadRequest,),
)
LIST_INBOX_CALLS = SandboxTool(
    "ListInboxCalls", "GET", INBOX / "calls", SANDBOX_TAG, A,
    "Lists the calls that an inbox received, oldest first, with checks of each. With `wait`, an empty page is only "
    "returned if no call arrives within this time.",
    body=NO_BODY, response=Json(InboxCallListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("path", "eventType", "status"), query=("wait",), reveals_secrets=("x-api-key", "authorization"),
)
CLEAR_INBOX_CALLS = SandboxTool(
    "ClearInboxCalls", "DELETE", INBOX / "calls", SANDBOX_TAG, A,
    "Deletes the calls of an inbox. Its script continues.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest,),
)
TRIGGER_EVENT = SandboxTool(
    "TriggerEvent", "POST", SANDBOX / "trigger", SANDBOX_TAG, A,
    "Sends an example of an event, with fields of your choice, to the receivers that `to` names.",
    body=Json(TriggerBody), response=Json(TriggerResponse), status=201,
    errors=(errors.ConversationNotFound, errors.UserNotFound),
)
GET_EVENT_EXAMPLE = SandboxTool(
    "GetEventExample", "GET", SANDBOX / "trigger", SANDBOX_TAG, A,
    "Returns an example of the payload of an event, with new ids, and sends nothing.",
    body=NO_BODY, response=Json(EventExampleResponse), errors=(errors.BadRequest,), query=("type",), required=("type",),
)
PUT_CHAOS = SandboxTool(
    "PutChaos", "PUT", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Sets the rules by which requests, webhook calls and event streams of the app are disturbed.",
    body=Json(ChaosBody), response=Json(ChaosResponse), errors=(errors.BadRequest,),
)
GET_CHAOS = SandboxTool(
    "GetChaos", "GET", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Fetches the rules of the app, with the numbers of their matches and hits.",
    body=NO_BODY, response=Json(ChaosResponse),
)
DELETE_CHAOS = SandboxTool(
    "DeleteChaos", "DELETE", SANDBOX / "chaos", SANDBOX_TAG, A,
    "Removes the rules of the app.",
    body=NO_BODY, response=Json(Empty),
)
GET_CLOCK = SandboxTool(
    "GetClock", "GET", SANDBOX / "clock", SANDBOX_TAG, A,
    "Fetches the clock of the app.",
    body=NO_BODY, response=Json(ClockResponse),
)
SET_CLOCK = SandboxTool(
    "SetClock", "POST", SANDBOX / "clock", SANDBOX_TAG, A,
    "Moves the clock of the app forward over everything that is due, or lets it stand still. After 30 seconds, the "
    "status is 202, and another request can go on.",
    body=Json(ClockBody), response=JsonOrAccepted(ClockChangeResponse), errors=(errors.BadRequest,),
)
SAVE_SNAPSHOT = SandboxTool(
    "SaveSnapshot", "POST", SNAPSHOTS, SANDBOX_TAG, C,
    "Saves the database, all apps included, under a name. Replaces a snapshot of the same name.",
    body=Json(SnapshotBody), response=Json(SnapshotResponse), status=201,
)
LIST_SNAPSHOTS = SandboxTool(
    "ListSnapshots", "GET", SNAPSHOTS, SANDBOX_TAG, C,
    "Lists the snapshots by name.",
    body=NO_BODY, response=Json(SnapshotListResponse), errors=(errors.BadRequest,),
)
DELETE_SNAPSHOT = SandboxTool(
    "DeleteSnapshot", "DELETE", SNAPSHOT, SANDBOX_TAG, C,
    "Deletes a snapshot.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest, errors.SnapshotNotFound),
)
RESTORE_SNAPSHOT = SandboxTool(
    "RestoreSnapshot", "POST", SNAPSHOT / "restore", SANDBOX_TAG, C,
    "Returns the database to a snapshot, keys included. Requests that change something wait meanwhile.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest, errors.SnapshotNotFound),
)
EXPORT_SNAPSHOT = SandboxTool(
    "ExportSnapshot", "GET", SNAPSHOT / "file", SANDBOX_TAG, C,
    "Returns a snapshot as a SQLite database, with its master key in it.",
    body=NO_BODY, response=FILE, errors=(errors.BadRequest, errors.SnapshotNotFound),
)
IMPORT_SNAPSHOT = SandboxTool(
    "ImportSnapshot", "PUT", SNAPSHOT / "file", SANDBOX_TAG, C,
    "Adds an exported snapshot, of this server or another. Replaces one of the same name.",
    body=FILE, response=Json(SnapshotResponse), status=201, errors=(errors.BadRequest,),
)
# fmt: on

SANDBOX_TOOLS = operations_in(vars())
