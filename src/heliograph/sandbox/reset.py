"""Resets an app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from heliograph.domain import app_contents
from heliograph.storage.buckets import Shard
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store


async def reset(store: Store, app_id: str) -> None:
    """Delete everything in an app, in one transaction. Its keys and settings stay."""
    await store.write(_reset, app_id, store.shards)


async def _reset(tx: Tx, app_id: str, shards: Sequence[Shard]) -> None:
    def run(step: Callable[..., Awaitable[Any]], *args: Any) -> Awaitable[Any]:
        return step(tx, *args)

    # On PostgreSQL, transactions that were in flight may have added rows to what the statements before deleted.
    while await app_contents.remove(run, app_id, shards):
        pass
