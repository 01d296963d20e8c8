"""The operations by which people sign in to the console. Only a server with `--console` has them."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.console import (
    ConsoleSession,
    ConsoleSessionListResponse,
    SignInBody,
    SignInResponse,
    TicketCreateBody,
    TicketResponse,
)
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.operations import Credential, Operation, operations_in
from heliograph.wire.paths import CONSOLE, CONSOLE_SESSION, OWN_SESSION, A

CONSOLE_TAG = "Console"

# fmt: off
CREATE_CONSOLE_SESSION = Operation(
    "CreateConsoleSession", "POST", OWN_SESSION, CONSOLE_TAG, A,
    "Signs in with a key or a ticket. The token is a credential for the whole API: `Authorization: Bearer hgs_…`. "
    "After 10 failures from an address within a minute, sign-in from it is refused with status 429.",
    body=Json(SignInBody), response=Json(SignInResponse), status=201,
    errors=(errors.Unauthorized, errors.Forbidden, errors.RateLimited),
    credential=Credential.IGNORED, reveals_secrets=("token",),
)
GET_OWN_CONSOLE_SESSION = Operation(
    "GetOwnConsoleSession", "GET", OWN_SESSION, CONSOLE_TAG, A,
    "Fetches the session whose token the request has.",
    body=NO_BODY, response=Json(ConsoleSession),
)
DELETE_OWN_CONSOLE_SESSION = Operation(
    "DeleteOwnConsoleSession", "DELETE", OWN_SESSION, CONSOLE_TAG, A,
    "Signs out: ends the session whose token the request has.",
    body=NO_BODY, response=Json(Empty),
)
LIST_CONSOLE_SESSIONS = Operation(
    "ListConsoleSessions", "GET", CONSOLE / "sessions", CONSOLE_TAG, A,
    "Lists the sessions, oldest first: all of them with an account key, or those of its app with an app key.",
    body=NO_BODY, response=Json(ConsoleSessionListResponse), errors=(errors.InvalidPage,), paged=True,
)
REVOKE_CONSOLE_SESSION = Operation(
    "RevokeConsoleSession", "DELETE", CONSOLE_SESSION, CONSOLE_TAG, A,
    "Ends a session.",
    body=NO_BODY, response=Json(Empty), errors=(errors.NotFound,),
)
CREATE_CONSOLE_TICKET = Operation(
    "CreateConsoleTicket", "POST", CONSOLE / "tickets", CONSOLE_TAG, A,
    "Creates a ticket, with which one person can sign in once. Needs a key or a session, and no JWT: the session that "
    "is made from the ticket may outlive it. An account key may limit the ticket to an app.",
    body=Json(TicketCreateBody), response=Json(TicketResponse), status=201, errors=(errors.AppNotFound,),
    reveals_secrets=("ticket",),
)
# fmt: on

CONSOLE_OPERATIONS = operations_in(vars())
