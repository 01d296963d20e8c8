"""An open store on a fresh file, and a loop to drive it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heliograph.storage.opening import open_store
from heliograph.storage.store import Store

Run = Callable[[Callable[[Store], Awaitable[Any]]], Any]


@asynccontextmanager
async def opened(url: str, *, serve: bool = True) -> AsyncIterator[Store]:
    """A store for the length of a block."""
    store = open_store(url, serve=serve)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a database that does not exist yet."""
    return f"sqlite:///{tmp_path}/heliograph.db"


@pytest.fixture
def run(url: str) -> Run:
    """Runs a coroutine function with an open store, on one loop."""

    def go(work: Callable[[Store], Awaitable[Any]]) -> Any:
        async def with_store() -> Any:
            async with opened(url) as store:
                return await work(store)

        return asyncio.run(with_store())

    return go
