"""Deletes events, settled deliveries and what channels would have been sent past their retention time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from heliograph.background import Failures
from heliograph.storage.engine import Tx
from heliograph.storage.rows import retention
from heliograph.storage.rows.retention import Mark
from heliograph.storage.store import Store

_PRUNE_SECONDS = 3600
_RETRY_SECONDS = 60
_STEP = 500
_DAY = 24 * 3600 * 1000

Step = Callable[[Tx, int, str, Mark, int], Awaitable[str | None]]
_STEPS: tuple[tuple[str, Step], ...] = (
    ("delivery", retention.prune_deliveries),
    ("event", retention.prune_events),
    ("outbound", retention.prune_outbound),
)


async def pruning(store: Store, days: int, failures: Failures) -> None:
    """Prune events and deliveries older than `days` every hour, until cancelled."""
    age, seen = 0, time.monotonic()
    while True:
        horizon = await store.horizon(fresh=True)
        wall, now = await store.read(retention.clock), time.monotonic()
        least = age + int((now - seen) * 1000)
        (age, mark), seen = await store.write(retention.advance, horizon, wall, least, days * _DAY), now
        complete = mark is None or await prune(store, mark, failures)
        await asyncio.sleep(_PRUNE_SECONDS if complete else _RETRY_SECONDS)


async def prune(store: Store, mark: Mark, failures: Failures) -> bool:
    """Delete events and settled deliveries up to the mark; returns whether every bucket was pruned.

    Reports a bucket that cannot be pruned to `failures`, and continues with the others.
    """
    complete = True
    for table, step in _STEPS:
        for bucket in await store.read(retention.buckets, table):
            done = False
            with failures.reported("pruning"):
                await _prune(store, step, bucket, mark)
                done = True
            complete = complete and done
    return complete


async def _prune(store: Store, step: Step, bucket: int, mark: Mark) -> None:
    after: str | None = ""
    while after is not None:
        after = await store.write(step, bucket, after, mark, _STEP)
