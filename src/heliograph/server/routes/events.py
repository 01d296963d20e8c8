"""The event stream: server-sent events for clients that webhooks cannot reach."""

from __future__ import annotations

from dataclasses import dataclass

from heliograph import ids
from heliograph.domain.events.full_users import show_full_users
from heliograph.errors import BadRequest
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.server.listening import Presence, listed
from heliograph.server.streams import Streams
from heliograph.server.tailing import RECHECK_SECONDS, EventParts, Tail, cursor_line, following
from heliograph.storage.rows import repetitions, stream
from heliograph.storage.rows.cursors import CursorCodec, cursor_codec
from heliograph.storage.rows.listeners import StoredListener
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.stream import PositionedEvents
from heliograph.storage.store import Store
from heliograph.wire import envelope, times
from heliograph.wire.envelope import NO_WEBHOOK, call_body
from heliograph.wire.listeners import parse_name
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.deliveries import STREAM_EVENTS

_KEEP_ALIVE_SECONDS = 15.0
_TRUTHS = {"false": False, "true": True}
_PAGE = 200
_OLDEST = b"0"

StreamRequest = Request[AppPath, None]


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """Which events of an app a stream sends, and how it renders them."""

    store: Store
    app_id: str
    cursors: CursorCodec
    triggers: list[str]
    conversation_id: str | None
    include_full_user: bool
    repeated: bool
    """Whether it includes repetitions of events."""
    presence: Presence


@handles(STREAM_EVENTS)
async def open_stream(request: Request[AppPath, None]) -> EventParts:
    options = _options(request, await request.store.read(cursor_codec, request.tenant.app_id))
    position, first = await _start(request, options.cursors)
    return listed(options.presence, following(request, EventTail(options, position), first))


def _options(request: StreamRequest, cursors: CursorCodec) -> StreamOptions:
    plain = request.query.plain
    return StreamOptions(
        store=request.store,
        app_id=request.tenant.app_id,
        cursors=cursors,
        triggers=[trigger for trigger in plain.get("trigger", "").split(",") if trigger],
        conversation_id=plain.get("conversationId"),
        include_full_user=_is_true(plain, "includeFullUser"),
        repeated=_is_true(plain, "repeated"),
        presence=Presence(request.store, _listener(request)),
    )


def _listener(request: StreamRequest) -> StoredListener | None:
    """The entry of the stream in the list of listeners; None without a name."""
    plain = request.query.plain
    named = parse_name(plain.get("listener"), plain.get("forwardTo"))
    return None if named is None else StoredListener(request.tenant.app_id, ids.new(), *named, times.now())


def _is_true(parameters: dict[str, str], name: str) -> bool:
    value = _TRUTHS.get(parameters.get(name, "false"))
    if value is None:
        raise BadRequest(f"{name} should be true or false")
    return value


async def _start(request: StreamRequest, cursors: CursorCodec) -> tuple[str, bytes]:
    """Where the stream begins: now, or after `Last-Event-ID`, whose value 0 is before the oldest event.

    Returns the position, and the first part.
    """
    given = request.headers.get(b"last-event-id")
    if given is None:
        position = await request.store.horizon(fresh=True)
    elif given == _OLDEST:
        # Ids ascend with time, and events are younger than their app.
        position = request.tenant.app_id
    else:
        decoded = cursors.decode(given.decode("latin-1"))
        if decoded is None:
            raise BadRequest("Last-Event-ID is not an id of this stream")
        restored = await request.store.read(stream.restored_after, decoded)
        if restored is not None:
            return restored, _reset_part(cursors, restored)
        position = await request.store.read(stream.resume, request.tenant.app_id, decoded)
    return position, _cursor_part(cursors, position)


class EventTail(Tail):
    """The selected events after a position."""

    keep_alive_seconds = _KEEP_ALIVE_SECONDS

    def __init__(self, options: StreamOptions, position: str) -> None:
        self.repeated = options.repeated
        self._options = options
        self._position = position

    @property
    def read_seconds(self) -> float:
        """The time between reads. On SQLite, a command in another process can repeat events without waking streams."""
        unnoticed = self.repeated and not self._options.store.shared
        return RECHECK_SECONDS if unnoticed else _KEEP_ALIVE_SECONDS

    async def next_part(self, streams: Streams) -> bytes | None:
        """The events after the position; None if there are none."""
        options, horizon = self._options, await streams.horizon()
        # One snapshot, in which no maintenance deletes events that are being skipped.
        after = repetitions.after if self.repeated else stream.after
        found, following = await options.store.snapshot(after, options.app_id, self._position, horizon, _PAGE)
        if following == self._position:
            return None
        self._position = following
        selected = await _select(options, found)
        if selected:
            options.presence.sent()
        parts = [_event_part(options.cursors.encode(id), event, repeated=id != event.id) for id, event in selected]
        # The position also moves past events that are filtered out, so that they are not read again.
        return b"".join([*parts, _cursor_part(options.cursors, following)]) if found else b""

    def keep_alive(self) -> bytes:
        """A comment."""
        return b": still here\n\n"


async def _select(options: StreamOptions, found: PositionedEvents) -> PositionedEvents:
    selected = [(id, event) for id, event in found if _matches(options, event)]
    if options.include_full_user and selected:
        await options.store.read(show_full_users, options.app_id, [event for _, event in selected])
    return selected


def _matches(options: StreamOptions, event: StoredEvent) -> bool:
    if options.conversation_id is not None and event.conversation_id != options.conversation_id:
        return False
    return not options.triggers or event.type in options.triggers or "*" in options.triggers


def _cursor_part(cursors: CursorCodec, position: str) -> bytes:
    return cursor_line(cursors.encode(position)) + b"\n"


def _reset_part(cursors: CursorCodec, position: str) -> bytes:
    """The event `reset`: events that the client may have received were undone."""
    return cursor_line(cursors.encode(position)) + b"event: reset\ndata: {}\n\n"


def _event_part(cursor: str, event: StoredEvent, *, repeated: bool) -> bytes:
    body = call_body(event.app_id, NO_WEBHOOK, event.id, event.type, event.created_at, event.payload)
    if repeated:
        body = envelope.repeated(body)
    return cursor_line(cursor) + f"event: {event.type}\ndata: ".encode() + body + b"\n\n"
