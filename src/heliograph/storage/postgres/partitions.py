"""Adds and drops the partitions of a PostgreSQL database, while servers use it.

Each change is one transaction that waits for locks only briefly (`ddl`) and takes milliseconds. An interrupted change
has changed nothing, but may leave a fence, which the next change removes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import asyncpg

from heliograph import ids
from heliograph.storage.engine import Reader
from heliograph.storage.partitions import Partitions, Range, missing, span
from heliograph.storage.postgres.ddl import changing, connected, retried
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.rows import retention

_PURPOSE = "maintenance"
_PATIENCE_SECONDS = 20.0
_CHANGE_SECONDS = 5
"""The longest time that a change holds its locks, which it should do for some milliseconds only."""
_COUNT_SECONDS = 1
"""The longest time that is spent on counting pending deliveries."""
MAX_MOVED = 1_000
"""The largest number of pending deliveries whose rows are moved out of a partition."""
_COLUMNS = {"event": ("id", "event_id"), "attempt": ("delivery_id", "id")}
"""The partitioned tables, in the order in which transactions use them: the column of their ranges, and the column of
deliveries that refers to it."""
LEAD = 60_000
"""How far ahead in milliseconds a partition begins. The rest may contain ids up to now, or of transactions that are not
committed yet, and the clocks of servers differ."""
SCANNED_BYTES = 16 << 20
"""A default partition that is larger than this is not read while it is locked, but gets a fence before."""
FENCED_LEAD = 24 * 3600 * 1000
"""`LEAD` with a fence, which takes longer to build."""
_BOUNDS = re.compile(r"FROM \('([0-9a-f]{24})'\) TO \('([0-9a-f]{24})'\)")

log = logging.getLogger("heliograph.storage")


class Partition(NamedTuple):
    """A partition of a table; without a range it is the rest."""

    name: str
    range: Range | None


class PostgresPartitions(Partitions):
    """The partitions of a PostgreSQL database.

    The partitions of a distributed database are not changed, because only its coordinator can change them.
    """

    def __init__(self, url: str, reader: Reader, is_distributed: Callable[[], bool]) -> None:
        self._url = url
        self._reader = reader
        self._is_distributed = is_distributed
        self._was_refused = False

    async def add(self, keep: int) -> None:
        if not await self._can_change():
            return
        async with connected(self._url, _PURPOSE) as connection:
            await _remove_fences(connection)
            lead = FENCED_LEAD if any([await _is_large(connection, table) for table in _COLUMNS]) else LEAD
            since = await retention.clock(self._reader) + lead
            for new in missing(await self.ranges("event"), since, keep):
                await _add(connection, new)

    async def drop(self, old: str) -> None:
        if not await self._can_change():
            return
        old_ranges = [(table, one) for table in _COLUMNS for one in await self.ranges(table) if one.end <= old]
        if old_ranges:
            async with connected(self._url, _PURPOSE) as connection:
                for table, one in old_ranges:
                    await _drop(connection, table, one)

    async def parts(self, table: str, old: str, keep: int) -> Sequence[str]:
        """The rest, and partitions that are too wide or too old: they were created for a longer retention time, or
        pending deliveries need them."""
        found = await _partitions(self._reader, table)
        # A partition of the right width that is not dropped at the first try, as during a `pg_dump`, can wait.
        since = ids.earliest(max(0, ids.milliseconds(old) - 2 * span(keep)))
        return [one.name for one in found if one.range is None or one.range.first < since] or [table]

    async def ranges(self, table: str) -> list[Range]:
        """The ranges of the partitions of a table, in their order."""
        return sorted(one.range for one in await _partitions(self._reader, table) if one.range)

    async def _can_change(self) -> bool:
        if self._is_distributed():
            return False
        row = await self._reader.row(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'event'::regclass"
        )
        is_owner = bool(row and row[0])
        if not is_owner and not self._was_refused:
            log.warning("old events are deleted one by one, because the role of this server does not own the tables")
        self._was_refused = not is_owner
        return is_owner


async def _partitions(reader: Reader, table: str) -> list[Partition]:
    rows = await reader.rows(
        "SELECT quote_ident(relname), pg_get_expr(relpartbound, oid) FROM pg_inherits JOIN pg_class ON oid = inhrelid "
        "WHERE inhparent = $1::text::regclass",
        table,
    )
    found = [(name, bound, _BOUNDS.search(bound)) for name, bound in rows]
    return [
        Partition(name, Range(*bounds.groups()) if bounds else None)
        for name, bound, bounds in found
        if bounds or bound == "DEFAULT"
    ]


def _within(column: str, range: Range) -> str:
    return f"{column} >= '{range.first}' AND {column} < '{range.end}'"


def _name(table: str, range: Range) -> str:
    return f"{table}_{_time(range.first):%Y%m%d_%H%M%S}"


def _time(id: str) -> datetime:
    return datetime.fromtimestamp(ids.milliseconds(id) / 1000, UTC)


@asynccontextmanager
async def _changing(connection: Connection) -> AsyncIterator[None]:
    """A transaction for a change, by the owner of the tables, while no other process changes the schema."""
    async with changing(connection):
        await connection.execute(f"SET LOCAL statement_timeout = '{_CHANGE_SECONDS}s'")
        owner = await connection.fetchval(
            "SELECT quote_ident(rolname) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner "
            "WHERE pg_class.oid = 'event'::regclass"
        )
        await connection.execute(f"SET LOCAL ROLE {owner}")
        await connection.execute("SET LOCAL enable_seqscan = off")
        # As a migration does, which conflicts with neither reads nor writes.
        await connection.execute("LOCK TABLE meta IN SHARE UPDATE EXCLUSIVE MODE")
        yield


async def _add(connection: Connection, new: Range) -> None:
    """Add a partition to each table, unless the rest has such ids already."""
    try:
        for table in _COLUMNS:
            await _fence(connection, table, new)
        await retried(partial(_attach, connection, new), _PATIENCE_SECONDS)
        log.info("added the partitions of events from %s to %s", _time(new.first), _time(new.end))
    except asyncpg.CheckViolationError:
        log.info("events from %s to %s stay in the default partition", _time(new.first), _time(new.end))
    finally:
        await _remove_fences(connection)


async def _attach(connection: Connection, new: Range) -> None:
    async with _changing(connection):
        for table in _COLUMNS:
            name = _name(table, new)
            if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
                return  # another process was faster
            await connection.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            await connection.execute(
                f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{new.first}') TO ('{new.end}')"
            )


async def _fence(connection: Connection, table: str, new: Range) -> None:
    """Prove that a large default partition has no ids of the range. Without a proof, PostgreSQL reads it under a lock.

    Until the fence is removed, new rows with such ids are refused, so the range must be far ahead.
    """
    if not await _is_large(connection, table):
        return
    column, fence = _COLUMNS[table][0], f"{table}_rest_fence"
    condition = f"NOT ({_within(column, new)})"

    async def begin() -> None:
        async with _changing(connection):
            await connection.execute(f"ALTER TABLE {table}_rest ADD CONSTRAINT {fence} CHECK ({condition}) NOT VALID")

    await retried(begin, _PATIENCE_SECONDS)
    async with connection.transaction():
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute(f"ALTER TABLE {table}_rest VALIDATE CONSTRAINT {fence}")


async def _is_large(connection: Connection, table: str) -> bool:
    size: int = await connection.fetchval("SELECT pg_relation_size($1::text::regclass)", f"{table}_rest")
    return size > SCANNED_BYTES


async def _remove_fences(connection: Connection) -> None:
    for table in _COLUMNS:
        await retried(partial(_remove_fence, connection, table), _PATIENCE_SECONDS)


async def _remove_fence(connection: Connection, table: str) -> None:
    is_there = "SELECT count(*) FROM pg_constraint WHERE conname = $1 AND conrelid = $2::text::regclass"
    if await connection.fetchval(is_there, f"{table}_rest_fence", f"{table}_rest"):
        async with _changing(connection):
            await connection.execute(f"ALTER TABLE {table}_rest DROP CONSTRAINT IF EXISTS {table}_rest_fence")


class _TooManyPendingError(Exception):
    """More deliveries need rows of a partition than should be moved."""


async def _drop(connection: Connection, table: str, old: Range) -> None:
    """Drop a partition, unless many pending deliveries need its rows."""
    span = table, _time(old.first), _time(old.end)
    try:
        # Counted before the partition is locked, because dropping a partition that is kept is tried again and again.
        async with connection.transaction():
            await connection.execute(f"SET LOCAL statement_timeout = '{_COUNT_SECONDS}s'")
            await _count_pending(connection, table, old)
        moved = await retried(partial(_drop_partition, connection, table, old), _PATIENCE_SECONDS)
    except (_TooManyPendingError, asyncpg.QueryCanceledError):
        log.warning("the partition of the table %s from %s to %s is kept for its pending deliveries", *span)
    else:
        log.info("dropped the partition of the table %s from %s to %s, with %d pending deliveries", *span, moved)


async def _drop_partition(connection: Connection, table: str, old: Range) -> int:
    partition, (column, referring) = _name(table, old), _COLUMNS[table]
    async with _changing(connection):
        await connection.execute(f"ALTER TABLE {table} DETACH PARTITION {partition}")
        pending = await _count_pending(connection, table, old)
        # Needed rows are moved to the rest. Partitions may have their columns in another order.
        columns = await connection.fetchval(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute "
            "WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
        await connection.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {partition} "
            f"WHERE (bucket, {column}) IN (SELECT bucket, {referring} FROM {_pending(table, old)})"
        )
        await connection.execute(f"DROP TABLE {partition}")
    return pending


async def _count_pending(connection: Connection, table: str, range: Range) -> int:
    source = f"SELECT FROM {_pending(table, range)} LIMIT {MAX_MOVED + 1}"
    found: int = await connection.fetchval(f"SELECT count(*) FROM ({source}) AS found")
    if found > MAX_MOVED:
        raise _TooManyPendingError
    return found


def _pending(table: str, range: Range) -> str:
    """The pending deliveries that need a partition."""
    return f"delivery WHERE status = 'pending' AND {_within(_COLUMNS[table][1], range)}"
