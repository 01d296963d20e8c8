"""Pruning: deletes events and settled deliveries once their retention time has passed."""

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


async def pruning(store: Store, days: int, failures: Failures) -> None:
    """Prune events and deliveries older than `days` every hour, until cancelled."""
    age, seen = 0, time.monotonic()
    while True:
        wall, now = await store.look(retention.clock), time.monotonic()
        least = age + int((now - seen) * 1000)
        (age, old), seen = await store.write(retention.advance, wall, least, days * _DAY), now
        complete = old is None or await prune(store, old, failures)
        await asyncio.sleep(_PRUNE_SECONDS if complete else _RETRY_SECONDS)


async def prune(store: Store, old: Mark, failures: Failures) -> bool:
    """Delete events and settled deliveries before the mark; returns whether every bucket was pruned.

    A bucket that cannot be pruned is reported to `failures`, and the others are pruned all the same.
    """
    complete = True
    for table, step in (("delivery", retention.prune_deliveries), ("event", retention.prune_events)):
        for bucket in await store.look(retention.buckets, table):
            done = False
            with failures.reported("pruning"):
                await _prune(store, step, bucket, old)
                done = True
            complete = complete and done
    return complete


async def _prune(store: Store, step: Step, bucket: int, old: Mark) -> None:
    after: str | None = ""
    while after is not None:
        after = await store.write(step, bucket, after, old, _STEP)
