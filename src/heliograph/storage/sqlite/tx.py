"""Opens SQLite connections, and reads and writes rows through them.

The coroutines never wait for the event loop. So a read is a single step of the event loop, and the thread of the writer
can run the same coroutines without a loop.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, count, repeat
from pathlib import Path
from types import NoneType
from typing import Any
from urllib.parse import quote

from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Columns, Dialect, Effects, Lock, Row, Tx

DIALECT = Dialect(
    text="TEXT", integer="INTEGER", blob="BLOB", clustered=" WITHOUT ROWID", where_many="-- ", transaction="0"
)

_SET_SIZES = (128, 16)
"""The numbers of keys that one statement reads, the largest first."""
_INSERTED = 32
"""The number of rows that one statement inserts, which takes two thirds of the time of `executemany`."""
_PARAMETER = re.compile(r"\$(\d+)")
# Without an adapter, the driver raises and catches an AttributeError for each None that it binds.
sqlite3.register_adapter(NoneType, lambda none: None)

_BUSY_SECONDS = 10
_CACHE_KIB = 32_000
# Once the write-ahead log has 16,000 pages (64 MB), the writer copies the rest of them, and the log starts again from
# the beginning. A server has copied most of them before, see `checkpoints`.
_CHECKPOINT_PAGES = 16_000


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit mode, on which transactions begin and end with explicit statements.

    Raises:
        sqlite3.Error: the file cannot be opened, or is not a database.
    """
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            # Deleted values are overwritten. Debian's SQLite does so by default.
            connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def vacuum(connection: sqlite3.Connection) -> None:
    """Rewrite the database file, and empty the write-ahead log.

    Raises:
        sqlite3.Error: the file cannot be written now, or another process reads it.
    """
    connection.execute("PRAGMA temp_store = FILE")  # a copy of the whole database may not fit into memory
    try:
        connection.execute("VACUUM")
        # SQLite does not wait for another checkpoint, such as one that the server has begun in its thread.
        deadline = time.monotonic() + _BUSY_SECONDS
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise sqlite3.OperationalError("another process reads the database")
            time.sleep(0.01)
    finally:
        connection.execute("PRAGMA temp_store = MEMORY")


def unavailable(error: sqlite3.DatabaseError) -> Exception:
    """The error to raise to callers: ServiceUnavailable if the files cannot be used now, otherwise the error itself.

    The driver raises OperationalError for a full disk, an I/O error or a lock, and DatabaseError itself for a damaged
    file. Its other classes are programming errors.
    """
    files = isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
    return ServiceUnavailable() if files else error


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> str:
    # The driver binds a sequence of values to ?1, but not to $1.
    return _PARAMETER.sub(r"?\1", sql)


@lru_cache(maxsize=256)
def _where(match: Columns, first: int = 1) -> str:
    return " AND ".join(f"{column} = ?{number}" for number, column in enumerate(match, first))


@lru_cache(maxsize=256)
def _select(table: str, columns: Columns, match: Columns) -> str:
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {_where(match)}"


@lru_cache(maxsize=512)
def _select_set(table: str, columns: Columns, match: Columns, size: int) -> str:
    names = [f"key_{number}" for number in range(len(match))]
    places = ", ".join([f"({', '.join('?' * len(match))})"] * size)
    conditions = " AND ".join(f"{column} = {name}" for column, name in zip(match, names, strict=True))
    # CROSS JOIN keeps SQLite from scanning the table and searching the keys.
    return (
        f"WITH wanted ({', '.join(names)}) AS (VALUES {places}) "
        f"SELECT {', '.join(columns)} FROM wanted CROSS JOIN {table} ON {conditions}"
    )


@lru_cache(maxsize=256)
def _insert(table: str, columns: Columns) -> str:
    places = ", ".join(f"?{number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"


@lru_cache(maxsize=256)
def _insert_set(table: str, columns: Columns, is_shared: tuple[bool, ...]) -> str:
    shared, own = count(1), count(sum(is_shared) + 1, _INSERTED)
    # The parameters of a column follow each other.
    numbers = [repeat(next(shared)) if one else count(next(own)) for one in is_shared]
    rows = [", ".join([f"?{next(number)}" for number in numbers]) for _ in range(_INSERTED)]
    # Without OR FAIL, SQLite copies each page before it changes it, to be able to undo the statement alone.
    return f"INSERT OR FAIL INTO {table} ({', '.join(columns)}) VALUES {', '.join(f'({row})' for row in rows)}"


@lru_cache(maxsize=256)
def _update(table: str, columns: Columns, match: Columns) -> str:
    assignments = ", ".join(f"{column} = ?{number}" for number, column in enumerate(columns, 1))
    return f"UPDATE {table} SET {assignments} WHERE {_where(match, len(columns) + 1)}"


class SQLiteTx(Tx):
    """A reader or a transaction on one connection. Its creator begins and ends the transaction."""

    single_writer = True
    lock_clauses = dict.fromkeys(Lock, "")  # a single writer needs no locks
    clock = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

    def __init__(self, connection: sqlite3.Connection, buckets: int, now: int = 0) -> None:
        self._connection = connection
        self.buckets = buckets
        self.now = now
        self.effects = Effects()

    def check_events(self, first_id: str) -> None:
        pass  # the only writer creates ids in the order of commits

    async def row(self, sql: str, *values: Any) -> Row | None:
        row: Row | None = self._connection.execute(_numbered(sql), values).fetchone()
        return row

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return self._connection.execute(_numbered(sql), values).fetchall()

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        row: Row | None = self._connection.execute(_select(table, columns, match), key).fetchone()
        return row

    async def get_many(
        self, table: str, columns: Columns, match: Columns, keys: Iterable[Row], *, lock: Lock = Lock.NONE
    ) -> list[Row]:
        wanted, execute = list(keys), self._connection.execute
        found: list[Row] = []
        start = 0
        # A statement for a set of keys takes two thirds of the time of one for each key. A few sizes of sets keep the
        # statements prepared.
        for size in _SET_SIZES:
            while len(wanted) - start >= size:
                values = [value for key in wanted[start : start + size] for value in key]
                found += execute(_select_set(table, columns, match, size), values)
                start += size
        sql = _select(table, columns, match)
        found += [row for key in wanted[start:] for row in execute(sql, key)]
        return found

    async def execute(self, sql: str, *values: Any) -> int:
        return self._connection.execute(_numbered(sql), values).rowcount

    async def insert(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        together = len(rows) - len(rows) % _INSERTED
        if together:
            self._insert_sets(table, columns, rows[:together])
        self._connection.executemany(_insert(table, columns), rows[together:])

    def _insert_sets(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        """Insert rows whose number is a multiple of `_INSERTED`. A value that all rows share is bound once for each
        set."""
        shared, own, is_shared = [], [], []
        for column in zip(*rows, strict=True):
            is_shared.append(column.count(column[0]) == len(rows))
            if is_shared[-1]:
                shared.append(column[0])
            else:
                own.append(column)
        sql = _insert_set(table, columns, tuple(is_shared))
        for start in range(0, len(rows), _INSERTED):
            end = start + _INSERTED
            self._connection.execute(sql, [*shared, *chain(*[column[start:end] for column in own])])

    async def update(self, table: str, columns: Columns, match: Columns, rows: Sequence[Row]) -> None:
        self._connection.executemany(_update(table, columns, match), rows)

    async def delete(self, table: str, match: Columns, keys: Sequence[Row]) -> None:
        self._connection.executemany(f"DELETE FROM {table} WHERE {_where(match)}", keys)
