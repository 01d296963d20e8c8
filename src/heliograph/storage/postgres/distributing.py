"""Distributes the tables over the machines of a Citus cluster.

Tables with a bucket are divided into shards by it, all in the same way, so that rows with the same bucket are on the
same machine. The others are small, and each machine gets a copy.
"""

from __future__ import annotations

import logging

import asyncpg

from heliograph.errors import UsageError
from heliograph.storage.distribution import Distribution
from heliograph.storage.migrations import schema
from heliograph.storage.postgres.ddl import connected
from heliograph.storage.postgres.placement import ANCHOR
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.postgres.store import open_pooled

log = logging.getLogger("heliograph.storage")


async def distribute_tables(url: str, shards: int) -> tuple[str, Distribution]:
    """Migrate the database, and distribute the tables that are not distributed yet; see `storage/distributing.py`.

    Raises:
        UsageError: the database cannot be opened, it is not the coordinator of a Citus cluster, or Citus refuses to
            distribute a table.
    """
    store = await open_pooled(url, 1)
    await store.close()
    return store.name, await _distribute(url, store.name, shards)


async def _distribute(url: str, name: str, shards: int) -> Distribution:
    async with connected(url, "distribute") as connection:
        await _require_coordinator(connection, name)
        for table, divided in await _missing(connection):
            log.info("%s: distributing the table %s", name, table)
            try:
                await (_divide(connection, table, shards) if divided else _copy(connection, table))
            except asyncpg.PostgresError as error:
                raise UsageError(f"{name}: the table {table} cannot be distributed: {error}") from None
        return await _present(connection)


async def _require_coordinator(connection: Connection, name: str) -> None:
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"):
        raise UsageError(f"{name} has no Citus: run CREATE EXTENSION citus, and add the other machines, first")
    if not await connection.fetchval("SELECT citus_is_coordinator()"):
        raise UsageError(f"{name} is not the coordinator of the Citus cluster: distribute tables there")


async def _missing(connection: Connection) -> list[tuple[str, bool]]:
    """The tables that are not distributed, and whether they have a bucket."""
    rows = await connection.fetch(
        """SELECT relname, EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'bucket')
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[])
        AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = pg_class.oid)""",
        schema.tables(),
    )
    # Programs expect all tables to be distributed as soon as the anchor is.
    return sorted(((row[0], row[1]) for row in rows), key=lambda table: (table[0] == ANCHOR, table))


async def _divide(connection: Connection, table: str, shards: int) -> None:
    like = await connection.fetchval(
        "SELECT logicalrelid::text FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid "
        "WHERE partmethod = 'h' AND relnamespace = current_schema()::regnamespace ORDER BY logicalrelid LIMIT 1"
    )
    if like is None:
        await connection.execute(
            "SELECT create_distributed_table($1::text::regclass, 'bucket', colocate_with => 'none', shard_count => $2)",
            table,
            shards,
        )
    else:
        await connection.execute(
            "SELECT create_distributed_table($1::text::regclass, 'bucket', colocate_with => $2)", table, like
        )
    await _remove_local_rows(connection, table)


async def _copy(connection: Connection, table: str) -> None:
    await connection.execute("SELECT create_reference_table($1::text::regclass)", table)
    await _remove_local_rows(connection, table)


async def _remove_local_rows(connection: Connection, table: str) -> None:
    """Remove the rows that were copied to the shards, and cannot be seen any more."""
    await connection.execute("SELECT truncate_local_data_after_distributing_table($1::text::regclass)", table)


async def _present(connection: Connection) -> Distribution:
    row = await connection.fetchrow(
        """SELECT count(*) FILTER (WHERE partmethod = 'h'), count(*) FILTER (WHERE partmethod = 'n'),
        (SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = $2::text::regclass),
        (SELECT count(DISTINCT (nodename, nodeport)) FROM citus_shards WHERE table_name = $2::text::regclass)
        FROM pg_dist_partition JOIN pg_class ON pg_class.oid = logicalrelid
        WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[])""",
        schema.tables(),
        ANCHOR,
    )
    assert row is not None
    return Distribution(*row)
