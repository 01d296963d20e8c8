"""Reads and writes the rows of PostgreSQL.

A large set of keys or rows is sent as one array for each column, which `unnest` turns into rows again. So a set of any
size needs one statement, but PostgreSQL plans it anew at each call. A small set has plain parameters instead, so that
its plan is kept. Sets of keys are padded to a few sizes, which limits the number of statements to prepare.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heliograph.storage.engine import Columns, Dialect, Effects, Lock, Reader, Row, Tx, parameters
from heliograph.storage.postgres.marks import Place
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.postgres.writes import PendingWrites

BUCKETS = 1024
DIALECT = Dialect(
    text='TEXT COLLATE "C"',
    integer="BIGINT",
    blob="BYTEA",
    clustered="",
    where_many="",
    transaction="(pg_current_xact_id()::text::bigint)",
)

_SIZES = (1, 4, 16)
"""The sizes of small sets. Up to the largest, planning costs more than the execution."""
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

    async def of(self, reader: Reader, table: str, columns: Columns) -> Columns:
        """The types of these columns."""
        if table not in self._types:
            rows = await reader.rows(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass "
                "AND attnum > 0 AND NOT attisdropped",
                table,
            )
            self._types[table] = {name: type for name, type in rows}
        types = self._types[table]
        return tuple(types[column] for column in columns)


class PostgresReader(Reader):
    """A reader; its subclasses decide which connection runs a statement."""

    single_writer = False
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
        if not (keys := list(keys)):
            return []
        types = await self._catalog.of(self, table, match)
        size, values = _padded(keys)
        return await self.rows(_get_many(table, columns, match, types, lock, size), *values)


class PostgresTx(PostgresReader, Tx):
    """A snapshot or a transaction on one connection. Its creator begins and ends the transaction."""

    def __init__(
        self, connection: Connection, catalog: Catalog, buckets: int, now: int = 0, place: Place | None = None
    ) -> None:
        super().__init__(catalog, buckets)
        self._connection = connection
        self.now = now
        self.effects = Effects()
        self.witness: Witness | None = None
        self._pending = PendingWrites()
        self._place = place

    def check_events(self, first_id: str) -> None:
        if self._place is None:
            raise RuntimeError("this transaction cannot record events")
        self._place.check(first_id)

    async def row(self, sql: str, *values: Any) -> Row | None:
        await self.flush()
        return await self._connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        await self.flush()
        return await self._connection.fetch(sql, *values)

    async def flush(self) -> None:
        """Send the writes that are pending. Its creator calls it before the COMMIT."""
        if self._pending:
            sql, values = self._pending.take()
            await self._connection.execute(sql, *values)

    async def execute(self, sql: str, *values: Any) -> int:
        await self.flush()
        status = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1:
            await self._write_row(table, _insert_one(table, columns), rows[0])
        elif rows:
            types = await self._catalog.of(self, table, columns)
            await self._write(_insert(table, columns, types), _by_column(rows))
        if rows and "id" in columns:
            self.witness = Witness(table, columns, rows[-1])

    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1:
            await self._write_row(table, _update_one(table, columns, match), rows[0])
        elif rows:
            types = await self._catalog.of(self, table, (*columns, *match))
            size, values = _padded(rows)
            await self._write(_update(table, columns, match, types, size), values)

    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        if len(keys) == 1:
            await self._write_row(table, _delete_one(table, match), keys[0])
        elif keys:
            types = await self._catalog.of(self, table, match)
            size, values = _padded(keys)
            await self._write(_delete(table, match, types, size), values)

    async def _write_row(self, table: str, sql: str, values: Row) -> None:
        """Add a write of one row to those that are pending."""
        if table in self._pending:
            await self.flush()
        self._pending.add(table, sql, values)

    async def _write(self, sql: str, values: Sequence[Any]) -> None:
        await self.flush()
        await self._connection.execute(sql, *values)


def _padded(rows: Sequence[Row]) -> tuple[int, Sequence[Any]]:
    """The size of the set with the last row repeated, and the parameters; size 0 means an array for each column."""
    for size in _SIZES:
        if len(rows) <= size:
            padding = [rows[-1]] * (size - len(rows))
            return size, [value for row in (*rows, *padding) for value in row]
    return 0, _by_column(rows)


def _by_column(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _names(columns: Columns) -> str:
    return ", ".join(columns)


def _equal(columns: Columns, *, first: int = 1, separator: str = " AND ") -> str:
    """Conditions or assignments: `app_id = $1 AND id = $2`."""
    return separator.join(f"{column} = ${number}" for number, column in enumerate(columns, first))


def _set(types: Columns) -> str:
    return f"unnest({', '.join(f'${number}::{type}[]' for number, type in enumerate(types, 1))})"


def _any_of(match: Columns, types: Columns, size: int) -> str:
    if not size:
        return f"({_names(match)}) IN (SELECT * FROM {_set(types)})"
    width = len(match)
    return " OR ".join(f"({_equal(match, first=number * width + 1)})" for number in range(size))


def _given(types: Columns, size: int) -> str:
    """The rows of a set as the source of an UPDATE."""
    if not size:
        return _set(types)
    numbers = itertools.count(1)
    rows = [", ".join(f"${next(numbers)}::{type}" for type in types) for _ in range(size)]
    return f"(VALUES {', '.join(f'({row})' for row in rows)})"


@lru_cache(maxsize=256)
def _get(table: str, columns: Columns, match: Columns, lock: Lock) -> str:
    return f"SELECT {_names(columns)} FROM {table} WHERE {_equal(match)}{_LOCKS[lock]}"


@lru_cache(maxsize=1024)
def _get_many(table: str, columns: Columns, match: Columns, types: Columns, lock: Lock, size: int) -> str:
    # Rows are locked in the order in which they are sorted.
    order = "" if lock is Lock.NONE else f" ORDER BY {_names(match)}{_LOCKS[lock]}"
    return f"SELECT {_names(columns)} FROM {table} WHERE {_any_of(match, types, size)}{order}"


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
def _insert(table: str, columns: Columns, types: Columns) -> str:
    return f"INSERT INTO {table} ({_names(columns)}) SELECT * FROM {_set(types)}"


@lru_cache(maxsize=1024)
def _update(table: str, columns: Columns, match: Columns, types: Columns, size: int) -> str:
    assignments = ", ".join(f"{column} = given.{column}" for column in columns)
    where = " AND ".join(f"{table}.{column} = given.{column}" for column in match)
    given = f"{_given(types, size)} AS given ({_names((*columns, *match))})"
    return f"UPDATE {table} SET {assignments} FROM {given} WHERE {where}"


@lru_cache(maxsize=1024)
def _delete(table: str, match: Columns, types: Columns, size: int) -> str:
    return f"DELETE FROM {table} WHERE {_any_of(match, types, size)}"
