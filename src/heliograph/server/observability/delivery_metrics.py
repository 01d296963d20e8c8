"""The figures of deliveries: attempts, as this process makes them, and what is pending, as the database has it.

No label is of a tenant, or of a webhook.
"""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from heliograph.errors import ServiceUnavailable
from heliograph.storage.rows import deliveries
from heliograph.storage.rows.deliveries import DELIVERED, PENDING, Settled
from heliograph.storage.store import Store
from heliograph.wire import times

# A call is given up after 20 seconds, an event 15 minutes after its first attempt.
_ATTEMPT_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
_DELAY_SECONDS = (*_ATTEMPT_SECONDS, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)
_LOOK_SECONDS = 2.0
_UNKNOWN = float("nan")


class DeliveryMetrics:
    """What is counted of deliveries."""

    def __init__(self, store: Store, registry: CollectorRegistry) -> None:
        self._store = store
        self._attempts = Counter(
            "heliograph_delivery_attempts", "Calls of webhooks.", ("outcome", "answer"), registry=registry
        )
        self._failures = Counter(
            "heliograph_delivery_failures", "Calls of webhooks without an answer.", ("cause",), registry=registry
        )
        self._attempt_seconds = Histogram(
            "heliograph_delivery_attempt_seconds",
            "Time of a call of a webhook.",
            buckets=_ATTEMPT_SECONDS,
            registry=registry,
        )
        self._delay_seconds = Histogram(
            "heliograph_delivery_delay_seconds",
            "Time from an event to the end of the call that delivered it.",
            buckets=_DELAY_SECONDS,
            registry=registry,
        )
        # Of one database, so what the process that is asked finds is shown, and no sum.
        self._pending = Gauge(
            "heliograph_deliveries_pending",
            f"Deliveries that are pending, counted up to {deliveries.MOST_COUNTED}.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        self._overdue = Gauge(
            "heliograph_deliveries_overdue_seconds",
            "For how long the next delivery of a conversation has been due, where that is longest.",
            registry=registry,
            multiprocess_mode="livemostrecent",
        )

    def attempt(self, settled: Settled) -> None:
        """Count an attempt."""
        it, call = settled.delivery, settled.attempt
        outcome = "retry" if it.status == PENDING else it.status
        self._attempts.labels(outcome, _class_of(call.status)).inc()
        if settled.cause is not None:
            self._failures.labels(settled.cause).inc()
        self._attempt_seconds.observe(call.milliseconds / 1000)
        # What was asked for again is as late as whoever asked.
        if it.status == DELIVERED and it.settled_at is not None and it.tries == it.attempts:
            self._delay_seconds.observe(max(0, it.settled_at - it.created_at) / 1000)

    async def look(self) -> None:
        """Ask the database what is pending."""
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                found = await self._store.read(deliveries.backlog, times.now())
        except (ServiceUnavailable, TimeoutError):
            self._pending.set(_UNKNOWN)
            self._overdue.set(_UNKNOWN)
            return
        self._pending.set(found.pending)
        self._overdue.set(found.overdue_milliseconds / 1000)


def _class_of(status: int | None) -> str:
    if status is None:
        return "none"
    return f"{status // 100}xx" if 200 <= status < 600 else "other"
