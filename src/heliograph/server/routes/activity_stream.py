"""The activity stream: recorded requests and events of an app, for the console."""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any

import msgspec

from heliograph.domain import event_records, recorded_requests
from heliograph.domain.tenants import session_of
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles
from heliograph.server.hidden_contents import hidden_by, reduced
from heliograph.server.http.request import Request
from heliograph.server.streams import Streams
from heliograph.server.tailing import EventParts, Tail, cursor_line, following
from heliograph.storage.rows import activity_stream, stream
from heliograph.storage.rows.cursors import CursorCodec, cursor_codec
from heliograph.storage.rows.event_records import StoredRecord
from heliograph.storage.rows.recorded_requests import StoredSummary
from heliograph.wire.activity_stream import ActivityBye, ActivityDropped, ActivityHello, ActivityReset
from heliograph.wire.base import Response
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.recorded_requests import STREAM_ACTIVITY

_HEARTBEAT_SECONDS = 20
_ONCE_SECONDS = 25.0
_PAGE = 100
_RETRY_MILLISECONDS = (250, 2_000)
"""The range of the random pause after a `bye`, so that the clients of a restarted server do not reconnect at once."""

_encode = msgspec.json.Encoder().encode


@handles(STREAM_ACTIVITY)
async def open_stream(request: Request[AppPath, None]) -> EventParts:
    once = request.query.plain.get("once")
    if once not in (None, "0", "1"):
        raise BadRequest("once should be 0 or 1")
    cursors = await request.store.read(cursor_codec, request.tenant.app_id)
    resumed = await _resumed(request, cursors)
    position = resumed or await _now(request)
    recording = request.context.unrecorded is not None
    cursor = cursors.encode(position)
    hello = _part("hello", ActivityHello(heartbeat=_HEARTBEAT_SECONDS, recording=recording), cursor)
    is_reset = resumed is None and b"last-event-id" in request.headers
    # The reset repeats the cursor, because a client may drop its cursor when it reads the reset.
    first = hello + _part("reset", ActivityReset(), cursor) if is_reset else hello
    parts = following(request, ActivityTail(request, cursors, position), first)
    return _once(parts, ends_at_first=is_reset) if once == "1" else parts


async def _resumed(request: Request[AppPath, None], cursors: CursorCodec) -> str | None:
    """The position of `Last-Event-ID`; None if it is missing, or the stream cannot resume there."""
    given = request.headers.get(b"last-event-id")
    position = None if given is None else cursors.decode(given.decode("latin-1"))
    if position is None or await request.store.read(stream.restored_after, position) is not None:
        return None
    app_id = request.tenant.app_id
    # `resume` returns another position if the given one is newer than a restored backup.
    if await request.store.read(stream.resume, app_id, position) != position:
        return None
    return None if await request.store.read(activity_stream.is_behind, app_id, position) else position


async def _now(request: Request[AppPath, None]) -> str:
    horizon = await request.store.horizon(fresh=True)
    return await request.store.read(activity_stream.newest, request.tenant.app_id, horizon)


async def _once(parts: EventParts, *, ends_at_first: bool) -> EventParts:
    """The parts up to the first ones with entries, for clients behind a proxy that passes on complete responses only.

    Keep-alives do not count.
    """
    deadline = time.monotonic() + _ONCE_SECONDS
    async with contextlib.aclosing(parts):
        yield await anext(parts)
        if ends_at_first:
            return
        async for part in parts:
            yield part
            if (part and not part.startswith(b":")) or time.monotonic() >= deadline:
                return


class ActivityTail(Tail):
    """Everything after a position."""

    keep_alive_seconds = float(_HEARTBEAT_SECONDS)
    of_requests = True

    def __init__(self, request: Request[AppPath, None], cursors: CursorCodec, position: str) -> None:
        self._store = request.store
        self._app_id = request.tenant.app_id
        self._cursors = cursors
        self._position = position
        self._unrecorded = request.context.unrecorded
        self._dropped = self._unrecorded() if self._unrecorded else 0
        self._hides_contents = hidden_by(request.settings) and session_of(request.caller) is not None

    async def next_part(self, streams: Streams) -> bytes | None:
        """The entries after the position; None if there are none."""
        horizon = await streams.horizon()
        # One snapshot, in which no maintenance deletes entries that are being skipped.
        found = await self._store.snapshot(activity_stream.after, self._app_id, self._position, horizon, _PAGE)
        self._position = found.position
        parts = [self._dropped_part(), *[self._entry_part(one) for one in found.entries]]
        return b"".join(parts) or (b"" if found.has_more else None)

    def keep_alive(self) -> bytes:
        """A comment, with the position after the events of other apps, which need not be skipped again."""
        return b": heartbeat\n" + cursor_line(self._cursors.encode(self._position)) + b"\n"

    def farewell(self) -> bytes:
        """The event `bye`, with the time after which to reconnect."""
        return _part("bye", ActivityBye(retry_after=random.randint(*_RETRY_MILLISECONDS)))

    def _dropped_part(self) -> bytes:
        if self._unrecorded is None:
            return b""
        before, self._dropped = self._dropped, self._unrecorded()
        return b"" if self._dropped == before else _part("dropped", ActivityDropped(count=self._dropped - before))

    def _entry_part(self, entry: StoredRecord | StoredSummary) -> bytes:
        cursor = self._cursors.encode(entry.id)
        if isinstance(entry, StoredSummary):
            return _part("request", recorded_requests.summary(entry), cursor)
        record = event_records.to_api(entry)
        return _part("event", reduced(record) if self._hides_contents else record, cursor)


def _part(kind: str, data: Response | dict[str, Any], cursor: str | None = None) -> bytes:
    place = b"" if cursor is None else cursor_line(cursor)
    return place + f"event: {kind}\ndata: ".encode() + _encode(data) + b"\n\n"
