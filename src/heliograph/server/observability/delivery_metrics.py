"""The metrics of deliveries: attempts made by this process, and pending deliveries in the database.

No label identifies an app or a webhook.
"""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import delivery_queue
from heliograph.storage.rows.deliveries import DELIVERED, PENDING
from heliograph.storage.rows.delivery_queue import AttemptOutcome
from heliograph.storage.store import Store
from heliograph.wire import times

# A call times out after 20 seconds, and retries end within 15 minutes.
_ATTEMPT_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
_DELAY_SECONDS = (*_ATTEMPT_SECONDS, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)
_QUERY_SECONDS = 2.0
_UNKNOWN = float("nan")


class DeliveryMetrics:
    """Counts attempts, and measures pending deliveries when the metrics are rendered."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        self._attempts = Counter(
            "heliograph_delivery_attempts", "Calls of webhooks.", ("outcome", "response"), registry=registry
        )
        self._failures = Counter(
            "heliograph_delivery_failures", "Calls of webhooks without a response.", ("cause",), registry=registry
        )
        self._attempt_seconds = Histogram(
            "heliograph_delivery_attempt_seconds",
            "Duration of a call of a webhook.",
            buckets=_ATTEMPT_SECONDS,
            registry=registry,
        )
        self._delay_seconds = Histogram(
            "heliograph_delivery_delay_seconds",
            "Time from an event to the end of the call that delivered it.",
            buckets=_DELAY_SECONDS,
            registry=registry,
        )
        # All processes measure the same database, so the gauges are not summed over them.
        self._pending = Gauge(
            "heliograph_deliveries_pending",
            f"Pending deliveries, counted up to {delivery_queue.MAX_COUNTED}.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self._overdue = Gauge(
            "heliograph_deliveries_overdue_seconds",
            "Longest time for which the next delivery of a conversation or user has been due.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )

    def add(self, outcome: AttemptOutcome) -> None:
        """Count an attempt."""
        delivery, attempt = outcome.delivery, outcome.attempt
        result = "retry" if delivery.status == PENDING else delivery.status
        self._attempts.labels(result, _class_of(attempt.status)).inc()
        if outcome.cause is not None:
            self._failures.labels(outcome.cause).inc()
        self._attempt_seconds.observe(attempt.milliseconds / 1000)
        # The delay of a manual retry depends on when someone asked for it.
        if delivery.status == DELIVERED and delivery.settled_at is not None and delivery.tries == delivery.attempts:
            self._delay_seconds.observe(max(0, delivery.settled_at - delivery.created_at) / 1000)

    async def measure(self) -> None:
        """Query the database for pending deliveries; NaN if it does not respond."""
        try:
            async with asyncio.timeout(_QUERY_SECONDS):
                backlog = await self._store.read(delivery_queue.backlog, times.now())
        except (ServiceUnavailable, TimeoutError):
            self._pending.set(_UNKNOWN)
            self._overdue.set(_UNKNOWN)
            return
        self._pending.set(backlog.pending)
        self._overdue.set(backlog.overdue_milliseconds / 1000)


def _class_of(status: int | None) -> str:
    if status is None:
        return "none"
    return f"{status // 100}xx" if 200 <= status < 600 else "other"
