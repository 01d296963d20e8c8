"""The store on a SQLite file: one writer, one reader, and a watch over the files."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from heliograph import ids
from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage.engine import Effects, Reader, Tx
from heliograph.storage.migrations import schema
from heliograph.storage.page_cache import CachedPage, PageCache
from heliograph.storage.rows import cursors, stream
from heliograph.storage.sealing import Sealer
from heliograph.storage.sqlite.checkpoints import Checkpointer
from heliograph.storage.sqlite.examining import examine, schema_version
from heliograph.storage.sqlite.file_watch import CHECK_SECONDS, FileWatch
from heliograph.storage.sqlite.location import (
    Location,
    leftovers,
    locate,
    refuse_lost,
    refuse_second_names,
    refuse_unusable,
)
from heliograph.storage.sqlite.locking import DatabaseFile
from heliograph.storage.sqlite.scratch import Scratch
from heliograph.storage.sqlite.shared_snapshots import SharedSnapshots
from heliograph.storage.sqlite.snapshots import SnapshotFiles, copy_into
from heliograph.storage.sqlite.tx import DIALECT, SQLiteTx, connect, unavailable, vacuum
from heliograph.storage.sqlite.writer import Job, Writer, drive
from heliograph.storage.store import Store
from heliograph.storage.unlocking import sealer_of
from heliograph.storage.urls import MEMORY
from heliograph.wire import times

BUCKETS = 1

T = TypeVar("T")
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")


class EmbeddedStore(Store):
    """A SQLite file in this process."""

    shared = False

    def __init__(
        self, location: Location, file: DatabaseFile, writer: sqlite3.Connection, sealer: Sealer, *, serve: bool
    ) -> None:
        self.name = str(location.path)
        self.sealer = sealer
        self.buckets = BUCKETS
        self.page_cache = PageCache()
        self._file = file
        self._write_connection = writer
        self._read_connection = connect(location.path, read_only=True)
        self._reader = SQLiteTx(self._read_connection, BUCKETS)
        self._loop = asyncio.get_running_loop()
        self._snapshots = SharedSnapshots(self._read_connection, self._loop)
        self._writer = Writer(
            writer,
            BUCKETS,
            self._loop,
            observe=lambda *batch: self.observe_batch(*batch),
            report=self._act_upon,
            is_quiet=lambda: self.is_quiet(),
        )
        self.persistent = True
        self._scratch: Scratch | None = None
        self._files = FileWatch(location, file)
        self._next_check: asyncio.TimerHandle | None = None
        self._checkpointer = Checkpointer(location.path, writer) if serve else None
        self._serves = serve
        self._pages_are_current = serve
        if serve:
            self.snapshots = SnapshotFiles(location, sealer, self._replace)
            self._watch()

    def _watch(self) -> None:
        self._files.check()
        self._next_check = self._loop.call_later(CHECK_SECONDS, self._watch)

    async def snapshot(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._files.lost:
            raise ServiceUnavailable
        try:
            # Reads cannot interleave, because the query never waits for the event loop.
            with self._snapshots.one():
                return await query(self._reader, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error

    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._files.lost:
            raise ServiceUnavailable
        try:
            # A lone read is faster without a shared snapshot. Commands may read for long within a step of the event
            # loop.
            if self._serves and not self.is_quiet():
                self._snapshots.share()
            return await query(self._reader, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error

    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._put(Job(future, work=work, args=args, kwargs=kwargs))
        return await future

    async def submit(self, batch: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Outcome]]], item: Item) -> Outcome:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._put(Job(future, batch=batch, item=item))
        return await future

    def _put(self, job: Job) -> None:
        if self._files.lost:
            raise ServiceUnavailable
        self._writer.put(job)

    async def _replace(self, prepared: Path) -> None:
        """Replace everything in the database with the content of a file. No request may be in progress.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed.
        """
        if self._files.lost:
            raise ServiceUnavailable
        # Until the cached pages are dropped, their versions show that they are old.
        self._pages_are_current = False
        try:
            await self._writer.run_alone(partial(copy_into, prepared=prepared))
        except sqlite3.DatabaseError as error:
            raise unavailable(error) from error
        finally:
            self.page_cache.clear()
            self._pages_are_current = self._serves
        if self._checkpointer:
            self._checkpointer.replaced()

    async def size(self) -> int:
        (pages,) = self._read_connection.execute("PRAGMA page_count").fetchone()
        (bytes_each,) = self._read_connection.execute("PRAGMA page_size").fetchone()
        return int(pages * bytes_each)

    async def compact(self) -> None:
        try:
            await self._writer.run_alone(vacuum)
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{self.name} cannot be rewritten: {error}") from error

    def _act_upon(self, effects: Effects) -> None:
        if self._checkpointer:
            self._checkpointer.committed()
        for conversation_id in effects.changed_conversations:
            self.page_cache.drop(conversation_id)
        if effects.due:
            self._report_due(effects.due)

    async def horizon(self, *, fresh: bool = False) -> str:
        return await self.read(stream.newest)

    async def cached_page(self, app_id: str, conversation_id: str, page: Hashable) -> CachedPage | None:
        if not self._pages_are_current:
            return await super().cached_page(app_id, conversation_id, page)
        if self._files.lost:
            raise ServiceUnavailable
        # This process makes all changes, and drops the affected pages when a change is finished. Before that, reads of
        # other pages may already show the change.
        if conversation_id in self._writer.effects.changed_conversations:
            return None
        return self.page_cache.get(app_id, conversation_id, page)

    def delete_on_close(self, folder: Scratch) -> None:
        """Remove the folder of the database when the store is closed."""
        self.name = "in memory: nothing is kept"
        self.persistent = False
        self._scratch = folder

    @property
    def waiting(self) -> int:
        return self._writer.waiting

    @property
    def connections(self) -> tuple[int, int]:
        return 2, 0

    async def close(self) -> None:
        if self._next_check:
            self._next_check.cancel()
        await self._writer.stop()
        if self._checkpointer:
            self._checkpointer.stop()
        self._files.check()
        if self._files.lost:
            self._file.keep_log()
        self._snapshots.end()
        self._read_connection.close()
        self._write_connection.close()
        self._file.close()
        if self._scratch:
            self._scratch.remove()


def open_embedded(where: str, *, serve: bool) -> EmbeddedStore:
    """The store on the file `where`. Creates the file if needed, and migrates it.

    With `serve`, this process becomes its only server; without it, the store can be used alongside a running server.

    Raises:
        UsageError: the file cannot be opened or belongs to another program, it is missing but other files of a database
            exist, it has a newer schema version or another master key, or another process serves it and `serve` is set
            or the schema must be migrated.
    """
    scratch = Scratch() if where == MEMORY else None
    try:
        store = _open(scratch.path / "memory.db" if scratch else where, serve=serve)
    except BaseException:
        if scratch:
            scratch.remove()
        raise
    if scratch:
        store.delete_on_close(scratch)
    return store


def _open(where: Path | str, *, serve: bool) -> EmbeddedStore:
    location = locate(where)
    # Listed before the database is accessed: a process that creates one now creates these files later.
    left = leftovers(location)
    file: DatabaseFile | None = None
    try:
        refuse_unusable(location)
        if not location.path.exists():
            refuse_lost(location, left)
        file = DatabaseFile(location)
        if serve:
            file.lock()
        else:
            file.refuse_other_name()
        refuse_second_names(location)
        present = examine(location, file, left)
        # A migration could break a running server, unless the database is empty.
        if 0 < present < schema.latest() and not serve:
            file.lock()
        return _connected(location, file, left, serve=serve)
    except BaseException as error:
        if file:
            file.close()
        if isinstance(error, (sqlite3.Error, OSError)):
            raise UsageError(f"the database cannot be opened: {location.path}: {error}") from None
        raise


def _connected(location: Location, file: DatabaseFile, left: list[Path], *, serve: bool) -> EmbeddedStore:
    connection = connect(location.path, read_only=False)
    try:
        sealer = _prepare(connection, location)
        ids.follow(drive(stream.newest(SQLiteTx(connection, BUCKETS))))
        if serve and location.log in left:
            # After a crash, the index does not count checkpoints before the first one, see `file_watch`.
            connection.execute("PRAGMA wal_checkpoint")
        file.refuse_replaced()
        return EmbeddedStore(location, file, connection, sealer, serve=serve)
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, location: Location) -> Sealer:
    """Migrate the schema, and load the master key."""
    with _transaction(connection) as tx:
        present = schema_version(connection)
        schema.refuse_unknown(str(location.path), present)
        drive(schema.migrate(tx, DIALECT, present.number, BUCKETS))
        drive(cursors.prepare(tx))
    # In a separate transaction, so that a master key next to a database without tables means that one was lost.
    with _transaction(connection) as tx:
        return drive(sealer_of(tx, location.key))


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[SQLiteTx]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield SQLiteTx(connection, BUCKETS, times.now())
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
