"""Reads and writes the rows of PostgreSQL.

A set of keys or rows is sent as one array for each column, which `unnest` turns into rows again. So a set of any size
needs one statement. PostgreSQL plans it anew at each call, so a set of one is a statement of its own with plain
parameters, whose plan is kept.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heliograph.storage.engine import Columns, Dialect, Lock, Reader, Row, Tx, parameters
from heliograph.storage.postgres.pool import Connection

DIALECT = Dialect(
    text='TEXT COLLATE "C"',
    integer="BIGINT",
    blob="BYTEA",
    clustered="",
    where_many="",
    transaction="(pg_current_xact_id()::text::bigint)",
)

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

    async def arrays(self, reader: Reader, table: str, columns: Columns) -> Columns:
        """The array types of these columns."""
        if table not in self._types:
            rows = await reader.rows(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass "
                "AND attnum > 0 AND NOT attisdropped",
                table,
            )
            self._types[table] = {name: f"{type}[]" for name, type in rows}
        types = self._types[table]
        return tuple(types[column] for column in columns)


class PostgresReader(Reader):
    """A reader; its subclasses decide which connection runs a statement."""

    single_writer = False
    settled = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    upcoming = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    clock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    def __init__(self, catalog: Catalog, buckets: int) -> None:
        self._catalog = catalog
        self.buckets = buckets

    @abstractmethod
    async def rows(self, sql: str, *values: Any) -> list[Row]: ...

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        return await self.row(_get(table, columns, match, lock), *key)

    async def get_many(
        self, table: str, columns: Columns, match: Columns, keys: Iterable[Row], *, lock: Lock = Lock.NONE
    ) -> list[Row]:
        keys = list(keys)
        if len(keys) <= 1:
            return await self.rows(_get(table, columns, match, lock), *keys[0]) if keys else []
        arrays = await self._catalog.arrays(self, table, match)
        return await self.rows(_get_many(table, columns, match, arrays, lock), *_by_column(keys))


class PostgresTx(PostgresReader, Tx):
    """A snapshot or a transaction on one connection. Its creator begins and ends the transaction."""

    def __init__(self, connection: Connection, catalog: Catalog, buckets: int, now: int = 0) -> None:
        super().__init__(catalog, buckets)
        self._connection = connection
        self.now = now
        self.witness: Witness | None = None

    async def row(self, sql: str, *values: Any) -> Row | None:
        return await self._connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return await self._connection.fetch(sql, *values)

    async def execute(self, sql: str, *values: Any) -> int:
        status = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1:
            await self._connection.execute(_insert_one(table, columns), *rows[0])
        elif rows:
            arrays = await self._catalog.arrays(self, table, columns)
            await self._connection.execute(_insert(table, columns, arrays), *_by_column(rows))
        if rows and "id" in columns:
            self.witness = Witness(table, columns, rows[-1])

    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1:
            await self._connection.execute(_update_one(table, columns, match), *rows[0])
        elif rows:
            arrays = await self._catalog.arrays(self, table, (*columns, *match))
            await self._connection.execute(_update(table, columns, match, arrays), *_by_column(rows))

    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        if len(keys) == 1:
            await self._connection.execute(_delete_one(table, match), *keys[0])
        elif keys:
            arrays = await self._catalog.arrays(self, table, match)
            await self._connection.execute(_delete(table, match, arrays), *_by_column(keys))


def _by_column(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _names(columns: Columns) -> str:
    return ", ".join(columns)


def _set(arrays: Columns) -> str:
    return f"unnest({', '.join(f'${number}::{array}' for number, array in enumerate(arrays, 1))})"


def _equal(columns: Columns, *, first: int = 1, separator: str = " AND ") -> str:
    """Conditions or assignments: `app_id = $1 AND id = $2`."""
    return separator.join(f"{column} = ${number}" for number, column in enumerate(columns, first))


@lru_cache(maxsize=256)
def _get(table: str, columns: Columns, match: Columns, lock: Lock) -> str:
    return f"SELECT {_names(columns)} FROM {table} WHERE {_equal(match)}{_LOCKS[lock]}"


@lru_cache(maxsize=256)
def _get_many(table: str, columns: Columns, match: Columns, arrays: Columns, lock: Lock) -> str:
    # Rows are locked in the order in which they are sorted.
    order = "" if lock is Lock.NONE else f" ORDER BY {_names(match)}{_LOCKS[lock]}"
    return f"SELECT {_names(columns)} FROM {table} WHERE ({_names(match)}) IN (SELECT * FROM {_set(arrays)}){order}"


@lru_cache(maxsize=256)
def _insert_one(table: str, columns: Columns) -> str:
    return f"INSERT INTO {table} ({_names(columns)}) VALUES ({parameters(columns, 1)})"


@lru_cache(maxsize=256)
def _update_one(table: str, columns: Columns, match: Columns) -> str:
    assignments = _equal(columns, separator=", ")
    return f"UPDATE {table} SET {assignments} WHERE {_equal(match, first=len(columns) + 1)}"


@lru_cache(maxsize=256)
def _delete_one(table: str, match: Columns) -> str:
    return f"DELETE FROM {table} WHERE {_equal(match)}"


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
