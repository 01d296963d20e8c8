"""The verbs of the console: signing in with a key or a ticket, and the end of sessions."""

from __future__ import annotations

import contextlib
import hashlib
import secrets

from msgspec.structs import asdict

from heliograph import ids
from heliograph.domain.loading import load_app
from heliograph.domain.tenants import AccountCaller, Caller, IntegrationCaller
from heliograph.errors import Forbidden, NotFound, ServiceUnavailable, Unauthorized
from heliograph.settings import Settings
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import console
from heliograph.storage.rows.console import StoredSession, StoredTicket
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.console import ConsoleSession, SignInResponse, TicketCreateBody, TicketResponse
from heliograph.wire.paging import Page, Slice

TOKEN_PREFIX = "hgs_"
IDLE_MILLISECONDS = 12 * 3600 * 1000
_TICKET_PREFIX = "hgt_"
_ID_PREFIX = "ses_"
_RANDOM_BYTES = 32
_SESSION_MILLISECONDS = 30 * 24 * 3600 * 1000
_TICKET_SECONDS = 8 * 3600
_SEEN_MILLISECONDS = 60_000
"""Uses of a session within this time are recorded once."""
_INTEGRATION_KEY = "The key of an integration cannot sign in"


def offered(settings: Settings, *, sandbox_tools: bool) -> bool:
    """Whether this server has the console: by default if it has sandbox tools."""
    return sandbox_tools if settings.console == "auto" else settings.console == "yes"


async def sign_in(store: Store, caller: Caller, name: str) -> SignInResponse:
    """Begin a session of an operator, with the rights of the caller's key.

    Raises:
        Forbidden: it is the key of an integration.
    """
    if isinstance(caller, IntegrationCaller):
        raise Forbidden(_INTEGRATION_KEY)
    app_id = None if isinstance(caller, AccountCaller) else caller.app_id
    token = _random(TOKEN_PREFIX)
    source = StoredTicket("", caller.key_id, app_id, "operator", 0, 0)
    return _signed_in(await store.write(_begin, source, name, _digest(token)), token)


async def redeem(store: Store, ticket: str, name: str) -> SignInResponse | None:
    """Begin a session from a ticket, which is used up. None if the ticket is unknown, expired or used."""
    token = _random(TOKEN_PREFIX)
    session = await store.write(_redeem, _digest(ticket), name, _digest(token))
    return _signed_in(session, token) if session else None


async def _redeem(tx: Tx, digest: str, name: str, token_digest: str) -> StoredSession | None:
    ticket = await console.find_ticket(tx, digest)
    # An expired ticket is used up too.
    if ticket is None or not await console.use_ticket(tx, digest) or ticket.expires_at <= tx.now:
        return None
    return await _begin(tx, ticket, name, token_digest)


async def _begin(tx: Tx, source: StoredTicket, name: str, digest: str) -> StoredSession:
    expires_at = tx.now + _SESSION_MILLISECONDS
    session = StoredSession(
        ids.new(), digest, source.key_id, source.app_id, source.role, name, tx.now, tx.now, expires_at
    )
    await console.add(tx, session)
    return session


async def use(store: Store, token: str) -> StoredSession | None:
    """The session with this token, whose use is recorded; None if it does not exist or has ended."""
    session = await store.read(console.find, _digest(token))
    now = times.now()
    if session is None or session.expires_at <= now or session.seen_at <= now - IDLE_MILLISECONDS:
        return None
    if session.seen_at <= now - _SEEN_MILLISECONDS:
        # Sessions can read while the database cannot be written.
        with contextlib.suppress(ServiceUnavailable):
            await store.write(console.touch, session.id)
    return session


async def get(store: Store, session_id: str) -> ConsoleSession:
    """A session by the id of its row.

    Raises:
        Unauthorized: it has just ended.
    """
    session = await store.read(console.get, session_id)
    if session is None:
        raise Unauthorized
    return _to_api(session)


async def page(store: Store, app_id: str | None, page: Page) -> Slice[ConsoleSession]:
    """A page of the sessions of an app, or of all, oldest first."""
    now = times.now()
    found = await store.read(console.page, app_id, now, now - IDLE_MILLISECONDS, page)
    first, last = (found.records[0].id, found.records[-1].id) if found.records else (None, None)
    return Slice([_to_api(one) for one in found.records], found.precedes, found.follows, first, last)


async def end(store: Store, session_id: str) -> None:
    """End a session by the id of its row."""
    await store.write(console.remove, session_id)


async def revoke(store: Store, app_id: str | None, session_id: str) -> None:
    """End a session of an app, or any, by the id that responses show.

    Raises:
        NotFound: it does not exist.
    """
    await store.write(_revoke, app_id, session_id)


async def _revoke(tx: Tx, app_id: str | None, session_id: str) -> None:
    prefix, _, row_id = session_id.rpartition("_")
    session = await console.get(tx, row_id) if f"{prefix}_" == _ID_PREFIX else None
    if session is None or app_id not in (None, session.app_id):
        raise NotFound
    await console.remove(tx, session.id)


async def create_ticket(store: Store, key_id: str, app_id: str | None, body: TicketCreateBody) -> TicketResponse:
    """Create a ticket with the rights of a key in an app, or in all apps.

    Raises:
        AppNotFound: the app does not exist.
    """
    ticket = _random(_TICKET_PREFIX)
    stored = StoredTicket(_digest(ticket), key_id, app_id, body.role, 0, 0)
    await store.write(_create_ticket, stored, body.expires_in_seconds or _TICKET_SECONDS)
    return TicketResponse(
        ticket=ticket, role=body.role, expires_at=times.to_text(stored.expires_at), app_id=stored.app_id
    )


async def _create_ticket(tx: Tx, ticket: StoredTicket, seconds: int) -> None:
    if ticket.app_id is not None:
        await load_app(tx, ticket.app_id, lock=Lock.KEEP)
    ticket.created_at, ticket.expires_at = tx.now, tx.now + seconds * 1000
    await console.add_ticket(tx, ticket)


def _random(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def _digest(text: str) -> str:
    # Tokens and tickets have 256 random bits, so an attacker who reads digests cannot find them.
    return hashlib.sha256(text.encode()).hexdigest()


def shown_id(session_id: str) -> str:
    """The id of a session as responses show it."""
    return _ID_PREFIX + session_id


def _to_api(session: StoredSession) -> ConsoleSession:
    return ConsoleSession(
        id=shown_id(session.id),
        name=session.name,
        role=session.role,
        key_id=session.key_id,
        app_id=session.app_id,
        created_at=times.to_text(session.created_at),
        last_seen_at=times.to_text(session.seen_at),
        expires_at=times.to_text(session.expires_at),
    )


def _signed_in(session: StoredSession, token: str) -> SignInResponse:
    return SignInResponse(**asdict(_to_api(session)), token=token)
