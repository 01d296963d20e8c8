"""An open store on a new database of each engine, and an event loop for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from heliograph.storage.postgres.marks import session_names
from heliograph.storage.postgres.reads import PooledReader
from heliograph.storage.postgres.store import PostgresStore
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.databases import migrated_database

Run = Callable[[Callable[[Store], Awaitable[Any]]], Any]
PATIENCE_SECONDS = 30
IS_LOCKED_OUT = (
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
"""Whether a statement in the database waits for a lock."""


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


async def until_true(url: str, query: str) -> None:
    """Wait until the result of the query is true, in a PostgreSQL database."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await connection.fetchval(query):
                    return
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


@asynccontextmanager
async def sessions(url: str, store: Store) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
    """A function that evaluates an aggregate over the sessions of a store, as the server lists them."""
    assert isinstance(store, PostgresStore)
    connection = await asyncpg.connect(url)
    try:
        listed = "FROM pg_stat_activity WHERE starts_with(application_name, $1)"
        name = session_names(store.marks.process)
        yield lambda aggregate: connection.fetchval(f"SELECT {aggregate} {listed}", name)
    finally:
        await connection.close()


async def end_sessions(url: str, store: Store) -> None:
    """Terminate, on the server, the idle sessions of a store, so that it opens new connections."""
    async with sessions(url, store) as select, asyncio.timeout(PATIENCE_SECONDS):
        while store.connections != (0, 0):
            await select("count(pg_terminate_backend(pid))")


@asynccontextmanager
async def statement_timeout(url: str, store: Store, seconds: float) -> AsyncIterator[None]:
    """Limit the time of statements on PostgreSQL for the length of a block. Opening the store is not limited."""
    # The limit is set when a connection is opened.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("heliograph.storage.postgres.store.STATEMENT_SECONDS", seconds)
        await end_sessions(url, store)
        yield
    await end_sessions(url, store)


async def put(tx: Tx, name: str, value: str) -> str:
    """Store a value; returns it."""
    await meta.put(tx, name, value)
    return value


@pytest.fixture
def url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database for the present schema."""
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
    """The statements that are run outside of transactions (PostgreSQL), in the order in which they begin."""
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
