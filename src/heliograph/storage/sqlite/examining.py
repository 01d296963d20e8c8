"""Checks a SQLite file before it is opened: its program, its version, its log and, if in doubt, its integrity."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from heliograph.errors import UsageError
from heliograph.storage.migrations import schema
from heliograph.storage.sqlite.location import Location, refuse_lost
from heliograph.storage.sqlite.locking import DatabaseFile, last_mark
from heliograph.storage.sqlite.pairing import belongs, is_doubtful
from heliograph.storage.sqlite.tx import SQLiteTx, connect
from heliograph.storage.sqlite.writer import drive


def examine(location: Location, file: DatabaseFile, left: list[Path]) -> int:
    """The schema version of the database, 0 for an empty one. `left` are the files found next to it.

    Raises:
        UsageError: it is the database of another program, it is empty and seems to replace a lost one, it is damaged,
            or the log next to it belongs to another database.
    """
    if location.path.stat().st_size == 0:
        refuse_lost(location, left)
        return 0
    in_use = file.in_use()
    # The log of an unused database is newer than the database, unless the server crashed during a checkpoint or the
    # database file was replaced. This distinguishes the two cases.
    doubtful = not in_use and location.log in left and is_doubtful(location)
    if doubtful and not belongs(location, file, last_mark(location)):
        raise UsageError(_advice(location, "the database was written by another program after its log"))
    try:
        with closing(connect(location.path, read_only=True)) as connection:
            if not tables(connection):
                refuse_lost(location, [] if in_use else left)
            version = schema_version(connection).number
            damage = _damage(connection) if doubtful else None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        damage = str(error)
    if damage is not None:
        if location.log in left:
            raise UsageError(_advice(location, f"together they are damaged ({damage})"))
        raise UsageError(f"{location.path} is damaged ({damage}): restore a backup with `heliograph restore`")
    return version


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables."""
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def schema_version(connection: sqlite3.Connection) -> schema.Version:
    """The schema version of the database.

    Raises:
        UsageError: the database belongs to another program.
    """
    found = tables(connection)
    version = drive(schema.version(SQLiteTx(connection, 1), table_exists="meta" in found))
    if found and version.number == 0:
        raise UsageError(f"{_name(connection)} is the database of another program")
    return version


def _name(connection: sqlite3.Connection) -> str:
    (_, _, name), *_ = connection.execute("PRAGMA database_list")
    return str(name)


def _damage(connection: sqlite3.Connection) -> str | None:
    ((found,),) = connection.execute("PRAGMA integrity_check(1)")
    return None if found == "ok" else str(found)


def _advice(location: Location, why: str) -> str:
    return (
        f"{location.log.name} does not belong to {location.path}: {why}. If the database was put there from a backup, "
        f"move {location.log.name} and {location.index.name} away and start again, or use `heliograph restore`. If it "
        f"was not, move {location.lock.name} away: both files are used if their content matches"
    )
