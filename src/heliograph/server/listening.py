"""Keeps the event streams with a name in the list of listeners."""

from __future__ import annotations

import contextlib
import time
from typing import Self

from heliograph.errors import ServiceUnavailable
from heliograph.server.tailing import EventParts
from heliograph.storage.rows import listeners
from heliograph.storage.rows.listeners import StoredListener
from heliograph.storage.store import Store
from heliograph.wire import times

_BEAT_SECONDS = 5.0
_CHANGE_SECONDS = 1.0
"""The minimum time between two writes of the time of the last event."""


class Presence:
    """A context that keeps `listener` in the list of listeners while a stream is open. Without a listener, a no-op."""

    def __init__(self, store: Store, listener: StoredListener | None) -> None:
        self._store = store
        self._listener = listener
        self._written = 0.0
        self._changed = False

    def sent(self) -> None:
        """Note that an event is sent now."""
        if self._listener is not None:
            self._listener.last_event_at = times.now()
            self._changed = True

    async def beat(self) -> None:
        """Write the listener if the next write is due."""
        since = time.monotonic() - self._written
        if since >= (_CHANGE_SECONDS if self._changed else _BEAT_SECONDS):
            await self._write()

    async def _write(self) -> None:
        self._written, self._changed = time.monotonic(), False
        if self._listener is not None:
            # The stream does not depend on the list.
            with contextlib.suppress(ServiceUnavailable):
                await self._store.write(listeners.put, self._listener.app_id, self._listener)

    async def __aenter__(self) -> Self:
        await self._write()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._listener is not None:
            with contextlib.suppress(ServiceUnavailable):
                await self._store.write(listeners.remove, self._listener.app_id, self._listener.id)


async def listed(presence: Presence, parts: EventParts) -> EventParts:
    """The parts of a stream, whose listener is in the list from the first part on.

    An idle stream has an empty part each second, which is often enough for the beat.
    """
    async with contextlib.aclosing(parts):
        # A stream that is refused is not listed.
        first = await anext(parts)
        async with presence:
            yield first
            async for part in parts:
                await presence.beat()
                yield part
