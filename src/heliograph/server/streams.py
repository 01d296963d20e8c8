"""The open event streams of a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from heliograph.background import Failures
from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import activity_stream, repetitions, stream
from heliograph.storage.store import Store

_POLL_SECONDS = 0.125
_MAX_STREAMS = 100
_MAX_PER_APP = 25


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open stream: its app, and whether it has recorded requests and repetitions."""

    app_id: str
    of_requests: bool
    repeated: bool


class Streams:
    """The event streams of a process: woken when events of their app may have been written, closed on shutdown.

    On a shared database the horizon of the stream is read eight times a second, once for all streams, and a query finds
    the apps with new events.
    """

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._open: dict[asyncio.Event, _Opened] = {}
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
        for event, opened in self._open.items():
            if opened.of_requests and app_id in (None, opened.app_id):
                event.set()

    def _wake(self, app_id: str | None = None) -> None:
        for event, opened in self._open.items():
            if app_id in (None, opened.app_id):
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
        """Whether the stream that this event wakes is still open."""
        return woken in self._open

    async def horizon(self) -> str:
        """The horizon of the stream: the current one, or the last one that was read for all streams."""
        return self._horizon or await self._store.horizon()

    @contextlib.contextmanager
    def opened(self, app_id: str, *, of_requests: bool = False, repeated: bool = False) -> Iterator[asyncio.Event]:
        """Register a stream of an app while the context is open; yields the event that wakes it.

        `of_requests` is whether it has recorded requests besides events, `repeated` whether it has repetitions.

        Raises:
            ServiceUnavailable: the process, or the app, has the maximum number of streams.
        """
        of_app = sum(one.app_id == app_id for one in self._open.values())
        full = len(self._open) >= _MAX_STREAMS or of_app >= _MAX_PER_APP
        if self._closing or full:
            raise ServiceUnavailable
        event = asyncio.Event()
        self._open[event] = _Opened(app_id, of_requests, repeated)
        if self._watching is None and self._store.shared:
            self._watching = asyncio.create_task(self._failures.keep_running("streams", self._watch))
        try:
            yield event
        finally:
            self._open.pop(event, None)
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
            apps, apps_of_requests = await self._changed(seen, horizon)
            seen = self._horizon = horizon
            for app_id in apps:
                self._wake(app_id)
            for app_id in apps_of_requests:
                self._wake_of_requests(app_id)

    async def _changed(self, since: str, horizon: str) -> tuple[list[str], list[str]]:
        """The apps of open streams with new events or repetitions, and those with new recorded requests."""
        opened = [*self._open.values()]
        apps = await self._store.read(stream.changed_apps, since, horizon, {one.app_id for one in opened})
        if repeating := {one.app_id for one in opened if one.repeated}:
            apps += await self._store.read(repetitions.changed_apps, since, horizon, repeating)
        recorded = {one.app_id for one in opened if one.of_requests}
        return apps, await self._store.read(activity_stream.changed_apps, since, horizon, recorded) if recorded else []
