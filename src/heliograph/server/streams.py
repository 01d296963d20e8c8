"""The open event streams of a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from heliograph.background import Failures
from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import activity, stream
from heliograph.storage.store import Store

_POLL_SECONDS = 0.125
_MAX_STREAMS = 100
_MAX_PER_APP = 25


class Streams:
    """The event streams of a process: woken when events of their app may have been written, closed on shutdown.

    On a shared database the horizon of the stream is read eight times a second, once for all streams, and a query finds
    the apps with new events.
    """

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._open: dict[asyncio.Event, str] = {}  # the app of each stream
        self._of_requests: set[asyncio.Event] = set()  # the streams that have recorded requests, too
        self._watching: asyncio.Task[None] | None = None
        self._horizon: str | None = None
        self._closing = False

    def wake(self, app_id: str) -> None:
        """Wake the streams of the app, because events may have been written."""
        # On a shared database the events are not in the stream yet.
        if not self._store.shared:
            self._wake(app_id)

    def wake_after_recording(self, app_id: str | None) -> None:
        """Wake the streams with recorded requests: those of the app, because some were written, or all of them, because
        some were dropped."""
        if app_id is None or not self._store.shared:
            self._wake_of_requests(app_id)

    def _wake_of_requests(self, app_id: str | None) -> None:
        for event in self._of_requests:
            if app_id in (None, self._open.get(event)):
                event.set()

    def _wake(self, app_id: str | None = None) -> None:
        for event, owner in self._open.items():
            if app_id is None or owner == app_id:
                event.set()

    def close(self) -> None:
        """End all streams, and refuse new ones."""
        self._closing = True
        self.end()

    def end(self) -> None:
        """End all streams. Their clients connect again."""
        self._wake()
        self._open.clear()

    def is_open(self, woken: asyncio.Event) -> bool:
        """Whether the stream that this event wakes goes on."""
        return woken in self._open

    async def horizon(self) -> str:
        """The horizon of the stream: the current one, or the last one that was read for all streams."""
        return self._horizon or await self._store.horizon()

    @contextlib.contextmanager
    def opened(self, app_id: str, *, of_requests: bool = False) -> Iterator[asyncio.Event]:
        """Register a stream of an app while the context is open; yields the event that wakes it.

        `of_requests` is whether it has recorded requests besides events.

        Raises:
            ServiceUnavailable: the process, or the app, has the maximum number of streams.
        """
        full = len(self._open) >= _MAX_STREAMS or list(self._open.values()).count(app_id) >= _MAX_PER_APP
        if self._closing or full:
            raise ServiceUnavailable
        event = asyncio.Event()
        self._open[event] = app_id
        if of_requests:
            self._of_requests.add(event)
        if self._watching is None and self._store.shared:
            self._watching = asyncio.create_task(self._failures.keep_running("streams", self._watch))
        try:
            yield event
        finally:
            self._open.pop(event, None)
            self._of_requests.discard(event)
            if self._watching is not None and not self._open:
                self._watching.cancel()
                self._watching = self._horizon = None

    async def _watch(self) -> None:
        """Wake the streams of apps with new events, whichever process wrote them."""
        seen = self._horizon = await self._store.horizon()
        self._wake()
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            horizon = await self._store.horizon()
            if horizon == seen:
                continue
            apps = await self._store.read(stream.changed_apps, seen, horizon, set(self._open.values()))
            recorded = {self._open[event] for event in self._of_requests if event in self._open}
            apps_of_requests = await self._store.read(activity.changed_apps, seen, horizon, recorded)
            seen = self._horizon = horizon
            for app_id in apps:
                self._wake(app_id)
            for app_id in apps_of_requests:
                self._wake_of_requests(app_id)
