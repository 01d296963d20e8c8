"""The metric of the event stream: how long an open transaction has held it back."""

from __future__ import annotations

import asyncio
import time

from prometheus_client import CollectorRegistry, Gauge

from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import stream
from heliograph.storage.store import Store

_QUERY_SECONDS = 2.0


class StreamMetrics:
    """Measures, when the metrics are rendered, how long the streams have waited for the same transaction."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        self._oldest, self._since = 0, 0.0
        self._held = Gauge(
            "heliograph_stream_held_seconds",
            "Time since the oldest open transaction, for which all streams wait, was first seen; 0 without one.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    async def measure(self) -> None:
        """Query the database; NaN if it does not respond."""
        try:
            async with asyncio.timeout(_QUERY_SECONDS):
                oldest, upcoming = await self._store.read(stream.horizon)
        except (ServiceUnavailable, TimeoutError):
            self._held.set(float("nan"))
            return
        now = time.monotonic()
        if oldest != self._oldest or oldest >= upcoming:
            self._oldest, self._since = oldest, now
        self._held.set(now - self._since)
