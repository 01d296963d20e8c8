"""The open event streams of a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from heliograph.background import Failures
from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import stream
from heliograph.storage.store import Store

_POLL_SECONDS = 0.25
_MAX_STREAMS = 100
_MAX_PER_APP = 25


class Streams:
    """The event streams of a process: woken when events of their app may have been written, closed on shutdown.

    If other processes write too, one small query every quarter of a second finds the apps with new events, whatever the
    number of streams.
    """

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._open: dict[asyncio.Event, str] = {}  # the app of each stream
        self._watching: asyncio.Task[None] | None = None
        self.closing = False

    def wake(self, app_id: str | None = None) -> None:
        """Wake the streams of the app, or all streams, because events may have been written."""
        for event, owner in self._open.items():
            if app_id is None or owner == app_id:
                event.set()

    def close(self) -> None:
        """End all streams, and refuse new ones."""
        self.closing = True
        self.wake()

    @contextlib.contextmanager
    def opened(self, app_id: str) -> Iterator[asyncio.Event]:
        """Register a stream of an app while the context is open; yields the event that wakes it.

        Raises:
            ServiceUnavailable: the process, or the app, has the maximum number of streams.
        """
        full = len(self._open) >= _MAX_STREAMS or list(self._open.values()).count(app_id) >= _MAX_PER_APP
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
        """Wake the streams of apps with new events, whichever process wrote them."""
        seen, _ = await self._store.read(stream.horizon)
        self.wake()
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            seen, apps = await self._store.read(stream.changed_apps, seen, set(self._open.values()))
            for app_id in apps:
                self.wake(app_id)
