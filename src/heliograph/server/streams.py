"""The open streams of events of a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from heliograph.background import Failures
from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import stream
from heliograph.storage.store import Store

_POLL_SECONDS = 0.25
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
            seen, apps = await self._store.read(stream.changed_apps, seen, set(self._open.values()))
            for app_id in apps:
                self.wake(app_id)
