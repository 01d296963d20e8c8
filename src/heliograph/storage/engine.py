"""The interface between storage functions and a database: a `Reader` reads, a `Tx` also writes.

SQL is written once, with `$1`-style parameters, and run by `row` and `rows`. Reads by key and writes of a set of rows
go through `get`, `get_many`, `insert`, `update` and `delete`: these describe the statement as data, and each engine
renders it in the way that is fastest for it.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

Row = Sequence[Any]
Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The few tokens in which the engines' table definitions differ."""

    text: str  # ids and keys, compared byte by byte
    integer: str
    blob: str
    clustered: str  # ends a CREATE TABLE whose rows should lie in the order of their key
    where_many: str  # begins a statement that is needed only where there are many buckets
    transaction: str  # the number of the transaction that is running, where several may be at once; else 0


class Lock(Enum):
    """What a transaction means to do with rows, for which others must wait until it ends.

    Where locks of several tables are taken, it is in this order, and within each in that of the keys: conversations,
    users. So nobody ever waits in a circle.
    """

    NONE = auto()
    KEEP = auto()  # they must not go away; several may hold this lock at once
    CHANGE = auto()
    REMOVE = auto()


class TryAgain(Exception):
    """What a transaction read has changed before it was locked."""


class Reader(ABC):
    """A view of the database."""

    buckets: int
    single_writer: bool
    """Whether one process writes everything: events are then committed in the order of their ids, in one bucket."""
    settled: str
    """An expression: the number below which every transaction has ended, by the numbers that `Dialect` knows."""
    upcoming: str
    """An expression: the next number that a transaction will get."""
    clock: str
    """An expression: the time in milliseconds, by the clock of the database."""

    def bucket(self, *key: str) -> int:
        """The bucket of a conversation, a user or an external id; the leading column of every key about it."""
        # zlib's crc32 is the same on every machine and for ever, which Python's hash is not.
        return zlib.crc32("/".join(key).encode()) % self.buckets if self.buckets > 1 else 0

    @abstractmethod
    async def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of the result, or None."""

    @abstractmethod
    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of the result."""

    @abstractmethod
    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        """The `columns` of the row whose `match` columns equal the key, or None."""

    @abstractmethod
    async def get_many(
        self, table: str, columns: Columns, match: Columns, keys: Iterable[Row], *, lock: Lock = Lock.NONE
    ) -> list[Row]:
        """The `columns` of the rows whose `match` columns equal any of the keys, in no particular order.

        With a `lock`, the rows are locked in the order of their keys.
        """


class Tx(Reader):
    """A transaction. What it did is kept when it commits, and as if it had never been when it does not."""

    now: int
    """When it began, in milliseconds; every row of one transaction carries the same time."""

    @abstractmethod
    async def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; returns how many rows it changed."""

    @abstractmethod
    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        """Insert all the rows."""

    @abstractmethod
    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        """Set `columns` where the `match` columns are equal; each row holds the new values, then the key."""

    @abstractmethod
    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        """Delete the rows whose `match` columns equal any of the keys."""
