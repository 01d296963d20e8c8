"""Sessions and tickets of the console, on a server that has it."""

from __future__ import annotations

import base64
from typing import Any

from heliograph.domain import console
from heliograph.domain.tenants import AccountCaller, Session, session_of
from heliograph.server.auth.refusals import AccessDenied, AuthenticationFailed, Reason
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.console import (
    ConsoleSession,
    ConsoleSessionListResponse,
    SignInBody,
    SignInResponse,
    TicketCreateBody,
    TicketResponse,
)
from heliograph.wire.operations import Scope
from heliograph.wire.paths import NoPath, SessionPath
from heliograph.wire.table.console import (
    CREATE_CONSOLE_SESSION,
    CREATE_CONSOLE_TICKET,
    DELETE_OWN_CONSOLE_SESSION,
    GET_OWN_CONSOLE_SESSION,
    LIST_CONSOLE_SESSIONS,
    REVOKE_CONSOLE_SESSION,
)

_NO_SESSION = "This credential is not a session"
_NO_TICKETS = "A ticket needs a key or a session"


@handles(CREATE_CONSOLE_SESSION)
async def sign_in(request: Request[NoPath, SignInBody]) -> SignInResponse:
    request.response_headers["cache-control"] = "no-store"
    with request.sign_ins.attempt(request.client_address):
        if request.body.ticket is None:
            caller = await request.context.auth.caller(_basic(request.body))
            return await console.sign_in(request.store, caller, request.body.name)
        signed_in = await console.redeem(request.store, request.body.ticket, request.body.name)
        if signed_in is None:
            raise AuthenticationFailed(Reason.INVALID_TICKET)
        return signed_in


@handles(GET_OWN_CONSOLE_SESSION)
async def get_own(request: Request[NoPath, None]) -> ConsoleSession:
    return await console.get(request.store, _session(request).id)


@handles(DELETE_OWN_CONSOLE_SESSION)
async def sign_out(request: Request[NoPath, None]) -> Empty:
    await console.end(request.store, _session(request).id)
    request.after_session_end()
    return Empty()


@handles(LIST_CONSOLE_SESSIONS)
async def list_sessions(request: Request[NoPath, None]) -> ConsoleSessionListResponse:
    found = await console.page(request.store, _app_id(request), request.page)
    meta, links = request.meta_and_links(found)
    return ConsoleSessionListResponse(sessions=found.records, meta=meta, links=links)


@handles(REVOKE_CONSOLE_SESSION)
async def revoke(request: Request[SessionPath, None]) -> Empty:
    await console.revoke(request.store, _app_id(request), request.path.session_id)
    request.after_session_end()
    return Empty()


@handles(CREATE_CONSOLE_TICKET)
async def create_ticket(request: Request[NoPath, TicketCreateBody]) -> TicketResponse:
    own, body = _app_id(request), request.body
    scheme = request.headers[b"authorization"].strip().partition(b" ")[0].lower()
    if session_of(request.caller) is None and scheme != b"basic":
        raise AccessDenied(Reason.TOKEN_FOR_TICKET, _NO_TICKETS, key_id=request.caller.key_id)
    if own is not None and body.app_id not in (None, own):
        raise AccessDenied(Reason.WRONG_APP, key_id=request.caller.key_id)
    request.response_headers["cache-control"] = "no-store"
    return await console.create_ticket(request.store, request.caller.key_id, own or body.app_id, body)


def _basic(body: SignInBody) -> bytes:
    return b"Basic " + base64.b64encode(f"{body.key_id}:{body.secret}".encode())


def _session(request: Request[NoPath, None]) -> Session:
    if (session := session_of(request.caller)) is None:
        raise AccessDenied(Reason.NOT_A_SESSION, _NO_SESSION, key_id=request.caller.key_id)
    return session


def _app_id(request: Request[Any, Any]) -> str | None:
    """The app of the caller; None for one with access to every app.

    Raises:
        Forbidden: the caller has a JWT of an account key with a lower scope.
    """
    if not isinstance(request.caller, AccountCaller):
        assert request.app_tenant is not None
        return request.app_tenant.app_id
    if request.caller.scope < Scope.ACCOUNT:
        raise AccessDenied(Reason.SCOPE_TOO_LOW, key_id=request.caller.key_id)
    return None
