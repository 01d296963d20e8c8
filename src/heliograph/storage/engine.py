"""The interface between storage functions and a database: a `Reader` reads, a `Tx` also writes.

SQL is written once, with `$1`-style parameters, and run by `row` and `rows`. Reads by key and writes of a set of rows
go through `get`, `get_many`, `insert`, `update` and `delete`: these describe the statement as data, and each engine
renders it in the way that is fastest for it.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeAlias

from heliograph.storage.buckets import BucketRanges, Part

Row = Sequence[Any]
Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The tokens that differ between the table definitions of the engines."""

    text: str  # ids and keys, which are compared byte by byte
    integer: str
    blob: str
    clustered: str  # ends a CREATE TABLE whose rows are stored in the order of their key
    where_many: str  # begins a statement that is needed only with many buckets
    transaction: str  # the number of the current transaction; 0 if transactions never run concurrently


class Lock(Enum):
    """The reason for which a transaction locks rows until it ends.

    Transactions lock conversations before users, and the rows of each table in the order of their keys, so they cannot
    deadlock.
    """

    NONE = auto()
    KEEP = auto()  # the rows must not be deleted; several transactions can hold this lock at the same time
    CHANGE = auto()
    REMOVE = auto()


def parameters(values: Iterable[object], first: int) -> str:
    """The parameters of `IN (…)` for these values: `$3, $4, $5` from the number `first` on."""
    return ", ".join(f"${number}" for number, _ in enumerate(values, first))


class StaleRead(Exception):
    """A row changed after the transaction read it and before it locked it. The transaction is run again."""


class EventsRefused(Exception):
    """The transaction records events, and the event stream does not wait for it. It is run again once the stream
    waits."""


DueBucket: TypeAlias = tuple[str, int]
"""The id of a webhook, and a bucket with deliveries to it."""


@dataclass(slots=True)
class Effects:
    """The changes of a transaction on which the store acts after the commit."""

    due: set[DueBucket] = field(default_factory=set)
    """The webhooks and buckets in which deliveries became due."""
    changed_conversations: set[str] = field(default_factory=set)
    """The ids of conversations with a new version, or without any because they were deleted."""


class Reader(ABC):
    """A view of the database."""

    buckets: int
    single_writer: bool
    """Whether one process writes everything: events are then committed in the order of their ids, in one bucket."""
    clock: str
    """An SQL expression: the time in milliseconds, by the clock of the database."""
    lock_clauses: Mapping[Lock, str]
    """The clauses at the end of a SELECT that lock the rows of its table."""

    @property
    def joins_buckets(self) -> bool:
        """Whether a statement may read rows of several buckets: not if the database is distributed."""
        return True

    def bucket(self, *key: str) -> int:
        """The bucket of a conversation, a user or an external id; the leading column of every key about it."""
        # Unlike Python's hash, zlib's crc32 is the same on every machine and in every version.
        return zlib.crc32("/".join(key).encode()) % self.buckets if self.buckets > 1 else 0

    def parts(self, ranges: BucketRanges) -> Sequence[Part]:
        """These buckets, split so that the statement for each part is sent to one shard."""
        return [Part(ranges)]

    @abstractmethod
    async def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of the result, or None."""

    @abstractmethod
    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of the result."""

    async def shared_rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a SELECT. Outside of transactions, waiting SELECTs with the same text may be run as one
        statement.

        The values are integers and text.
        """
        return await self.rows(sql, *values)

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
    """A transaction."""

    now: int
    """The time at which it began, in milliseconds. All rows of one transaction have the same time."""
    effects: Effects

    @abstractmethod
    def check_events(self, first_id: str) -> None:
        """Check that the event stream waits for this transaction, before it stores rows in the order of the stream.

        `first_id` is the least id of the rows, which must have been created in this transaction.

        Raises:
            EventsRefused: the stream does not wait for it. The store runs the transaction again.
        """

    @abstractmethod
    async def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; returns the number of rows that it changed."""

    @abstractmethod
    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        """Insert all the rows."""

    @abstractmethod
    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        """Set `columns` where the `match` columns are equal; each row holds the new values, then the key."""

    @abstractmethod
    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        """Delete the rows whose `match` columns equal any of the keys."""
