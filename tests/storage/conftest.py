"""An open store on a new database of each engine, and an event loop for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from heliograph.storage.postgres.reads import PooledReader
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.databases import migrated_database

Run = Callable[[Callable[[Store], Awaitable[Any]]], Any]


@asynccontextmanager
async def opened(url: str, *, serve: bool = True) -> AsyncIterator[Store]:
    """A store that is closed at the end of the block."""
    store = await open_store(url, serve=serve)
    try:
        yield store
    finally:
        await store.close()


async def touch(url: str, *, serve: bool = True) -> str | None:
    """Open the database and close it again; returns its schema version."""
    async with opened(url, serve=serve) as store:
        return await store.snapshot(meta.get, "schema_version")


async def put(tx: Tx, name: str, value: str) -> str:
    """Store a value; returns it."""
    await meta.put(tx, name, value)
    return value


@pytest.fixture
def url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the schema of this version."""
    with migrated_database(engine, tmp_path) as url:
        yield url


@pytest.fixture
def run(url: str) -> Run:
    """Run a coroutine function with an open store."""

    def go(work: Callable[[Store], Awaitable[Any]]) -> Any:
        async def with_store() -> Any:
            async with opened(url) as store:
                return await work(store)

        return asyncio.run(with_store())

    return go


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are run outside of transactions (PostgreSQL), as they begin."""
    begun: list[str] = []

    def recorded(method: Any) -> Any:
        async def run(reader: PooledReader, sql: str, *values: Any) -> Any:
            if "pg_attribute" not in sql:
                begun.append(sql)
            return await method(reader, sql, *values)

        return run

    for name in ("row", "rows"):
        monkeypatch.setattr(PooledReader, name, recorded(getattr(PooledReader, name)))
    return begun
