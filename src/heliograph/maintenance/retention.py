"""Deletes events, settled deliveries, recorded requests and messages to stand-ins past their retention time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from heliograph import ids
from heliograph.background import Failures
from heliograph.storage.engine import Tx
from heliograph.storage.rows import idempotency_keys, retention
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store

PRUNE_SECONDS = 3600
_RETRY_SECONDS = 60
ROWS_PER_STEP = 500
"""The largest number of rows that one transaction deletes."""
_HOUR = 3600 * 1000
DAY = 24 * _HOUR
_IDEMPOTENCY_KEYS = "idempotency_keys"

PruneStep = Callable[[Tx, str, int, str, RetentionMark, int], Awaitable[str | None]]
_STEPS: tuple[tuple[str, PruneStep], ...] = (
    ("attempt", retention.prune_attempts),
    ("event", retention.prune_events),
    ("outbound", retention.prune_outbound),
    ("repetition", retention.prune_repetitions),
    ("request", retention.prune_requests),
)


async def pruning(store: Store, days: int, failures: Failures) -> None:
    """Prune events and deliveries older than `days` every hour, until cancelled."""
    keep = days * DAY
    marks = RetentionMarks(store, keep, retention.NAME)
    while True:
        mark = await marks.next()
        complete = await _completed(store.partitions.add(keep), "partitions", failures)
        if mark is not None:
            complete = await prune(store, mark, keep, failures) and complete
        await asyncio.sleep(PRUNE_SECONDS if complete else _RETRY_SECONDS)


async def pruning_keys(store: Store, hours: int, failures: Failures) -> None:
    """Prune idempotency keys older than `hours` every hour, until cancelled."""
    keep = hours * _HOUR
    marks = RetentionMarks(store, keep, _IDEMPOTENCY_KEYS)
    while True:
        # The keys have the times at which their transactions began, and need not be in the order of the stream.
        mark, complete = await marks.next(ids.new()), True
        if mark is not None:
            complete = await prune_keys(store, mark, keep, failures)
        await asyncio.sleep(PRUNE_SECONDS if complete else _RETRY_SECONDS)


async def prune_keys(store: Store, mark: RetentionMark, keep: int, failures: Failures) -> bool:
    """Delete the idempotency keys up to the mark; returns whether every bucket was pruned, as `prune` does."""
    return await _prune_table(store, "idempotency_key", idempotency_keys.prune, mark, keep, failures)


class RetentionMarks:
    """The marks of a retention time of `keep` milliseconds, whose state is stored as `name`."""

    def __init__(self, store: Store, keep: int, name: str) -> None:
        self._store = store
        self._keep = keep
        self._name = name
        self._age, self._seen = 0, time.monotonic()

    async def next(self, end: str | None = None) -> RetentionMark | None:
        """Set a mark if one is due; returns the newest one that is older than the retention time.

        The mark is at the id `end`, by default at the end of the event stream.
        """
        horizon = end or await self._store.horizon(fresh=True)
        wall, now = await self._store.read(retention.clock), time.monotonic()
        least = self._age + int((now - self._seen) * 1000)
        found = await self._store.write(retention.advance, horizon, wall, least, self._keep, self._name)
        (self._age, mark), self._seen = found, now
        return mark


async def prune(store: Store, mark: RetentionMark, keep: int, failures: Failures) -> bool:
    """Delete events and settled deliveries up to the mark; returns whether every partition and bucket was pruned.

    Reports a bucket that cannot be pruned to `failures`, and continues with the others.
    """
    complete = await _prune_table(store, "delivery", retention.prune_deliveries, mark, keep, failures)
    # Afterwards only pending deliveries need rows of old partitions.
    complete = await _completed(store.partitions.drop(mark.id), "partitions", failures) and complete
    for table, step in _STEPS:
        complete = await _prune_table(store, table, step, mark, keep, failures) and complete
    return complete


async def _prune_table(
    store: Store, table: str, step: PruneStep, mark: RetentionMark, keep: int, failures: Failures
) -> bool:
    complete = True
    for part in await store.partitions.parts(table, mark.id, keep):
        for bucket in await store.read(retention.buckets, part):
            complete = await _completed(_prune(store, step, part, bucket, mark), "pruning", failures) and complete
    return complete


async def _completed(work: Awaitable[None], task: str, failures: Failures) -> bool:
    with failures.reported(task):
        await work
        return True
    return False


async def _prune(store: Store, step: PruneStep, part: str, bucket: int, mark: RetentionMark) -> None:
    after: str | None = ""
    while after is not None:
        after = await store.write(step, part, bucket, after, mark, ROWS_PER_STEP)
