"""Snapshots of a SQLite database: files in a folder next to it, whose content never changes.

A restore prepares a copy of a snapshot: it is migrated, and gets the state that must stay from the present database.
Then SQLite copies its pages into the database in one transaction, so a crash leaves either the old or the new state.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

from heliograph import ids
from heliograph.errors import SnapshotNotFound, UsageError
from heliograph.storage import sealing, unlocking
from heliograph.storage.migrations import schema
from heliograph.storage.rows import cursors, listeners, stream
from heliograph.storage.sealing import Sealer
from heliograph.storage.snapshots import MOST_BYTES, MOST_SNAPSHOTS, Snapshots, StoredSnapshot
from heliograph.storage.sqlite.examining import schema_version
from heliograph.storage.sqlite.location import Location
from heliograph.storage.sqlite.tx import DIALECT, SQLiteTx, connect
from heliograph.storage.sqlite.writer import drive
from heliograph.wire import times

_FOLDER, _SUFFIX, _DRAFT = ".snapshots", ".db", ".partial"
_BUCKETS = 1
_PAGE_BYTES = 4096

Replace = Callable[[Path], Awaitable[None]]
"""Replaces the content of the database with the content of a file."""


class SnapshotFiles(Snapshots):
    """The snapshots of the database at a location."""

    def __init__(self, location: Location, sealer: Sealer, replace: Replace) -> None:
        self._location = location
        self._sealer = sealer
        self._replace = replace
        self._folder = location.sibling(_FOLDER)
        self._lock = asyncio.Lock()
        for left in self._folder.glob(f"*{_DRAFT}*"):  # the server was killed
            left.unlink(missing_ok=True)

    async def listed(self) -> list[StoredSnapshot]:
        return await asyncio.to_thread(self._listed)

    def _listed(self) -> list[StoredSnapshot]:
        paths = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted((self._stored(one) for one in paths if one.suffix == _SUFFIX), key=lambda one: one.name)

    def _stored(self, path: Path) -> StoredSnapshot:
        found = path.stat()
        return StoredSnapshot(path.name.removesuffix(_SUFFIX), found.st_mtime_ns // 1_000_000, found.st_size)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    async def save(self, name: str) -> StoredSnapshot:
        async with self._lock:
            return await asyncio.to_thread(self._save, name)

    def _save(self, name: str) -> StoredSnapshot:
        with self._draft() as draft:
            with closing(connect(self._location.path, read_only=True)) as source, closing(_opened(draft)) as target:
                source.backup(target)
            return self._keep(draft, name)

    async def remove(self, name: str) -> None:
        async with self._lock:
            try:
                await asyncio.to_thread(self._path(name).unlink)
            except FileNotFoundError:
                raise SnapshotNotFound from None

    async def restore(self, name: str) -> None:
        async with self._lock:
            self._require(name)
            with self._draft() as draft:
                await asyncio.to_thread(self._prepare, self._path(name), draft)
                await self._replace(draft)

    def _require(self, name: str) -> None:
        if not self._path(name).exists():
            raise SnapshotNotFound

    def _prepare(self, snapshot: Path, draft: Path) -> None:
        """Copy a snapshot, and change the copy to the new content of the database."""
        shutil.copyfile(snapshot, draft)
        _require_sound(draft)
        with closing(connect(self._location.path, read_only=True)) as live, _migrated(draft) as tx:
            drive(unlocking.check_sealer(tx, self._sealer))
            drive(_continue(tx, SQLiteTx(live, _BUCKETS)))

    @asynccontextmanager
    async def exported(self, name: str) -> AsyncIterator[Path]:
        self._require(name)
        with self._draft() as draft:
            await asyncio.to_thread(self._export, self._path(name), draft)
            yield draft

    def _export(self, snapshot: Path, draft: Path) -> None:
        shutil.copyfile(snapshot, draft)
        if sealing.master_key_of_environment() is not None:
            return
        with _migrated(draft) as tx:
            key = sealing.master_key_of_file(self._location.key, may_create=False)
            drive(unlocking.enclose_master_key(tx, key))

    async def add(self, name: str, content: AsyncIterator[bytes]) -> StoredSnapshot:
        with self._draft() as draft:
            with draft.open("wb") as file:
                async for chunk in content:
                    await asyncio.to_thread(file.write, chunk)
            async with self._lock:
                return await asyncio.to_thread(self._add, name, draft)

    def _add(self, name: str, draft: Path) -> StoredSnapshot:
        try:
            _require_sound(draft)
            with _migrated(draft) as tx:
                drive(unlocking.seal_again(tx, self._sealer))
        except sqlite3.DatabaseError as error:
            raise UsageError(f"the file is not a sound SQLite database: {error}") from None
        return self._keep(draft, name)

    def _keep(self, draft: Path, name: str) -> StoredSnapshot:
        """Put a finished draft in place, on disk."""
        others = [one for one in self._listed() if one.name != name]
        if len(others) >= MOST_SNAPSHOTS:
            raise UsageError(f"there are {MOST_SNAPSHOTS} snapshots already: delete some")
        if sum(one.size for one in others) + draft.stat().st_size > MOST_BYTES:
            raise UsageError(f"the snapshots may have {MOST_BYTES >> 30} GB together: delete some")
        descriptor = os.open(draft, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(draft, self._path(name))
        return self._stored(self._path(name))

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """An empty file that only its owner can read. Removed unless it was put in place.

        Raises:
            UsageError: a file cannot be read or written.
        """
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=_DRAFT)
            os.close(descriptor)
            try:
                yield Path(name)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"the snapshot cannot be read or written: {error}") from None


def _opened(draft: Path) -> sqlite3.Connection:
    """A connection to a draft, which needs no journal: after a crash, the draft is deleted."""
    connection = sqlite3.connect(draft, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


@contextmanager
def _migrated(draft: Path) -> Iterator[SQLiteTx]:
    """A transaction that changes a draft, which has the schema of this version.

    Raises:
        UsageError: it belongs to another program, is empty, or is newer than this version.
    """
    with closing(_opened(draft)) as connection:
        version = schema_version(connection)
        if version.number == 0:
            raise UsageError("the file is not a snapshot: it is empty")
        if version.number > schema.latest():
            raise UsageError(
                f"the snapshot is of a newer Heliograph: it has the schema version {version.number}, and this one "
                f"knows {schema.latest()}"
            )
        connection.execute("BEGIN IMMEDIATE")
        tx = SQLiteTx(connection, _BUCKETS, times.now())
        drive(schema.migrate(tx, DIALECT, version.number, _BUCKETS))
        drive(cursors.prepare(tx))
        yield tx
        connection.execute("COMMIT")


async def _continue(tx: SQLiteTx, live: SQLiteTx) -> None:
    """Let the event streams of the database continue in the prepared one: their cursors stay valid, or lead to a
    reset."""
    own, other = await cursors.key(live), await cursors.key(tx)
    # In a snapshot of this database, the positions up to its end stay valid. In a snapshot of another one, none does.
    newest = await stream.newest(tx)
    ids.follow(newest)
    since = newest if own == other else ids.FIRST
    await cursors.set_key(tx, own)
    await listeners.forget(tx)
    await stream.forget_between(tx, since, ids.new())


def _require_sound(draft: Path) -> None:
    with closing(_opened(draft)) as connection:
        ((found,),) = connection.execute("PRAGMA quick_check(1)")
        ((page_size,),) = connection.execute("PRAGMA page_size")
        connection.execute("PRAGMA journal_mode = DELETE")
    if found != "ok":
        raise UsageError(f"the database is damaged ({found})")
    if page_size != _PAGE_BYTES:  # SQLite cannot change the size of the pages of a database with a log
        raise UsageError(f"the database has pages of {page_size} bytes instead of {_PAGE_BYTES}")


def copy_into(connection: sqlite3.Connection, prepared: Path) -> None:
    """Replace the content of the database of a connection with a prepared file, in one transaction."""
    with closing(sqlite3.connect(prepared, isolation_level=None)) as source:
        source.backup(connection)
