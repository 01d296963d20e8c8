"""Reads and writes the rows of PostgreSQL through a connection.

A set of keys or rows is sent as one array for each column, which `unnest` turns into rows again. So a set of any size
needs one statement with one plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from heliograph.storage.engine import Columns, Dialect, Effects, Lock, Row, Tx

BUCKETS = 1024
DIALECT = Dialect(
    text='TEXT COLLATE "C"',
    integer="BIGINT",
    blob="BYTEA",
    clustered="",
    where_many="",
    transaction="(pg_current_xact_id()::text::bigint)",
)

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

_LOCKS = {Lock.NONE: "", Lock.KEEP: " FOR KEY SHARE", Lock.CHANGE: " FOR NO KEY UPDATE", Lock.REMOVE: " FOR UPDATE"}


@dataclass(frozen=True, slots=True)
class Witness:
    """An inserted row with a unique id. It exists if, and only if, its transaction was committed."""

    table: str
    columns: Columns
    row: Row


class Catalog:
    """The types of the columns, read from the database once for each table."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, str]] = {}

    async def arrays(self, connection: Connection, table: str, columns: Columns) -> Columns:
        """The array types of these columns."""
        if table not in self._types:
            rows = await connection.fetch(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass "
                "AND attnum > 0 AND NOT attisdropped",
                table,
            )
            self._types[table] = {name: f"{type}[]" for name, type in rows}
        types = self._types[table]
        return tuple(types[column] for column in columns)


class PostgresTx(Tx):
    """A reader or a transaction on one connection. Its creator begins and ends the transaction."""

    single_writer = False
    settled = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    upcoming = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    clock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    def __init__(self, connection: Connection, catalog: Catalog, buckets: int, now: int = 0) -> None:
        self._connection = connection
        self._catalog = catalog
        self.buckets = buckets
        self.now = now
        self.effects = Effects()
        self.witness: Witness | None = None

    async def row(self, sql: str, *values: Any) -> Row | None:
        return await self._connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return await self._connection.fetch(sql, *values)

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        return await self._connection.fetchrow(_get(table, columns, match, lock), *key)

    async def get_many(
        self, table: str, columns: Columns, match: Columns, keys: Iterable[Row], *, lock: Lock = Lock.NONE
    ) -> list[Row]:
        values = _by_column(keys)
        if not values:
            return []
        arrays = await self._catalog.arrays(self._connection, table, match)
        return await self.rows(_get_many(table, columns, match, arrays, lock), *values)

    async def execute(self, sql: str, *values: Any) -> int:
        status = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        if not rows:
            return
        arrays = await self._catalog.arrays(self._connection, table, columns)
        await self._connection.execute(_insert(table, columns, arrays), *_by_column(rows))
        if "id" in columns:
            self.witness = Witness(table, columns, rows[-1])

    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        if not rows:
            return
        arrays = await self._catalog.arrays(self._connection, table, (*columns, *match))
        await self._connection.execute(_update(table, columns, match, arrays), *_by_column(rows))

    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        if not keys:
            return
        arrays = await self._catalog.arrays(self._connection, table, match)
        await self._connection.execute(_delete(table, match, arrays), *_by_column(keys))


def _by_column(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _names(columns: Columns) -> str:
    return ", ".join(columns)


def _set(arrays: Columns) -> str:
    return f"unnest({', '.join(f'${number}::{array}' for number, array in enumerate(arrays, 1))})"


@lru_cache(maxsize=256)
def _get(table: str, columns: Columns, match: Columns, lock: Lock) -> str:
    where = " AND ".join(f"{column} = ${number}" for number, column in enumerate(match, 1))
    return f"SELECT {_names(columns)} FROM {table} WHERE {where}{_LOCKS[lock]}"


@lru_cache(maxsize=256)
def _get_many(table: str, columns: Columns, match: Columns, arrays: Columns, lock: Lock) -> str:
    # Rows are locked in the order in which they are sorted.
    order = "" if lock is Lock.NONE else f" ORDER BY {_names(match)}{_LOCKS[lock]}"
    return f"SELECT {_names(columns)} FROM {table} WHERE ({_names(match)}) IN (SELECT * FROM {_set(arrays)}){order}"


@lru_cache(maxsize=256)
def _insert(table: str, columns: Columns, arrays: Columns) -> str:
    return f"INSERT INTO {table} ({_names(columns)}) SELECT * FROM {_set(arrays)}"


@lru_cache(maxsize=256)
def _update(table: str, columns: Columns, match: Columns, arrays: Columns) -> str:
    assignments = ", ".join(f"{column} = given.{column}" for column in columns)
    where = " AND ".join(f"{table}.{column} = given.{column}" for column in match)
    given = f"{_set(arrays)} AS given ({_names((*columns, *match))})"
    return f"UPDATE {table} SET {assignments} FROM {given} WHERE {where}"


@lru_cache(maxsize=256)
def _delete(table: str, match: Columns, arrays: Columns) -> str:
    return f"DELETE FROM {table} WHERE ({_names(match)}) IN (SELECT * FROM {_set(arrays)})"
