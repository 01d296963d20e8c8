"""Deletes ended memberships from the history once they are older than the retention time."""

from __future__ import annotations

import asyncio

from heliograph.background import Failures
from heliograph.maintenance.retention import DAY, PRUNE_SECONDS, RetentionMarks
from heliograph.storage.rows import history, retention
from heliograph.storage.rows.history import Position
from heliograph.storage.store import Store

_NAME = "history"
_STEP = 500


async def pruning_history(store: Store, days: int, failures: Failures) -> None:
    """Delete the changes of memberships that ended more than `days` ago every hour, until cancelled."""
    marks = RetentionMarks(store, days * DAY, _NAME)
    while True:
        if (mark := await marks.next()) is not None:
            await prune_history(store, mark.id, failures)
        await asyncio.sleep(PRUNE_SECONDS)


async def prune_history(store: Store, oldest: str, failures: Failures) -> None:
    """Delete the changes of memberships that ended before the id `oldest`.

    Reports a bucket that cannot be pruned to `failures`, and continues with the others.
    """
    for bucket in await store.read(retention.buckets, history.TABLE):
        with failures.reported("history"):
            after: Position | None = ("", "", "")
            while after is not None:
                after = await store.write(history.prune, bucket, after, oldest, _STEP)
