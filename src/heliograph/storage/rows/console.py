"""Sessions of the console, and tickets. Tokens and tickets are stored only as digests."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import astuple

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.paging import slice_of
from heliograph.wire.console import Role
from heliograph.wire.paging import Page, Slice


class StoredSession(Struct):
    """A row of `console_session`. Without an app, it has access to every app.

    `seen_at` is the time of its last use, with the precision of a minute.

    The fields are the columns, in this order.
    """

    id: str
    digest: str
    key_id: str
    app_id: str | None
    role: Role
    name: str
    created_at: int
    seen_at: int
    expires_at: int


class StoredTicket(Struct):
    """A row of `console_ticket`, which is valid until `expires_at`.

    The fields are the columns, in this order.
    """

    digest: str
    key_id: str
    app_id: str | None
    role: Role
    created_at: int
    expires_at: int


_SESSION = StoredSession.__struct_fields__
_TICKET = StoredTicket.__struct_fields__
_KEY_EXISTS = "EXISTS (SELECT 1 FROM api_key AS k WHERE k.id = key_id)"

_GOING_ON = f"console_session WHERE expires_at > $1 AND seen_at > $2 AND {_KEY_EXISTS}"


async def find(reader: Reader, digest: str) -> StoredSession | None:
    """The session whose token has this digest, or None."""
    row = await reader.get("console_session", _SESSION, ("digest",), (digest,))
    return StoredSession(*row) if row else None


async def get(reader: Reader, session_id: str) -> StoredSession | None:
    """The session, or None."""
    row = await reader.get("console_session", _SESSION, ("id",), (session_id,))
    return StoredSession(*row) if row else None


async def page(reader: Reader, app_id: str | None, now: int, idle_since: int, page: Page) -> Slice[StoredSession]:
    """A page of the sessions of an app, or of all, that have not ended, oldest first."""
    if app_id is None:
        rows = await slice_of(reader, _SESSION, _GOING_ON, (now, idle_since), page)
    else:
        rows = await slice_of(reader, _SESSION, f"{_GOING_ON} AND app_id = $3", (now, idle_since, app_id), page)
    return rows.holding([StoredSession(*row[:-1]) for row in rows.records])


async def add(tx: Tx, session: StoredSession) -> None:
    """Create the session."""
    await tx.insert("console_session", _SESSION, [astuple(session)])


async def touch(tx: Tx, session_id: str) -> None:
    """Record that the session is used now."""
    await tx.execute("UPDATE console_session SET seen_at = $1 WHERE id = $2 AND seen_at < $1", tx.now, session_id)


async def remove(tx: Tx, session_id: str) -> None:
    """Delete the session."""
    await tx.delete("console_session", ("id",), [(session_id,)])


async def add_ticket(tx: Tx, ticket: StoredTicket) -> None:
    """Create the ticket."""
    await tx.insert("console_ticket", _TICKET, [astuple(ticket)])


async def find_ticket(reader: Reader, digest: str) -> StoredTicket | None:
    """The ticket with this digest, or None."""
    row = await reader.get("console_ticket", _TICKET, ("digest",), (digest,))
    return StoredTicket(*row) if row else None


async def use_ticket(tx: Tx, digest: str) -> bool:
    """Delete the ticket; returns whether it existed. If several transactions use a ticket, only one succeeds."""
    return await tx.execute("DELETE FROM console_ticket WHERE digest = $1", digest) > 0


async def is_any_over(reader: Reader, now: int, idle_since: int) -> bool:
    """Whether `prune` would delete anything."""
    session = f"SELECT 1 FROM console_session WHERE expires_at <= $1 OR seen_at <= $2 OR NOT {_KEY_EXISTS} LIMIT 1"
    if await reader.row(session, now, idle_since) is not None:
        return True
    ticket = f"SELECT 1 FROM console_ticket WHERE expires_at <= $1 OR NOT {_KEY_EXISTS} LIMIT 1"
    return await reader.row(ticket, now) is not None


async def prune(tx: Tx, now: int, idle_since: int) -> None:
    """Delete sessions that have expired or were not used since `idle_since`, expired tickets, and the sessions and
    tickets of revoked keys."""
    over = f"expires_at <= $1 OR seen_at <= $2 OR NOT {_KEY_EXISTS}"
    await tx.execute(f"DELETE FROM console_session WHERE {over}", now, idle_since)
    await tx.execute(f"DELETE FROM console_ticket WHERE expires_at <= $1 OR NOT {_KEY_EXISTS}", now)


async def purge(tx: Tx, app_id: str) -> None:
    """Delete all sessions and tickets of a deleted app."""
    await tx.execute("DELETE FROM console_session WHERE app_id = $1", app_id)
    await tx.execute("DELETE FROM console_ticket WHERE app_id = $1", app_id)
