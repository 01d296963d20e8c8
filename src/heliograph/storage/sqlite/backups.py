"""Backs up and restores a SQLite database. A file is put in place only after it is complete and on disk.

A backup copies pages in one read transaction, so it is a snapshot, and neither it nor a running server waits for the
other. It leaves half of the disk time to the server.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from heliograph.errors import UsageError
from heliograph.storage import sealing
from heliograph.storage.migrations import schema
from heliograph.storage.sqlite.examining import examine, schema_version
from heliograph.storage.sqlite.location import (
    Location,
    leftovers,
    locate,
    refuse_lost,
    refuse_second_names,
    refuse_unusable,
)
from heliograph.storage.sqlite.locking import DatabaseFile
from heliograph.storage.sqlite.tx import SQLiteTx, connect
from heliograph.storage.sqlite.writer import drive
from heliograph.storage.unlocking import check_master_key

_STEP_PAGES = 512
_CACHE_KIB = 1_000

Advanced = Callable[[int, int], None]
"""Called with the number of copied pages, and of all pages."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup. `key` is the file with its master key; None if the backup has no such file."""

    file: Path
    key: Path | None
    bytes: int
    schema_version: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored database. `replaced` is the new name of the database that it replaced."""

    file: Path
    replaced: Path | None
    schema_version: int


def back_up(where: str, target: Path, *, overwrite: bool, with_key: bool, advanced: Advanced) -> Backup:
    """Write a backup of the database at `where` to the file `target`, and its master key next to it.

    Raises:
        UsageError: the database or its master key does not exist, or the target exists, is in use or cannot be written.
    """
    location = locate(where)
    refuse_unusable(location)
    if not location.path.exists():
        refuse_lost(location, leftovers(location))
        raise UsageError(f"database {location.path} does not exist")
    target = target.absolute()
    _refuse_target(location, target, overwrite=overwrite)
    with _opened(location) as file, _reported(target), _draft(target) as draft:
        file.refuse_other_name()
        refuse_second_names(location)
        if examine(location, file, leftovers(location)) == 0:
            raise UsageError(f"{location.path} is empty: nothing to back up")
        in_use = file.in_use()
        with closing(connect(location.path, read_only=True)) as source:
            key = _key_to_keep(source, location) if with_key else None
            _copy(source, draft, advanced, in_turns=in_use)
        version = _finish(draft, "quick_check")
        if key is not None:
            _put_key(target, key, overwrite=overwrite)
        size = draft.stat().st_size
        os.replace(draft, target)
        _sync(target.parent)
    return Backup(target, _key_of(target) if key is not None else None, size, version)


def restore(backup: Path, where: str, *, advanced: Advanced) -> Restored:
    """Restore a backup to `where`. An existing database is kept under another name.

    Raises:
        UsageError: the backup is not a complete database of Heliograph, its master key is missing, or the database at
            `where` is in use.
    """
    source, location = locate(backup), locate(where)
    if not source.path.exists():
        raise UsageError(f"file {backup} does not exist")
    refuse_unusable(source)
    refuse_unusable(location)
    if source == location or (location.path.exists() and source.path.samefile(location.path)):
        raise UsageError("a database cannot be restored from itself")
    with _opened(location) as file, _reported(source.path):
        file.lock()
        file.lock_out_connections()
        with _draft_in_place(location):
            version, key = _prepare(source, location, advanced)
            replaced = _put_in_place(location, key)
    return Restored(location.path, replaced, version)


def _refuse_target(location: Location, target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise UsageError(f"the backup cannot be written: folder {target.parent} does not exist")
    if target.is_dir():
        raise UsageError(f"the backup cannot be written: {target} is a folder")
    own = {location.path, location.key, location.log, location.index, location.lock, location.restoring}
    real = Path(os.path.realpath(target))
    if real in own or (target.exists() and location.path.exists() and target.samefile(location.path)):
        raise UsageError(f"the backup cannot be written: {target} belongs to the database itself")
    if target.exists() and not overwrite:
        raise UsageError(f"{target} already exists: choose another file, or replace it with --overwrite")
    if target.exists():
        with _opened(locate(target)) as file:
            if file.in_use() or locate(target).log in leftovers(locate(target)):
                raise UsageError(f"the backup cannot be written: {target} is a database that is in use")


@contextmanager
def _opened(location: Location) -> Iterator[DatabaseFile]:
    try:
        file = DatabaseFile(location)
    except OSError as error:
        raise UsageError(f"the database cannot be opened: {location.path}: {error.strerror}") from None
    try:
        yield file
    finally:
        file.close()


@contextmanager
def _reported(target: Path) -> Iterator[None]:
    """Turn I/O and SQLite errors into a UsageError that names the file."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"{target}: {error}") from None


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """An empty file next to the target that only its owner can read. Removed unless it was put in place."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-", suffix=".partial")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


@contextmanager
def _draft_in_place(location: Location) -> Iterator[None]:
    """Create the file that the restore writes. If the database is missing, it marks an interrupted restore."""
    missing = location.path.stat().st_size == 0
    interrupted = missing and location.restoring.exists()
    location.restoring.unlink(missing_ok=True)
    os.close(os.open(location.restoring, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    except BaseException:
        if missing:
            location.path.unlink(missing_ok=True)
        if location.path.exists() or (missing and not interrupted):
            location.restoring.unlink(missing_ok=True)
        raise


def _copy(source: sqlite3.Connection, draft: Path, advanced: Advanced, *, in_turns: bool) -> None:
    """Copy a snapshot of the database. `in_turns` leaves half of the time to the programs that use it."""
    began = time.monotonic()

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal began
        # Flushing everything at the end would delay the commits of a server on the same disk.
        os.fdatasync(descriptor)
        advanced(total - remaining, total)
        if in_turns:
            time.sleep(time.monotonic() - began)
        began = time.monotonic()

    descriptor = os.open(draft, os.O_RDWR | os.O_CLOEXEC)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as target:
            # The draft is not used before it is complete, so it needs no journal.
            target.execute("PRAGMA journal_mode = OFF")
            target.execute("PRAGMA synchronous = OFF")
            target.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            # All pages that are read in this transaction are of one snapshot.
            source.execute("BEGIN")
            schema_version(source)
            source.backup(target, pages=_STEP_PAGES, progress=progress)
            source.execute("COMMIT")
    finally:
        os.close(descriptor)


def _finish(draft: Path, check: str) -> int:
    """Check the draft, and write it to disk as one file without a log; returns its schema version."""
    with closing(connect(draft, read_only=False)) as connection:
        version = schema_version(connection).number
        ((found,),) = connection.execute(f"PRAGMA {check}(1)")
        if found != "ok":
            raise UsageError(f"the database is damaged ({found})")
        connection.execute("PRAGMA journal_mode = DELETE")
    descriptor = os.open(draft, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return version


def _prepare(source: Location, location: Location, advanced: Advanced) -> tuple[int, bytes | None]:
    """Copy the backup next to the database; returns its schema version and the master key that comes with it."""
    with closing(connect(source.path, read_only=True)) as connection:
        version = schema_version(connection)
        if version.number == 0:
            raise UsageError(f"{source.path} is not a backup of Heliograph: it is empty")
        schema.refuse_unknown(str(source.path), version)
        key = _key_to_restore(connection, source, location)
        _copy(connection, location.restoring, advanced, in_turns=False)
    _finish(location.restoring, "integrity_check")
    return version.number, key


def _put_in_place(location: Location, key: bytes | None) -> Path | None:
    """Rename the existing files, and put the finished draft in place.

    The database is renamed first: if this is interrupted, the remaining files are refused, rather than a database being
    opened without its log.
    """
    old = _unused(location)
    replaced = None
    if location.path.stat().st_size > 0:
        os.rename(location.path, old.path)
        replaced = old.path
    for one, other in ((location.log, old.log), (location.index, old.index)):
        if one.exists():
            os.rename(one, other)
    if key is not None:
        if location.key.exists():
            os.rename(location.key, old.key)
        sealing.put_master_key(location.key, key)
    _sync(location.path.parent)
    os.replace(location.restoring, location.path)
    _sync(location.path.parent)
    return replaced


def _unused(location: Location) -> Location:
    """An unused name for the replaced files."""
    base = f"{location.path.name}.replaced-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    number = 1
    while True:
        old = Location(location.path.with_name(base if number == 1 else f"{base}-{number}"))
        if not any(one.exists() for one in (old.path, old.log, old.index, old.key)):
            return old
        number += 1


def _key_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.key")


def _key_to_keep(source: sqlite3.Connection, location: Location) -> bytes | None:
    """The master key to save with the backup; None if it is in the environment."""
    given = sealing.master_key_of_environment()
    key = given or sealing.master_key_of_file(location.key, may_create=False)
    drive(check_master_key(SQLiteTx(source, 1), key))
    return None if given else key


def _put_key(target: Path, key: bytes, *, overwrite: bool) -> None:
    path = _key_of(target)
    if path.exists() and not overwrite and sealing.master_key_of_file(path, may_create=False) != key:
        raise UsageError(f"{path} contains another master key: choose another file, or replace it with --overwrite")
    sealing.put_master_key(path, key)


def _key_to_restore(source: sqlite3.Connection, backup: Location, location: Location) -> bytes | None:
    """The master key to put next to the database; None if the current one decrypts the backup."""
    reader = SQLiteTx(source, 1)
    if (given := sealing.master_key_of_environment()) is not None:
        drive(check_master_key(reader, given))
        return None
    for path in (location.key, backup.key):
        if path.exists():
            key = sealing.master_key_of_file(path, may_create=False)
            with suppress(UsageError):
                drive(check_master_key(reader, key))
                return key if path == backup.key else None
    raise UsageError(
        f"the master key of the backup is missing: put it at {backup.key}, or set {sealing.MASTER_KEY_VARIABLE}"
    )


def _sync(folder: Path) -> None:
    """Flush the entries of a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
