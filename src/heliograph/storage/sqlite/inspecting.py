"""Inspects a SQLite file without changing it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from heliograph import ids
from heliograph.errors import UsageError
from heliograph.storage.database_state import COMMITS, DatabaseState, KeyState, find_master_key
from heliograph.storage.migrations import schema
from heliograph.storage.rows import stream
from heliograph.storage.sqlite.examining import schema_version
from heliograph.storage.sqlite.location import (
    Location,
    leftovers,
    locate,
    refuse_lost,
    refuse_second_names,
    refuse_unusable,
)
from heliograph.storage.sqlite.locking import serving_process
from heliograph.storage.sqlite.tx import SQLiteTx, connect
from heliograph.storage.sqlite.writer import drive
from heliograph.storage.unlocking import check_master_key

_PAGE = bytes(4096)


def inspect_embedded(where: str) -> DatabaseState:
    """The state of the SQLite file `where`.

    Raises:
        UsageError: it cannot be opened, is missing although it was there, or belongs to another program.
    """
    location = locate(where)
    refuse_unusable(location)
    folder = _folder_state(location)
    if not location.path.exists() or location.path.stat().st_size == 0:
        refuse_lost(location, leftovers(location))
        return folder
    refuse_second_names(location)
    try:
        with closing(connect(location.path, read_only=True)) as connection:
            return _with_content(folder, location, connection)
    except sqlite3.Error as error:
        # SQLite opens a file with a log only if it can write its folder.
        why = f"{error}; {folder.unwritable}" if folder.unwritable else str(error)
        raise UsageError(f"the database cannot be opened: {location.path}: {why}") from None


def _folder_state(location: Location) -> DatabaseState:
    """The state of the folder, as long as there is no database in it."""
    try:
        unwritable, seconds = None, _commit_seconds(location.path.parent)
    except OSError as error:
        unwritable, seconds = f"{location.path.parent}: {error.strerror}", None
    holder = serving_process(location)
    return DatabaseState(
        name=str(location.path),
        engine=f"SQLite {sqlite3.sqlite_version}",
        embedded=True,
        version=None,
        unwritable=unwritable,
        commit_seconds=seconds,
        free_bytes=shutil.disk_usage(location.path.parent).free,
        holder=holder,
        users=f"process {holder} serves it" if holder else "no process serves it",
        ahead_seconds=0.0,
        risks=(),
        key=None,
    )


def _commit_seconds(folder: Path) -> float:
    """The median time in which a page reaches the disk, in a file without a name."""
    durations = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(COMMITS):
            file.write(_PAGE)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            durations.append(time.perf_counter() - started)
    return statistics.median(durations)


def _with_content(folder: DatabaseState, location: Location, connection: sqlite3.Connection) -> DatabaseState:
    version = schema_version(connection)
    schema.refuse_unknown(str(location.path), version)
    ahead = 0.0
    if version.number == schema.latest():
        newest = drive(stream.newest(SQLiteTx(connection, 1)))
        ahead = max(0.0, ids.milliseconds(newest) / 1000 - time.time())
    unwritable = folder.unwritable or _refusal(location)
    return replace(
        folder,
        version=version,
        unwritable=unwritable,
        commit_seconds=None if unwritable else folder.commit_seconds,
        ahead_seconds=ahead,
        key=_key(location, connection),
    )


def _refusal(location: Location) -> str | None:
    """Why a transaction that writes cannot begin, or None."""
    try:
        with closing(connect(location.path, read_only=False)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return f"{location.path}: {error}"
    return None


def _key(location: Location, connection: sqlite3.Connection) -> KeyState:
    state, key = find_master_key(location.key)
    if key is not None:
        try:
            drive(check_master_key(SQLiteTx(connection, 1), key))
        except UsageError as error:
            return replace(state, problem=str(error))
    return state
