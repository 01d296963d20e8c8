"""Creates a database per test on either engine, and reads it alongside the servers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import os
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg

from heliograph.storage.distributing import distribute
from heliograph.storage.opening import open_store
from tests.postgresql import PostgreSQL

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
GIVEN = "HELIOGRAPH_TEST_DATABASE"
"""The environment variable with the URL of a PostgreSQL database to use, instead of starting one for the run."""

CLUSTER = "HELIOGRAPH_TEST_CITUS"
"""The environment variable with the URL of the coordinator of a Citus cluster that the databases are created on."""

BUSY_SECONDS = 10
SHARDS = 8
_FILE = "sqlite:///"
_PARAMETER = re.compile(r"\$(\d+)")

Query = Callable[..., list[tuple[Any, ...]]]
"""Runs a statement with `$1`-style parameters, and returns its rows."""


class _Shared:
    """The PostgreSQL server of the run. Tests get schemas in it, which cost much less than databases."""

    def __init__(self) -> None:
        self._is_cluster = CLUSTER in os.environ
        self._own = None if CLUSTER in os.environ or GIVEN in os.environ else PostgreSQL()
        self.url = self._own.url if self._own else os.environ.get(CLUSTER) or os.environ[GIVEN]
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._schemas: list[str] = []

    def new_schema(self) -> str:
        """Create an empty schema, or on a cluster one with distributed tables; returns its URL."""
        name = f"heliograph_{self._run}_{next(self._numbers)}"
        execute(self.url, f"CREATE SCHEMA {name}")
        self._schemas.append(name)
        url = with_parameters(self.url, search_path=name)
        if self._is_cluster:
            asyncio.run(distribute(url, SHARDS))
        return url

    @contextlib.contextmanager
    def copied(self) -> Iterator[str]:
        """The URL of a copy of a migrated database, which is dropped at the end of the block."""
        if not self._own:
            yield self.new_schema()
            return
        name = f"copy_{next(self._numbers)}"
        execute(self.url, f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        yield self._database(name)
        execute(self.url, f"DROP DATABASE {name} WITH (FORCE)")

    @functools.cached_property
    def _template(self) -> str:
        async def migrate() -> None:
            await (await open_store(self._database("template"))).close()

        execute(self.url, "CREATE DATABASE template")
        asyncio.run(migrate())
        # Each copy gets an identity and a master key of its own.
        execute(self._database("template"), "DELETE FROM meta WHERE name IN ('database_id', 'master_key_witness')")
        return "template"

    def _database(self, name: str) -> str:
        return self.url.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """Remove everything that the run created."""
        if self._own:
            self._own.stop()
        else:
            execute(self.url, *[f"DROP SCHEMA IF EXISTS {name} CASCADE" for name in self._schemas])


@functools.cache
def _shared() -> _Shared:
    return _Shared()


def stop() -> None:
    """Stop the PostgreSQL of the run, if any test used it."""
    if _shared.cache_info().currsize:
        _shared().stop()
        _shared.cache_clear()


def new_database(engine: str, folder: Path) -> str:
    """The URL of a new database: an empty schema, or on SQLite `heliograph.db` in the folder, which is not created."""
    return _shared().new_schema() if engine == POSTGRESQL else f"{_FILE}{folder / 'heliograph.db'}"


@contextlib.contextmanager
def migrated_database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a database without apps. On PostgreSQL it is migrated, at a third of the cost of a migration."""
    with _shared().copied() if engine == POSTGRESQL else contextlib.nullcontext(new_database(engine, folder)) as url:
        yield url


def url_of(database: Path | str) -> str:
    """The URL of a database, which may be given as the path of a SQLite file."""
    return database if isinstance(database, str) else f"{_FILE}{database}"


def with_parameters(url: str, **parameters: str) -> str:
    """The URL with these query parameters added."""
    added = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{url}{'&' if '?' in url else '?'}{added}"


def is_sqlite(url: str) -> bool:
    """Whether this is the URL of a SQLite file."""
    return url.startswith(_FILE)


def execute(url: str, *statements: str) -> None:
    """Run statements on PostgreSQL, one after the other."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


def execute_sqlite(path: Path, *statements: str) -> None:
    """Run statements on a SQLite file, one after the other."""
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@contextlib.contextmanager
def transaction(url: str) -> Iterator[Query]:
    """A transaction alongside the servers. It reads a single snapshot, and is committed at the end of the block."""
    with _transaction_on_sqlite(url) if is_sqlite(url) else _transaction_on_postgresql(url) as query:
        query("BEGIN")
        yield query
        query("COMMIT")


@contextlib.contextmanager
def _transaction_on_sqlite(url: str) -> Iterator[Query]:
    path = url.removeprefix(_FILE)
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        yield lambda sql, *values: connection.execute(_PARAMETER.sub(r"?\1", sql), values).fetchall()


@contextlib.contextmanager
def _transaction_on_postgresql(url: str) -> Iterator[Query]:
    with asyncio.Runner() as runner:
        settings = {"default_transaction_isolation": "repeatable read"}
        if CLUSTER in os.environ:
            settings["citus.enable_repartition_joins"] = "on"  # to compare tables in different buckets
        connection = runner.run(asyncpg.connect(url, server_settings=settings))

        def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in runner.run(connection.fetch(sql, *values))]

        try:
            yield query
        finally:
            runner.run(connection.close())


@contextlib.asynccontextmanager
async def write_lock(url: str) -> AsyncIterator[None]:
    """Blocks all writers, like a long transaction of another process."""
    if is_sqlite(url):
        path = url.removeprefix(_FILE)
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
            file.execute("ROLLBACK")
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE conversation, app_user, meta IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of one query."""
    with transaction(url) as query:
        return query(sql, *values)


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if is_sqlite(url)
        else "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    with transaction(url) as query:
        return {table: sorted(query(f"SELECT * FROM {table}"), key=repr) for (table,) in query(listing)}


def key_file(url: str) -> Path:
    """The path of the master key of a database that has been opened."""
    if is_sqlite(url):
        return Path(f"{url.removeprefix(_FILE)}.key")
    ((identity,),) = rows(url, "SELECT value FROM meta WHERE name = 'database_id'")
    return Path(os.environ["XDG_CONFIG_HOME"]) / "heliograph" / f"{identity}.key"
