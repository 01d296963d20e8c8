"""The store on a SQLite file: one writer, a read-only reader, and a lock that keeps a second server away."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from heliograph import ids
from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage import migrations, places, stream
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.remembered import Remembered
from heliograph.storage.sealing import Sealer
from heliograph.storage.sqlite import DIALECT, SQLiteTx, connect
from heliograph.storage.store import Store
from heliograph.storage.unlocking import sealer_of
from heliograph.storage.writer import Job, Writer, drive
from heliograph.wire import times

BUCKETS = 1
MEMORY = ":memory:"

T = TypeVar("T")
Call = TypeVar("Call")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")


class EmbeddedStore(Store):
    """A SQLite file in this process."""

    shared = False

    def __init__(self, path: Path, writer: sqlite3.Connection, sealer: Sealer, lock: ServerLock | None) -> None:
        self.name = str(path)
        self.sealer = sealer
        self.buckets = BUCKETS
        self.remembered = Remembered()
        self._lock = lock
        self._write_connection = writer
        self._read_connection = connect(path, read_only=True)
        self._reader = SQLiteTx(self._read_connection, BUCKETS)
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(writer, BUCKETS, self._loop, lambda *batch: self.observe_batch(*batch))
        self._scratch: Path | None = None

    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        connection = self._read_connection
        try:
            # No other read comes between: nothing in here waits.
            connection.execute("BEGIN")
            try:
                return await query(self._reader, *args, **kwargs)
            finally:
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise ServiceUnavailable from error

    async def look(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await query(self._reader, *args, **kwargs)
        except sqlite3.OperationalError as error:
            raise ServiceUnavailable from error

    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.put(Job(future, work=work, args=args, kwargs=kwargs))
        return await future

    async def submit(self, batch: Callable[[Tx, Sequence[Call]], Awaitable[Sequence[Outcome]]], call: Call) -> Outcome:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._writer.put(Job(future, batch=batch, call=call))
        return await future

    def keep_nothing(self, folder: Path) -> None:
        """Remove the folder of the database when it is closed."""
        self.name = "in memory: nothing is kept"
        self._scratch = folder

    @property
    def waiting(self) -> int:
        return self._writer.waiting

    @property
    def connections(self) -> tuple[int, int]:
        return 2, 0

    async def close(self) -> None:
        await self._writer.stop()
        self._read_connection.close()
        self._write_connection.close()
        if self._lock:
            self._lock.release()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


class ServerLock:
    """Held by the one server of a database file; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            UsageError: another server holds it.
        """
        self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise UsageError(
                f"another Heliograph server (process {holder}) serves {path}: SQLite serves from one process"
            ) from None
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._descriptor)


def open_embedded(where: str, *, serve: bool) -> EmbeddedStore:
    """The store on the file `where`, made and migrated if need be.

    With `serve` this process becomes the one server of it; without, it works beside a running one.

    Raises:
        UsageError: the file cannot be opened or is not Heliograph's, is of a newer version, has another master key, or
            (with `serve`, or where a migration is due) is being served.
    """
    scratch = Path(tempfile.mkdtemp(prefix="heliograph-")) if where == MEMORY else None
    path = (scratch / "memory.db") if scratch else Path(where).absolute()
    if not path.parent.is_dir():
        raise UsageError(f"the database cannot be opened: there is no folder {path.parent}")
    lock = None
    try:
        lock = ServerLock(path) if serve else None
        store = _open(path, lock)
    except BaseException as error:
        if lock:
            lock.release()
        if isinstance(error, (sqlite3.Error, OSError)):
            raise UsageError(f"the database cannot be opened: {path}: {error}") from None
        raise
    if scratch:
        store.keep_nothing(scratch)
    return store


def _open(path: Path, lock: ServerLock | None) -> EmbeddedStore:
    _refuse_foreign(path)
    # What people say is in there: it is for its owner alone. SQLite gives its other files the same mode.
    path.touch(mode=0o600)
    connection = connect(path, read_only=False)
    try:
        sealer = _prepare(connection, path, served_here=lock is not None)
        newest = connection.execute("SELECT id FROM event ORDER BY bucket DESC, id DESC LIMIT 1").fetchone()
        if newest:
            ids.follow(newest[0])
        return EmbeddedStore(path, connection, sealer, lock)
    except BaseException:
        connection.close()
        raise


def _refuse_foreign(path: Path) -> None:
    """Leave the database of another program exactly as it is."""
    if not path.exists() or path.stat().st_size == 0:
        return
    connection = connect(path, read_only=True)
    try:
        tables = _tables(connection)
    finally:
        connection.close()
    if tables and "meta" not in tables:
        raise UsageError(f"{path} is the database of another program")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _prepare(connection: sqlite3.Connection, path: Path, *, served_here: bool) -> Sealer:
    """Bring the schema up to date, and find the master key."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        tx = SQLiteTx(connection, BUCKETS, times.now())
        present = drive(migrations.version(tx, table_exists="meta" in _tables(connection)))
        # A step under the feet of a running server could break it; one on an empty database cannot.
        guard = ServerLock(path) if 0 < present < migrations.LATEST and not served_here else None
        try:
            drive(migrations.migrate(tx, DIALECT, present, BUCKETS))
            drive(stream.begin_epoch(tx, ""))
            drive(places.prepare(tx))
            sealer = drive(sealer_of(tx, path.with_name(f"{path.name}.key")))
            connection.execute("COMMIT")
        finally:
            if guard:
                guard.release()
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return sealer
