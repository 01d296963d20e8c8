"""Deletes sessions and tickets of the console that have expired or belong to revoked keys."""

from __future__ import annotations

import asyncio

from heliograph.domain.console import IDLE_MILLISECONDS
from heliograph.storage.rows import console
from heliograph.storage.store import Store
from heliograph.wire import times

_PAUSE_SECONDS = 3600


async def ending_sessions(store: Store) -> None:
    """Delete expired sessions and tickets every hour, until cancelled."""
    while True:
        await end_sessions(store, times.now())
        await asyncio.sleep(_PAUSE_SECONDS)


async def end_sessions(store: Store, now: int) -> None:
    """Delete the sessions and tickets that have expired at a time in milliseconds."""
    idle_since = now - IDLE_MILLISECONDS
    # An idle server makes no transaction.
    if await store.read(console.is_any_over, now, idle_since):
        await store.write(console.prune, now, idle_since)
