"""Reads and writes the rows of PostgreSQL.

The keys of a set are looked up one by one, by a lateral join, so PostgreSQL keeps the plan of the statement. A small
set has plain parameters (`VALUES`), and is padded to one of a few sizes, so there are few statements to prepare. A
large set is sent as one array for each column, which `unnest` turns into rows again. Rows to insert cannot be padded,
and are sent in pieces of a few sizes, or by COPY if they are many.

On a distributed database, sets are grouped by shard, and are always small, so that each statement names its buckets.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from heliograph.storage.buckets import BucketRanges, Part
from heliograph.storage.engine import Columns, Dialect, Effects, Lock, Reader, Row, Tx
from heliograph.storage.postgres import statements
from heliograph.storage.postgres.marks import TransactionPlace
from heliograph.storage.postgres.placement import Placement
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.postgres.statements import BUCKET, LOCK_CLAUSES
from heliograph.storage.postgres.writes import PendingWrites

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
_PIECES = (64, 32, *range(16, 0, -1))
"""The sizes of the pieces in which rows are inserted."""
_COPIED = 24
"""The number of rows from which COPY is faster than INSERT."""
_PAIR = 2
"""The rows of a leave in the history."""


@dataclass(frozen=True, slots=True)
class Witness:
    """An inserted row with a unique id. It exists if, and only if, its transaction was committed."""

    table: str
    columns: Columns
    row: Row


class Catalog:
    """The types of the columns, read from the database once for each table, and the placement of the buckets."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, str]] = {}
        self.placement = Placement()

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
    lock_clauses = LOCK_CLAUSES

    def __init__(self, catalog: Catalog, buckets: int) -> None:
        self._catalog = catalog
        self.buckets = buckets

    @abstractmethod
    async def rows(self, sql: str, *values: Any) -> list[Row]: ...

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        return await self.row(statements.get(table, columns, match, lock), *key)

    async def get_many(
        self, table: str, columns: Columns, match: Columns, keys: Iterable[Row], *, lock: Lock = Lock.NONE
    ) -> list[Row]:
        if not (keys := list(keys)):
            return []
        types, apart = await self._catalog.of(self, table, match), self._catalog.placement.is_distributed
        found: list[Row] = []
        for some in self._sets(match, keys):
            size, values = _padded(some)
            if size != 1 and not apart:
                values = _looked_up(some, size, lock)
            found += await self.rows(statements.get_many(table, columns, match, types, lock, size, apart), *values)
        return found

    @property
    def joins_buckets(self) -> bool:
        return not self._catalog.placement.is_distributed

    def parts(self, ranges: BucketRanges) -> Sequence[Part]:
        return self._catalog.placement.parts(ranges)

    def _grouped(self, columns: Columns, rows: Sequence[Row]) -> Sequence[Sequence[Row]]:
        """The rows of each shard, by the bucket in these columns."""
        placement = self._catalog.placement
        if not placement.is_distributed or BUCKET not in columns:
            return [rows]
        return placement.grouped(rows, columns.index(BUCKET))

    def _sets(self, columns: Columns, rows: Sequence[Row]) -> Sequence[Sequence[Row]]:
        """The sets in which rows are read, updated or deleted, in the order in which they are locked."""
        if not self._catalog.placement.is_distributed or BUCKET not in columns:
            return [rows]
        key = columns.index(BUCKET)
        groups = (sorted(group, key=lambda row: tuple(row[key:])) for group in self._grouped(columns, rows))
        return [group[first : first + _SIZES[-1]] for group in groups for first in range(0, len(group), _SIZES[-1])]


class PostgresTx(PostgresReader, Tx):
    """A snapshot or a transaction on one connection. Its creator begins and ends the transaction."""

    def __init__(
        self,
        connection: Connection,
        catalog: Catalog,
        buckets: int,
        now: int = 0,
        place: TransactionPlace | None = None,
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
        """Send the pending writes. The creator of the transaction calls it before the COMMIT."""
        if self._pending:
            sql, values = self._pending.take()
            await self._connection.execute(sql, *values)

    async def execute(self, sql: str, *values: Any) -> int:
        await self.flush()
        status = await self._connection.execute(sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1 or (len(rows) == _PAIR and not self._catalog.placement.is_distributed):
            await self._write_few(table, statements.insert(table, columns, len(rows)), list(itertools.chain(*rows)))
        elif len(rows) >= _COPIED and not self._catalog.placement.is_distributed:
            await self.flush()
            await self._connection.copy_records_to_table(table, columns=columns, records=rows)
        elif rows:
            for group in self._grouped(columns, rows):
                for piece in _pieces(group):
                    await self._write(statements.insert(table, columns, len(piece)), list(itertools.chain(*piece)))
        if rows and "id" in columns:
            self.witness = Witness(table, columns, rows[-1])

    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        if len(rows) == 1:
            await self._write_few(table, statements.update_one(table, columns, match), rows[0])
        elif rows:
            types = await self._catalog.of(self, table, (*columns, *match))
            apart = self._catalog.placement.is_distributed
            for some in self._sets((*columns, *match), rows):
                size, values = _padded(some)
                await self._write(statements.update(table, columns, match, types, size, apart), values)

    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        if len(keys) == 1:
            await self._write_few(table, statements.delete_one(table, match), keys[0])
        elif keys:
            types, apart = await self._catalog.of(self, table, match), self._catalog.placement.is_distributed
            for some in self._sets(match, keys):
                size, values = _padded(some)
                await self._write(statements.delete(table, match, types, size, apart), values)

    async def _write_few(self, table: str, sql: str, values: Row) -> None:
        """Add a write of one or two rows to those that are pending."""
        if self._catalog.placement.is_distributed:  # the combined statement would need several shards
            return await self._write(sql, values)
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


def _looked_up(keys: Sequence[Row], size: int, lock: Lock) -> list[Any]:
    """The parameters of a set whose keys are looked up in turn; in a small one, NULL finds no row."""
    ordered = keys if lock is Lock.NONE else sorted(keys, key=tuple)
    if not size:
        return _by_column(ordered)
    return [*itertools.chain(*ordered), *[None] * ((size - len(keys)) * len(keys[0]))]


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in pieces, whose sizes are few."""
    first = 0
    for size in _PIECES:
        while len(rows) - first >= size:
            yield rows[first : first + size]
            first += size


def _by_column(rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
