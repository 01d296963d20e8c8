"""The store on a PostgreSQL server: a small pool of connections, shared by whatever this process does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage import migrations
from heliograph.storage.engine import Reader, TryAgain, Tx
from heliograph.storage.page_cache import Remembered
from heliograph.storage.postgres.batches import Batch, Batcher
from heliograph.storage.postgres.transactions import ABSENT, Transactions
from heliograph.storage.postgres.tx import DIALECT, Catalog, PostgresTx
from heliograph.storage.rows import cursors, meta, stream
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.storage.unlocking import sealer_of

BUCKETS = 1024
_CONNECT_SECONDS = 5.0
_STATEMENT_SECONDS = 30.0
_CLOSE_SECONDS = 10.0
_IDENTITY = "database_id"
_TABLES = migrations.tables()

T = TypeVar("T")
Call = TypeVar("Call")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")


class PostgresStore(Store):
    """A PostgreSQL database."""

    shared = True

    def __init__(self, name: str, pool: asyncpg.Pool[Any], sealer: Sealer) -> None:
        self.name = name
        self.sealer = sealer
        self.buckets = BUCKETS
        self.remembered = Remembered()
        self._pool = pool
        self._transactions = Transactions(pool, Catalog(), BUCKETS)
        self._batcher = Batcher(self._run_batch)

    async def snapshot(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._transactions.query(
            self._transactions.snapshot, lambda reader: query(reader, *args, **kwargs)
        )

    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._transactions.query(self._transactions.reader, lambda reader: query(reader, *args, **kwargs))

    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._transactions.run(lambda tx: work(tx, *args, **kwargs))

    async def submit(self, batch: Callable[[Tx, Sequence[Call]], Awaitable[Sequence[Outcome]]], call: Call) -> Outcome:
        outcome: Outcome = await self._batcher.put(batch, call)
        return outcome

    async def _run_batch(self, batch: Batch, calls: Sequence[Any]) -> Sequence[Any]:
        started = time.perf_counter()
        outcomes = await self._transactions.run(partial(_apply, batch, calls))
        self.observe_batch(batch.__name__, len(calls), time.perf_counter() - started)
        return outcomes

    @property
    def waiting(self) -> int:
        return self._batcher.waiting

    @property
    def connections(self) -> tuple[int, int]:
        idle = self._pool.get_idle_size()
        return self._pool.get_size() - idle, idle

    async def close(self) -> None:
        await self._batcher.stop()
        await _close(self._pool)


async def _apply(batch: Batch, calls: Sequence[Any], tx: PostgresTx) -> Sequence[Any]:
    outcomes = await batch(tx, calls)
    if len(outcomes) != len(calls):  # before the commit, after which nothing could be undone
        raise RuntimeError(f"{batch.__name__} returned {len(outcomes)} outcomes for {len(calls)} calls")
    return outcomes


async def open_pooled(url: str, connections: int) -> PostgresStore:
    """The store in the database at `url`, migrated if need be, over at most so many connections.

    Raises:
        UsageError: the database cannot be reached, is of a newer version, is another program's, or has another master
            key.
    """
    name = _name(url)
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=connections,
            timeout=_CONNECT_SECONDS,
            command_timeout=_STATEMENT_SECONDS,
            init=_init,
            reset=_reset,
            server_settings={"application_name": "heliograph"},
        )
    except (*ABSENT, ValueError, asyncpg.PostgresError) as error:
        # The message of a URL that is not understood may repeat it, with its password.
        why = "its URL is not understood" if isinstance(error, ValueError) else _message(error)
        raise UsageError(f"the database cannot be opened: {name}: {why}") from None
    try:
        return PostgresStore(name, pool, await _prepare(pool, name))
    except BaseException as error:
        await _close(pool)
        if isinstance(error, (ServiceUnavailable, *ABSENT, asyncpg.PostgresError)):
            raise UsageError(f"the database cannot be opened: {name}: {_message(error.__cause__ or error)}") from None
        raise


def _message(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _name(url: str) -> str:
    """Host and database of a URL, without the user and the password.

    Raises:
        UsageError: it is no URL.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UsageError("the database cannot be opened: its URL is not understood") from None
    host = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", [""])[0]
    return f"PostgreSQL {unquote(host)}{parts.path}"


async def _init(connection: asyncpg.Connection[Any]) -> None:
    # What is acknowledged is on disk, even where the database's own default is to risk it.
    await connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )


async def _reset(connection: asyncpg.Connection[Any]) -> None:
    """Nothing is ever left behind on a connection that would have to be reset before it is used again."""


async def _close(pool: asyncpg.Pool[Any]) -> None:
    """Close the connections in good order, or cut them off: a database that hangs must not keep the process."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def _prepare(pool: asyncpg.Pool[Any], name: str) -> Sealer:
    """Bring the schema up to date, and find the master key."""
    transactions = Transactions(pool, Catalog(), BUCKETS)
    async with transactions.reader() as reader:
        present = await _version(reader, name)
    # A server whose role may not change the schema can serve one that is as it should be.
    if present != migrations.LATEST:
        await transactions.run(partial(_migrate, name))
    return await transactions.run(_unlock)


async def _version(reader: Reader, name: str) -> int:
    """How many steps the schema has taken; 0 for none.

    Raises:
        UsageError: there is another program's table in our place.
    """
    # One statement, lest another process brings them about between two.
    rows = await reader.rows("SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL", _TABLES)
    found = {row[0] for row in rows}
    if found and "meta" not in found:
        raise UsageError(f"{name} is the database of another program: give Heliograph one of its own")
    try:
        return await migrations.version(reader, table_exists=bool(found))
    except asyncpg.UndefinedColumnError:
        raise UsageError(f"{name} is the database of another program: give Heliograph one of its own") from None


async def _migrate(name: str, tx: PostgresTx) -> None:
    if await _version(tx, name) > 0:
        # Of processes that begin together one migrates, and the others find it done. Readers need not wait.
        await tx.execute("LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE")
    present = await _version(tx, name)
    try:
        await migrations.migrate(tx, DIALECT, present, BUCKETS)
    except (asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError):
        raise TryAgain from None  # another process was quicker; with a table comes a type of its name


async def _unlock(tx: PostgresTx) -> Sealer:
    """The sealer whose master key fits. Where it is not in the environment, it is in a file of this user."""
    identity = await meta.get(tx, _IDENTITY)
    if identity is None:
        await meta.hold(tx)
        identity = await meta.get(tx, _IDENTITY) or secrets.token_hex(8)
        await meta.put(tx, _IDENTITY, identity)
    cluster = await tx.row("SELECT system_identifier FROM pg_control_system()")
    await stream.begin_epoch(tx, str(cluster[0] if cluster else ""))
    await cursors.prepare(tx)
    return await sealer_of(tx, _configuration_folder() / f"{identity}.key")


def _configuration_folder() -> Path:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "heliograph"
    with contextlib.suppress(OSError):  # whoever reads or writes the file will tell
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
