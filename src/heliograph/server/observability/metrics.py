"""Metrics for Prometheus: requests, batches, the database and deliveries, of all worker processes together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from heliograph.background import Failures
from heliograph.server.auth.refusals import Reason
from heliograph.server.observability.delivery_metrics import DeliveryMetrics
from heliograph.server.observability.stream_metrics import StreamMetrics
from heliograph.storage.store import Store

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the folder in which worker processes share their metrics.

It must be set before this module is imported.
"""
CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_GAUGE_SECONDS = 1.0
# Rendering takes milliseconds, and needs no credential.
_RENDER_SECONDS = 0.25


class Metrics:
    """The metrics of this process, rendered together with those of the other workers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "heliograph_requests", "Requests with a response.", ("operation", "status"), registry=registry
        )
        self._refused = Counter(
            "heliograph_refused_credentials",
            "Requests refused because of their credential.",
            ("reason",),
            registry=registry,
        )
        self._unrecorded = Counter(
            "heliograph_unrecorded_requests", "Requests that were to be recorded and were not.", registry=registry
        )
        self._request_seconds = Histogram(
            "heliograph_request_seconds",
            "Time from the head of a request to its response.",
            ("operation",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._batch_size = Histogram(
            "heliograph_batch_size", "Calls in a batch.", ("batch",), buckets=_SIZES, registry=registry
        )
        self._batch_seconds = Histogram(
            "heliograph_batch_seconds",
            "Duration of the transaction of a batch.",
            ("batch",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._waiting = Gauge(
            "heliograph_calls_waiting",
            "Calls that wait for their transaction to begin.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._connections = Gauge(
            "heliograph_database_connections",
            "Connections to the database.",
            ("state",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._failures = Counter(
            "heliograph_background_failures", "Failures of background tasks.", ("task",), registry=registry
        )
        self.failures = Failures(lambda task: self._failures.labels(task).inc())
        self._deliveries = DeliveryMetrics(store, registry)
        self.delivery = self._deliveries.add
        self._streams = StreamMetrics(store, registry)
        # Looking up the series of a label takes longer than counting.
        self._counters: dict[tuple[str, int], Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        store.observe_batch = self._batch
        self._rendering: asyncio.Task[bytes] | None = None
        self._next_rendering = 0.0

    def request(self, operation: str, status: int, seconds: float) -> None:
        """Count a request."""
        counter = self._counters.get((operation, status))
        if counter is None:
            counter = self._counters[operation, status] = self._requests.labels(operation, str(status))
        histogram = self._histograms.get(operation)
        if histogram is None:
            histogram = self._histograms[operation] = self._request_seconds.labels(operation)
        counter.inc()
        histogram.observe(seconds)

    def refused(self, reason: Reason) -> None:
        """Count a request whose credential was refused."""
        self._refused.labels(reason.name.lower()).inc()

    def unrecorded(self, count: int) -> None:
        """Count requests that the recorder dropped."""
        self._unrecorded.inc(count)

    def _batch(self, name: str, size: int, seconds: float) -> None:
        # The batch is committed, so an error of the metrics must not fail its calls.
        with self.failures.reported("metrics"):
            self._batch_size.labels(name).observe(size)
            self._batch_seconds.labels(name).observe(seconds)

    def _measure(self) -> None:
        self._waiting.set(self._store.waiting)
        used, idle = self._store.connections
        self._connections.labels("used").set(used)
        self._connections.labels("idle").set(idle)

    @asynccontextmanager
    async def measuring(self) -> AsyncIterator[None]:
        """Update the gauges every second while the context is open, because another process may render them."""

        async def measure() -> None:
            while True:
                self._measure()
                await asyncio.sleep(_GAUGE_SECONDS)

        task = asyncio.create_task(self.failures.keep_running("metrics", measure))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def render(self) -> bytes:
        """All metrics in the text format of Prometheus.

        They are rendered at most four times a second; requests in between wait for the next rendering.
        """
        if self._rendering is None:
            self._rendering = asyncio.create_task(self._render())
        # Shielded, because other requests may wait for it when this one is cancelled.
        return await asyncio.shield(self._rendering)

    async def _render(self) -> bytes:
        try:
            await asyncio.sleep(self._next_rendering - monotonic())
            self._next_rendering = monotonic() + _RENDER_SECONDS
            self._measure()
            await self._deliveries.measure()
            await self._streams.measure()
            registry = self._registry
            if SHARED_FOLDER in os.environ:
                registry = CollectorRegistry()
                MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        finally:
            self._rendering = None
