"""The store on a PostgreSQL server: a small pool of connections for the whole process."""

from __future__ import annotations

import contextlib
import logging
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
from heliograph.storage.buckets import Shard
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.page_cache import PageCache
from heliograph.storage.postgres import compacting
from heliograph.storage.postgres.batches import Batcher
from heliograph.storage.postgres.ddl import CONNECT_SECONDS
from heliograph.storage.postgres.horizon import Horizon
from heliograph.storage.postgres.marks import ProcessMarks
from heliograph.storage.postgres.migrating import migrate
from heliograph.storage.postgres.nodes import Nodes
from heliograph.storage.postgres.partitions import PostgresPartitions
from heliograph.storage.postgres.placement import BUCKETS, read_placement
from heliograph.storage.postgres.pool import Connection, Pool
from heliograph.storage.postgres.reads import PooledReader
from heliograph.storage.postgres.transactions import UNAVAILABLE, Transactions, retried
from heliograph.storage.postgres.tx import Catalog, PostgresTx
from heliograph.storage.rows import cursors, meta
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.storage.unlocking import sealer_of

STATEMENT_SECONDS = 30.0
"""The longest time of a statement, on connections that are opened from now on."""
_STATEMENTS = 256
"""The number of prepared statements per connection: enough for all verbs, with each size of a set."""
IDENTITY = "database_id"
"""The name in `meta` of the id of the database."""
# - An acknowledged write is on disk, even if the database turns synchronous commits off by default.
# - The name of the session tells the event stream which process it belongs to. PgBouncer may ignore the name with which
#   it was opened.
# - Statements are planned when tables are empty, and PostgreSQL keeps their plans until the tables are next analysed.
#   Without this, it would read tables from end to end until then. Every query of a table that grows has an index.
# - Before PostgreSQL 18, a scan that is turned off and still needed looks so expensive that it would be compiled.
# - With Citus, queries of the system catalogs take minutes if there are many shards, unless shards are visible.
_SETTINGS = """SELECT set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false),
    set_config('application_name', '{name}', false),
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END,
    CASE WHEN current_setting('citus.override_table_visibility', true) = 'on'
        THEN set_config('citus.override_table_visibility', 'off', false) END"""

T = TypeVar("T")
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")
Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]

log = logging.getLogger("heliograph.storage")


class PostgresStore(Store):
    """A PostgreSQL database."""

    shared = True
    persistent = True

    def __init__(self, url: str, name: str, pool: Pool, marks: ProcessMarks, sealer: Sealer) -> None:
        self.name = name
        self.sealer = sealer
        self.buckets = BUCKETS
        self._url = url
        self.page_cache = PageCache()
        self._pool = pool
        self.marks = marks
        self._catalog = Catalog()
        self._horizon = Horizon(pool, Nodes(self._is_distributed), marks.process)
        self._reader = PooledReader(pool, self._catalog, BUCKETS)
        self.partitions = PostgresPartitions(url, self._reader, self._is_distributed)
        self._transactions = Transactions(pool, self._catalog, BUCKETS, marks, self._report_due)
        self._batcher = Batcher(self._run_batch)

    async def snapshot(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._placed(self._transactions.snapshot, lambda reader: query(reader, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._placed(retried, lambda: query(self._reader, *args, **kwargs))

    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._placed(self._transactions.run, lambda tx: work(tx, *args, **kwargs))

    async def submit(self, batch: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Outcome]]], item: Item) -> Outcome:
        outcome: Outcome = await self._batcher.put(batch, item)
        return outcome

    async def _run_batch(self, batch: Batch, items: Sequence[Any]) -> Sequence[Any]:
        started = time.perf_counter()
        outcomes = await self._placed(self._transactions.run, partial(_apply, batch, items))
        self.observe_batch(batch.__name__, len(items), time.perf_counter() - started)
        return outcomes

    async def horizon(self, *, fresh: bool = False) -> str:
        if fresh:
            await retried(lambda: self.marks.publish(self._pool))
        return await retried(self._horizon.read)

    @property
    def horizon_held_seconds(self) -> float:
        return self._horizon.held_seconds

    @property
    def shards(self) -> Sequence[Shard]:
        return self._catalog.placement.shards

    def _is_distributed(self) -> bool:
        return self._catalog.placement.is_distributed

    async def find_shards(self) -> None:
        known = self._catalog.placement
        found = await retried(partial(read_placement, self._reader, known))
        if found is not known:
            self._catalog.placement = found
            log.info("%s: the data is in %d shards", self.name, len(found.shards))

    async def _placed(
        self, run: Callable[[Callable[P, Awaitable[T]]], Awaitable[T]], work: Callable[P, Awaitable[T]]
    ) -> T:
        """Run the work again if a statement was refused because the shards of its buckets have changed."""
        try:
            return await run(work)
        except asyncpg.FeatureNotSupportedError:
            known = self._catalog.placement
            await self.find_shards()
            if self._catalog.placement is known:
                raise
        return await run(work)

    @property
    def waiting(self) -> int:
        return self._batcher.waiting

    @property
    def connections(self) -> tuple[int, int]:
        return self._pool.connections

    async def size(self) -> int:
        return await compacting.size(self._url)

    async def compact(self) -> None:
        try:
            await compacting.rewrite(self._url)
        except UNAVAILABLE as error:
            raise ServiceUnavailable from error

    async def close(self) -> None:
        await self._batcher.stop()
        await self.marks.close(self._pool)
        await self._pool.close()


