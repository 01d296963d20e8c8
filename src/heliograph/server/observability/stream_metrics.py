"""The metric of the event stream: how long it has been held back."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry, Gauge

from heliograph.errors import ServiceUnavailable
from heliograph.storage.store import Store

_QUERY_SECONDS = 2.0


class StreamMetrics:
    """Measures, when the metrics are rendered, how long the streams have waited for the same process."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        self._held = Gauge(
            "heliograph_stream_held_seconds",
            "Time for which all streams have waited for one transaction or process, as seen by this process.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    async def measure(self) -> None:
        """Query the database; NaN if it does not respond."""
        try:
            async with asyncio.timeout(_QUERY_SECONDS):
                await self._store.horizon()
        except (ServiceUnavailable, TimeoutError):
            self._held.set(float("nan"))
            return
        self._held.set(self._store.horizon_held_seconds)
