"""Adds the search terms that rows from before an upgrade lack, in small steps."""

from __future__ import annotations

import asyncio

from heliograph.domain import search_terms
from heliograph.storage.rows import search_progress
from heliograph.storage.store import Store

_PAUSE_SECONDS = 60


async def adding_terms(store: Store) -> None:
    """Add missing search terms once they are due, until cancelled."""
    while True:
        await add_terms(store)
        await asyncio.sleep(_PAUSE_SECONDS)


async def add_terms(store: Store) -> None:
    """Add the search terms that are missing and due. Other work can run between the transactions."""
    has_more = not await store.read(search_progress.is_complete)
    while has_more:
        has_more = await store.write(search_terms.add_missing)
