"""The stream of events: server-sent events for whoever cannot be called."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import msgspec
from starlette.types import Receive, Send

from heliograph.background import Failures
from heliograph.domain.events.full_users import show_full_users
from heliograph.errors import ApiError, BadRequest, ServiceUnavailable
from heliograph.server.auth.refusals import Refusal, refusal_of
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.storage.rows import stream
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.places import Places, places_of
from heliograph.storage.rows.stream import Cursor
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import Answer
from heliograph.wire.events import Event, WebhookApp, WebhookCall, WebhookCalled

NO_WEBHOOK = "0" * 24
"""The id of the webhook in the envelopes of the stream: there is none."""
_POLL_SECONDS = 0.25
_RECHECK_SECONDS = 1.0
"""How often the credential of a stream is checked while nothing happens."""
_QUIET_SECONDS = 15.0
_PAGE = 200
_MOST = 100
_MOST_OF_AN_APP = 25


class Streams:
    """The streams of a process: woken when events of their app may have been written, closed when the server stops.

    Streams that nothing happens to cost one small query of the database a quarter of a second, however many there are.
    """

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._open: dict[asyncio.Event, str] = {}  # whose they are
        self._watching: asyncio.Task[None] | None = None
        self.closing = False

    def wake(self, app_id: str | None = None) -> None:
        """Events of the app, or of any app, may have been written."""
        for event, owner in self._open.items():
            if app_id is None or owner == app_id:
                event.set()

    def close(self) -> None:
        """End all of them, and begin no other."""
        self.closing = True
        self.wake()

    @contextlib.contextmanager
    def opened(self, app_id: str) -> Iterator[asyncio.Event]:
        """The event of one more stream of an app.

        Raises:
            ServiceUnavailable: there are as many as one process has, or has for one app.
        """
        full = len(self._open) >= _MOST or list(self._open.values()).count(app_id) >= _MOST_OF_AN_APP
        if self.closing or full:
            raise ServiceUnavailable
        event = asyncio.Event()
        self._open[event] = app_id
        if self._watching is None and self._store.shared:
            self._watching = asyncio.create_task(self._failures.keep_running("streams", self._watch))
        try:
            yield event
        finally:
            del self._open[event]
            if self._watching is not None and not self._open:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        """Wake the streams of apps for which another process has written events, or a transaction of this one."""
        seen, _ = await self._store.read(stream.horizon)
        self.wake()
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            seen, apps = await self._store.read(stream.written, seen, set(self._open.values()))
            for app_id in apps:
                self.wake(app_id)


class EventStream(Answer):
    """An answer that goes on: it begins after a place, and holds what the filters let through."""

    store: Store
    app_id: str
    places: Places
    cursor: Cursor
    triggers: list[str]
    recheck: Callable[[], Awaitable[None]]
    conversation_id: str | None = None
    include_full_user: bool = False
    head_only: bool = False
    refusal: Refusal | None = None
    """Why the stream ended, if the credential ceased to be good."""


@handles("StreamEvents")
async def open_stream(request: Request) -> EventStream:
    """The stream of an app's events from now on, or from where the caller was.

    Raises:
        BadRequest: `Last-Event-ID` is not one of this stream, or `includeFullUser` is not a boolean.
    """
    plain = request.query.plain
    if plain.get("includeFullUser", "false") not in ("true", "false"):
        raise BadRequest("includeFullUser should be true or false")
    app_id = request.tenant.app_id
    places = await request.store.read(places_of, app_id)
    cursor = await _cursor(request, places)
    triggers = [one for one in plain.get("trigger", "").split(",") if one]
    return EventStream(
        store=request.store,
        app_id=app_id,
        places=places,
        cursor=cursor,
        triggers=triggers,
        recheck=request.recheck,
        conversation_id=plain.get("conversationId"),
        include_full_user=plain.get("includeFullUser") == "true",
        head_only=request.scope["method"] == "HEAD",
    )


async def _cursor(request: Request, places: Places) -> Cursor:
    given = request.headers.get(b"last-event-id")
    if given is None:
        return await request.store.read(stream.present, request.tenant.app_id)
    cursor = places.cursor(given.decode("latin-1"))
    if cursor is None:
        raise BadRequest("Last-Event-ID is not an id of this stream")
    return await request.store.read(stream.resumed, request.tenant.app_id, cursor)


async def send_stream(answer: EventStream, streams: Streams, receive: Receive, send: Send, request_id: str) -> None:
    """Send the stream until the caller goes away or the server stops.

    Raises:
        ServiceUnavailable: there are as many streams as one process has, or has for one app.
    """
    with streams.opened(answer.app_id) as woken:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-request-id", request_id.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if answer.head_only:
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.ensure_future(_gone(receive))
        try:
            async for part in _parts(answer, streams, woken, gone):
                await send({"type": "http.response.body", "body": part, "more_body": True})
                # Sends nothing, and waits until the part is taken: only then is another one read.
                await send({"type": "http.response.body", "body": b"", "more_body": True})
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _parts(
    answer: EventStream, streams: Streams, woken: asyncio.Event, gone: asyncio.Future[None]
) -> AsyncIterator[bytes]:
    cursor, places = answer.cursor, answer.places
    yield _place(places, cursor)
    sent, looked = time.monotonic(), -_QUIET_SECONDS
    while not (streams.closing or gone.done()):
        due = woken.is_set() or time.monotonic() - looked >= _QUIET_SECONDS  # the second in case a wake was missed
        woken.clear()
        try:
            # The key may have been removed since, or have come to its end.
            await answer.recheck()
            part, cursor = await _next_part(answer, cursor) if due else (None, cursor)
        except ApiError as error:
            answer.refusal = refusal_of(error)
            return  # the caller comes again, and goes on where it was, or is refused
        if part is not None:
            woken.set()  # there may be more
            if part:
                yield part
                sent = time.monotonic()
            continue
        looked = time.monotonic() if due else looked
        if time.monotonic() - sent >= _QUIET_SECONDS:
            sent = time.monotonic()
            yield b": still here\n\n"
        with contextlib.suppress(TimeoutError):
            # Not `wait_for`, which may lose a cancellation before Python 3.12.
            async with asyncio.timeout(_RECHECK_SECONDS):
                await woken.wait()


async def _next_part(answer: EventStream, cursor: Cursor) -> tuple[bytes | None, Cursor]:
    """What comes after the place, and the place behind it; nothing at the end."""
    # On one snapshot: where the stream ends, and what there is up to there.
    found, behind = await answer.store.snapshot(stream.after, answer.app_id, cursor, _PAGE)
    if behind == cursor:
        return None, cursor
    shown = await _shown(answer, found)
    told = [_told(answer.places.text(place), event) for place, event in shown]
    # What is left out moves the place too, so that it is not looked at again.
    return b"".join([*told, _place(answer.places, behind)]) if found else b"", behind


async def _shown(answer: EventStream, found: list[tuple[Cursor, StoredEvent]]) -> list[tuple[Cursor, StoredEvent]]:
    wanted = [(place, event) for place, event in found if _passes(answer, event)]
    if answer.include_full_user and wanted:
        await answer.store.read(show_full_users, answer.app_id, [event for _, event in wanted])
    return wanted


def _passes(answer: EventStream, event: StoredEvent) -> bool:
    if answer.conversation_id is not None and event.conversation_id != answer.conversation_id:
        return False
    return not answer.triggers or event.type in answer.triggers or "*" in answer.triggers


def _place(places: Places, cursor: Cursor) -> bytes:
    return f"id: {places.text(cursor)}\n\n".encode()


def _told(place: str, event: StoredEvent) -> bytes:
    told = Event(id=event.id, type=event.type, created_at=times.to_text(event.created_at), payload=event.payload)
    call = WebhookCall(
        app=WebhookApp(id=event.app_id), webhook=WebhookCalled(id=NO_WEBHOOK, version="v2"), events=[told]
    )
    return f"id: {place}\nevent: {event.type}\ndata: ".encode() + msgspec.json.encode(call) + b"\n\n"
