"""Adds the search terms of users and conversations from before the schema had them."""

from __future__ import annotations

from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import conversations, search_progress, terms, users
from heliograph.storage.rows.search_progress import SearchProgress

ROWS_PER_STEP = 200
"""Rows that are locked at a time."""
_BUCKETS = 64
"""The number of buckets without rows that one transaction skips."""
_HOUR = 3_600_000


async def add_missing(tx: Tx) -> bool:
    """Add the terms of the next rows, in one transaction; returns whether there are more to add now."""
    reached = await search_progress.get(tx)
    if reached is None:
        # With several processes, processes of the earlier version may continue to write until they are replaced.
        reached = SearchProgress(not_before=tx.now + (0 if tx.single_writer else _HOUR))
    elif not reached.complete and reached.not_before <= tx.now:
        reached = await _continued(tx, reached)
    await search_progress.put(tx, reached)
    return not reached.complete and reached.not_before <= tx.now


async def _continued(tx: Tx, reached: SearchProgress) -> SearchProgress:
    for _ in range(_BUCKETS):
        if reached.complete:
            break
        if keys := await search_progress.keys_after(tx, reached, ROWS_PER_STEP):
            await _add(tx, reached, keys)
            reached.app_id, reached.id = keys[-1]
            break
        reached = _next_bucket(reached, tx.buckets)
    return reached


async def _add(tx: Tx, reached: SearchProgress, keys: list[tuple[str, str]]) -> None:
    # The locks keep requests from changing what is searched while it is read.
    found: set[terms.Term] = set()
    if reached.table == "app_user":
        for user in await users.get_many(tx, keys, lock=Lock.CHANGE):
            found |= terms.of_user(tx, user.app_id, user.id, user.profile, user.metadata)
    else:
        for one in await conversations.get_many(tx, keys, lock=Lock.CHANGE):
            found |= terms.of_metadata(tx, "conversation.metadata", one.app_id, one.id, one.metadata)
    await terms.add_missing(tx, found)


def _next_bucket(reached: SearchProgress, buckets: int) -> SearchProgress:
    """The beginning of the next bucket, or of the next table."""
    if reached.bucket + 1 < buckets:
        return SearchProgress(reached.table, reached.bucket + 1)
    return SearchProgress("conversation") if reached.table == "app_user" else SearchProgress(complete=True)