async def _apply(batch: Batch, items: Sequence[Any], tx: PostgresTx) -> Sequence[Any]:
    outcomes = await batch(tx, items)
    if len(outcomes) != len(items):  # checked before the commit, so that it can be rolled back
        raise RuntimeError(f"{batch.__name__} returned {len(outcomes)} outcomes for {len(items)} items")
    return outcomes


async def open_pooled(url: str, connections: int) -> PostgresStore:
    """The store in the database at `url`, with up to `connections` connections. Migrates the database if needed.

    Raises:
        UsageError: the database cannot be reached, has a newer schema version, belongs to another program, or has
            another master key.
    """
    name = display_name(url)
    marks = ProcessMarks()
    pool = Pool(partial(_connect, url, marks), connections)
    try:
        async with pool.connection():
            pass
    except (*UNAVAILABLE, ValueError, asyncpg.PostgresError) as error:
        # The error for an invalid URL may repeat it, with its password.
        why = "its URL is invalid" if isinstance(error, ValueError) else _message(error)
        await pool.close()
        raise UsageError(f"the database cannot be opened: {name}: {why}") from None
    try:
        store = PostgresStore(url, name, pool, marks, await _prepare(pool, marks, url, name))
        await store.find_shards()
        return store
    except BaseException as error:
        await pool.close()
        if isinstance(error, (ServiceUnavailable, *UNAVAILABLE, asyncpg.PostgresError)):
            raise UsageError(f"the database cannot be opened: {name}: {_message(error.__cause__ or error)}") from None
        raise


def _message(error: BaseException) -> str:
    return str(error) or type(error).__name__


def display_name(url: str) -> str:
    """The host and the database of a URL, without the user and the password.

    Raises:
        UsageError: the URL is invalid.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UsageError("the database cannot be opened: its URL is invalid") from None
    host = parts.netloc.rpartition("@")[2] or parse_qs(parts.query).get("host", [""])[0]
    return f"PostgreSQL {unquote(host)}{parts.path}"


async def _connect(url: str, marks: ProcessMarks) -> Connection:
    name = marks.next_name()
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=STATEMENT_SECONDS,
        statement_cache_size=_STATEMENTS,
        server_settings={"application_name": name},
    )
    try:
        await connection.execute(_SETTINGS.format(name=name))
        await marks.admit(connection, name)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _prepare(pool: Pool, marks: ProcessMarks, url: str, name: str) -> Sealer:
    """Migrate the schema, and load the master key."""
    transactions = Transactions(pool, Catalog(), BUCKETS, marks)
    await migrate(pool, transactions, url, name)
    return await transactions.run(_unlock)


async def _unlock(tx: PostgresTx) -> Sealer:
    """The sealer with the master key in the environment or, without one, in a file of this user."""
    identity = await meta.get(tx, IDENTITY)
    if identity is None:
        await meta.lock(tx)
        identity = await meta.get(tx, IDENTITY) or secrets.token_hex(8)
        await meta.put(tx, IDENTITY, identity)
    await cursors.prepare(tx)
    path = master_key_path(identity)
    with contextlib.suppress(OSError):  # reading or writing the file reports the error
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return await sealer_of(tx, path)


def master_key_path(identity: str) -> Path:
    """The file with the master key of the database that has this id."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "heliograph" / f"{identity}.key"
