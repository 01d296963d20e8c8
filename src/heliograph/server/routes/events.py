"""The stream of events: server-sent events for clients that webhooks cannot reach."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from heliograph.domain.events.full_users import show_full_users
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.storage.rows import stream
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.places import Places, places_of
from heliograph.storage.rows.stream import Cursor
from heliograph.storage.store import Store
from heliograph.wire.envelope import NO_WEBHOOK, call_body
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions import STREAM_EVENTS

_RECHECK_SECONDS = 1.0
"""How often the credential of a stream is checked while nothing happens."""
_QUIET_SECONDS = 15.0
_PAGE = 200
_NOTHING = b""

Stream = AsyncGenerator[bytes, None]
StreamRequest = Request[AppPath, None]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events of an app a stream has, and how it shows them."""

    store: Store
    app_id: str
    places: Places
    triggers: list[str]
    conversation_id: str | None
    include_full_user: bool


@handles(STREAM_EVENTS)
async def open_stream(request: Request[AppPath, None]) -> Stream:
    plain = request.query.plain
    if plain.get("includeFullUser", "false") not in ("true", "false"):
        raise BadRequest("includeFullUser should be true or false")
    app_id = request.tenant.app_id
    places = await request.store.read(places_of, app_id)
    selection = Selection(
        store=request.store,
        app_id=app_id,
        places=places,
        triggers=[one for one in plain.get("trigger", "").split(",") if one],
        conversation_id=plain.get("conversationId"),
        include_full_user=plain.get("includeFullUser") == "true",
    )
    return _parts(request, selection, await _cursor(request, places))


async def _cursor(request: StreamRequest, places: Places) -> Cursor:
    """Where the stream begins: now, or after `Last-Event-ID`."""
    given = request.headers.get(b"last-event-id")
    if given is None:
        return await request.store.read(stream.present, request.tenant.app_id)
    cursor = places.cursor(given.decode("latin-1"))
    if cursor is None:
        raise BadRequest("Last-Event-ID is not an id of this stream")
    return await request.store.read(stream.resumed, request.tenant.app_id, cursor)


async def _parts(request: StreamRequest, selection: Selection, cursor: Cursor) -> Stream:
    """The events after the cursor as they happen, until the server stops.

    Raises:
        ServiceUnavailable: the process, or the app, has as many streams as it may have.
        ApiError: the credential is no longer good. The client connects again, and goes on where it was or is refused.
    """
    streams = request.services.streams
    with streams.opened(selection.app_id) as woken:
        yield _place(selection.places, cursor)
        sent, looked = time.monotonic(), -_QUIET_SECONDS
        while not streams.closing:
            due = woken.is_set() or time.monotonic() - looked >= _QUIET_SECONDS  # the second in case a wake was missed
            woken.clear()
            # The key may have been removed since, or have come to its end.
            await request.recheck()
            part, cursor = await _next_part(selection, cursor) if due else (None, cursor)
            if part is not None:
                woken.set()  # there may be more
                sent = time.monotonic() if part else sent
                yield part
                continue
            looked = time.monotonic() if due else looked
            if time.monotonic() - sent >= _QUIET_SECONDS:
                sent = time.monotonic()
                yield b": still here\n\n"
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`, which may lose a cancellation before Python 3.12.
                async with asyncio.timeout(_RECHECK_SECONDS):
                    await woken.wait()
            yield _NOTHING


async def _next_part(selection: Selection, cursor: Cursor) -> tuple[bytes | None, Cursor]:
    """What comes after the cursor, and the cursor behind it; None at the end."""
    # On one snapshot: where the stream ends, and what there is up to there.
    found, behind = await selection.store.snapshot(stream.after, selection.app_id, cursor, _PAGE)
    if behind == cursor:
        return None, cursor
    shown = await _shown(selection, found)
    told = [_told(selection.places.text(place), event) for place, event in shown]
    # What is left out moves the cursor too, so that it is not looked at again.
    return b"".join([*told, _place(selection.places, behind)]) if found else _NOTHING, behind


async def _shown(selection: Selection, found: list[tuple[Cursor, StoredEvent]]) -> list[tuple[Cursor, StoredEvent]]:
    wanted = [(place, event) for place, event in found if _passes(selection, event)]
    if selection.include_full_user and wanted:
        await selection.store.read(show_full_users, selection.app_id, [event for _, event in wanted])
    return wanted


def _passes(selection: Selection, event: StoredEvent) -> bool:
    if selection.conversation_id is not None and event.conversation_id != selection.conversation_id:
        return False
    return not selection.triggers or event.type in selection.triggers or "*" in selection.triggers


def _place(places: Places, cursor: Cursor) -> bytes:
    return f"id: {places.text(cursor)}\n\n".encode()


def _told(place: str, event: StoredEvent) -> bytes:
    body = call_body(event.app_id, NO_WEBHOOK, event.id, event.type, event.created_at, event.payload)
    return f"id: {place}\nevent: {event.type}\ndata: ".encode() + body + b"\n\n"
