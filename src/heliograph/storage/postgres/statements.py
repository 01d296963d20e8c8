"""The statements that read and write rows by their keys."""

from __future__ import annotations

import itertools
from functools import lru_cache

from heliograph.storage.engine import Columns, Lock, parameters

BUCKET = "bucket"
"""The column that decides on the shard of a row."""
LOCK_CLAUSES = {
    Lock.NONE: "",
    Lock.KEEP: " FOR KEY SHARE",
    Lock.CHANGE: " FOR NO KEY UPDATE",
    Lock.REMOVE: " FOR UPDATE",
}
"""What is added to a statement that locks the rows that it reads."""


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
    """The rows of a set as the source of a statement."""
    if not size:
        return _set(types)
    numbers = itertools.count(1)
    rows = [", ".join(f"${next(numbers)}::{type}" for type in types) for _ in range(size)]
    return f"(VALUES {', '.join(f'({row})' for row in rows)})"


@lru_cache(maxsize=256)
def get(table: str, columns: Columns, match: Columns, lock: Lock) -> str:
    """The statement that reads the row of a key."""
    return f"SELECT {_names(columns)} FROM {table} WHERE {_equal(match)}{LOCK_CLAUSES[lock]}"


@lru_cache(maxsize=1024)
def get_many(table: str, columns: Columns, match: Columns, types: Columns, lock: Lock, size: int, apart: bool) -> str:
    """The statement that reads the rows of a set of keys.

    `size` is the number of keys, or 0 for an array for each column. `apart`: the database is distributed, so the
    statement names the bucket of each key.
    """
    if size != 1 and not apart:
        # A condition for a few keys would be a bitmap of each, which takes several times as long. With OFFSET,
        # PostgreSQL cannot join the table in another way, so the plan that it keeps is right for a table of any size.
        where = " AND ".join(f"{table}.{column} = given.{column}" for column in match)
        row = f"SELECT {_names(columns)} FROM {table} WHERE {where} OFFSET 0{LOCK_CLAUSES[lock]}"
        given = f"{_given(types, size)} AS given ({_names(match)})"
        return f"SELECT found.* FROM {given} CROSS JOIN LATERAL ({row}) AS found"
    # Rows are locked in the order in which they are sorted.
    order = "" if lock is Lock.NONE else f" ORDER BY {_names(match)}{LOCK_CLAUSES[lock]}"
    return f"SELECT {_names(columns)} FROM {table} WHERE {_any_of(match, types, size)}{order}"


@lru_cache(maxsize=1024)
def insert(table: str, columns: Columns, size: int) -> str:
    """The statement that inserts this number of rows."""
    rows = ", ".join(f"({parameters(columns, 1 + number * len(columns))})" for number in range(size))
    return f"INSERT INTO {table} ({_names(columns)}) VALUES {rows}"


@lru_cache(maxsize=256)
def update_one(table: str, columns: Columns, match: Columns) -> str:
    """The statement that changes the row of a key."""
    assignments = _equal(columns, separator=", ")
    return f"UPDATE {table} SET {assignments} WHERE {_equal(match, first=len(columns) + 1)}"


@lru_cache(maxsize=256)
def delete_one(table: str, match: Columns) -> str:
    """The statement that deletes the row of a key."""
    return f"DELETE FROM {table} WHERE {_equal(match)}"


@lru_cache(maxsize=1024)
def update(table: str, columns: Columns, match: Columns, types: Columns, size: int, apart: bool) -> str:
    """The statement that changes the rows of a set of keys; `get_many` describes `size` and `apart`."""
    assignments = ", ".join(f"{column} = given.{column}" for column in columns)
    where = " AND ".join(f"{table}.{column} = given.{column}" for column in match)
    given = f"{_given(types, size)} AS given ({_names((*columns, *match))})"
    if apart and BUCKET in match:
        position = len(columns) + match.index(BUCKET) + 1
        buckets = ", ".join(f"${position + number * len(types)}" for number in range(size))
        where += f" AND {table}.{BUCKET} IN ({buckets})"
    return f"UPDATE {table} SET {assignments} FROM {given} WHERE {where}"


@lru_cache(maxsize=1024)
def delete(table: str, match: Columns, types: Columns, size: int, apart: bool) -> str:
    """The statement that deletes the rows of a set of keys; `get_many` describes `size` and `apart`."""
    if size > 1 and not apart:
        where = " AND ".join(f"{table}.{column} = given.{column}" for column in match)
        return f"DELETE FROM {table} USING {_given(types, size)} AS given ({_names(match)}) WHERE {where}"
    return f"DELETE FROM {table} WHERE {_any_of(match, types, size)}"
