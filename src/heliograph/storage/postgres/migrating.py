"""Migrates a PostgreSQL database, while servers use it.

An empty database gets all steps in one transaction. After that each step is a transaction, which waits for locks only
briefly (`ddl`). Indexes are built without blocking writes. A step that was interrupted is taken again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg

from heliograph.errors import UsageError
from heliograph.storage.engine import Reader, StaleRead
from heliograph.storage.migrations import schema
from heliograph.storage.migrations.step import Index
from heliograph.storage.postgres.ddl import CONTENDED, changing, connected, retried
from heliograph.storage.postgres.placement import BUCKETS
from heliograph.storage.postgres.pool import Connection, Pool
from heliograph.storage.postgres.transactions import Transactions
from heliograph.storage.postgres.tx import DIALECT, Catalog, PostgresTx
from heliograph.wire import times

_PURPOSE = "migrate"
PATIENCE_SECONDS = 60.0
"""How long a step tries to get its locks."""
_POLL_SECONDS = 0.2
_TABLES = schema.tables()

log = logging.getLogger("heliograph.storage")


async def migrate(pool: Pool, transactions: Transactions, url: str, name: str) -> None:
    """Migrate the database to the latest schema version. A newer schema is left unchanged.

    Raises:
        UsageError: this program cannot use the schema, a table of another program has the name of one of ours, or a
            step did not get its locks.
    """
    async with pool.connection() as connection:
        present = await version_of(PostgresTx(connection, Catalog(), BUCKETS), name)
    if present.number == 0:
        present = await transactions.run(partial(_create, name))
    schema.refuse_unknown(name, present)
    # A role without the privilege to change the schema can serve a database that is up to date.
    if present.number < schema.latest():
        await _upgrade(url, name)


async def version_of(reader: Reader, name: str) -> schema.Version:
    """The schema version of the database.

    Raises:
        UsageError: the database belongs to another program.
    """
    # One statement, because another process may create the tables between two.
    rows = await reader.rows("SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL", _TABLES)
    found = {row[0] for row in rows}
    if found and "meta" not in found:
        raise UsageError(f"{name} is the database of another program: use a separate database for Heliograph")
    try:
        return await schema.version(reader, table_exists=bool(found))
    except asyncpg.UndefinedColumnError:
        raise UsageError(f"{name} is the database of another program: use a separate database for Heliograph") from None


async def _create(name: str, tx: PostgresTx) -> schema.Version:
    """Create the schema, unless another process has done so."""
    if (present := await version_of(tx, name)).number == 0:
        try:
            await schema.migrate(tx, DIALECT, 0, BUCKETS)
        except (asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError):
            raise StaleRead from None  # another process is first; a table creates a type of the same name
        present = await version_of(tx, name)
    return present


async def _upgrade(url: str, name: str) -> None:
    """Take the missing steps one by one, while other processes that want to migrate wait."""
    async with connected(url, _PURPOSE) as guard, connected(url, _PURPOSE) as connection:
        await _lock_out(guard, name)
        reader = PostgresTx(connection, Catalog(), BUCKETS)
        while (present := await version_of(reader, name)).number < schema.latest():
            await _take(connection, name, present.number + 1)
            log.info("%s: migrated to schema version %d", name, present.number + 1)
        schema.refuse_unknown(name, present)


async def _lock_out(guard: Connection, name: str) -> None:
    """Lock out other migrations for as long as the connection exists.

    The lock conflicts with itself alone, so that servers read and write `meta` in the meantime.
    """
    lock = "LOCK TABLE meta IN SHARE UPDATE EXCLUSIVE MODE"
    settings = "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
    await guard.execute(settings)
    try:
        await guard.execute(f"{lock} NOWAIT")
    except asyncpg.LockNotAvailableError:
        log.info("%s: waiting for another process that is migrating it", name)
        await guard.execute(f"ROLLBACK; {settings}")
        await guard.execute(lock)


async def _take(connection: Connection, name: str, number: int) -> None:
    async def commit() -> None:
        async with changing(connection):
            tx = PostgresTx(connection, Catalog(), BUCKETS, times.now())
            await schema.take(tx, DIALECT, number)
            await tx.flush()

    for index in schema.STEPS[number - 1].indexes:
        log.info("%s: building the index %s", name, index.name)
        await _retried(partial(_build, connection, index), name, number)
    await _retried(commit, name, number)


async def _retried(work: Callable[[], Awaitable[None]], name: str, number: int) -> None:
    """Run `work` until it gets its locks."""
    try:
        await retried(work, PATIENCE_SECONDS)
    except CONTENDED as error:
        raise UsageError(
            f"{name} cannot be migrated to schema version {number}, because other transactions hold locks on its "
            f"tables ({error}). This step has changed nothing: end transactions that take long, such as those of "
            "pg_dump, and run `heliograph migrate` again"
        ) from None


async def _build(connection: Connection, index: Index) -> None:
    """Build the index, unless it exists. An unfinished index is dropped first."""
    if await _is_valid(connection, index):
        return
    await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}")
    await connection.execute(index.concurrent_statement)


async def _is_valid(connection: Connection, index: Index) -> bool:
    """Whether the index exists and is complete. PostgreSQL continues to build the index of a client that was killed."""
    while True:
        row = await connection.fetchrow(
            "SELECT indisvalid, EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = indexrelid) "
            "AS is_being_built FROM pg_index WHERE indexrelid = to_regclass($1)",
            index.name,
        )
        if not row or not row["is_being_built"]:
            return bool(row and row["indisvalid"])
        await asyncio.sleep(_POLL_SECONDS)
