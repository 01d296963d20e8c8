"""The one writer of a SQLite database: a thread that turns whatever is waiting into one transaction.

While a transaction is at the disk, new calls queue up; the next one takes them all. There is no timer: an idle
database commits each call by itself, a busy one commits many at the price of one.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from heliograph.errors import ApiError, ServiceUnavailable
from heliograph.storage.engine import Tx
from heliograph.storage.sqlite import SQLiteTx
from heliograph.wire import times

T = TypeVar("T")
Work = Callable[..., Awaitable[Any]]
Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]

_LARGEST_BATCH = 256

log = logging.getLogger("heliograph.storage")


@dataclass(slots=True)
class Job:
    """Something to do in a transaction: `work` by itself, or `call` with its neighbours of the same `batch`."""

    future: asyncio.Future[Any]
    work: Work | None = None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    batch: Batch | None = None
    call: Any = None


@dataclass(slots=True)
class Settled:
    """How a job ended; told to whoever waits only after the commit."""

    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a storage function may await nothing but the transaction it was given")


class Writer:
    """Owns the write connection. Jobs go in from the event loop, and are settled on it."""

    def __init__(self, connection: sqlite3.Connection, buckets: int, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._buckets = buckets
        self._loop = loop
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="heliograph-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue a job."""
        self._queue.put(job)

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            jobs = [self._queue.get()]
            while len(jobs) < _LARGEST_BATCH:
                try:
                    jobs.append(self._queue.get_nowait())
                except Empty:
                    break
            stopping = None in jobs
            wanted = [job for job in jobs if job is not None]
            if wanted:
                self._loop.call_soon_threadsafe(_settle, self._attempt(wanted))

    def _attempt(self, jobs: list[Job]) -> list[Settled]:
        """All of it in one transaction; if that fails for a reason that is not a rule, each job in one of its own."""
        try:
            return self._transaction(jobs)
        except sqlite3.OperationalError as error:
            if len(jobs) > 1 and not _is_busy(error):
                return self._one_by_one(jobs)
            log.error("the database refused to write", exc_info=error)
            return [Settled(job.future, error=ServiceUnavailable()) for job in jobs]
        except Exception as error:
            if len(jobs) > 1:
                return self._one_by_one(jobs)
            return [Settled(jobs[0].future, error=error)]

    def _one_by_one(self, jobs: list[Job]) -> list[Settled]:
        return [settled for job in jobs for settled in self._attempt([job])]

    def _transaction(self, jobs: list[Job]) -> list[Settled]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            tx = SQLiteTx(connection, self._buckets, times.now())
            settled = [self._work(tx, job) for job in jobs if job.batch is None]
            for batch, calls in _by_batch(jobs).items():
                outcomes = drive(_coroutine(batch(tx, [job.call for job in calls])))
                settled.extend(Settled(job.future, outcome) for job, outcome in zip(calls, outcomes, strict=True))
            connection.execute("COMMIT")
        except BaseException:
            # An I/O error may have rolled back already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return settled

    def _work(self, tx: Tx, job: Job) -> Settled:
        assert job.work is not None
        self._connection.execute("SAVEPOINT work")
        try:
            result = drive(_coroutine(job.work(tx, *job.args, **job.kwargs)))
        except ApiError as refusal:
            # A refusal is an answer like another; it undoes what its own work did, and nothing else.
            self._connection.execute("ROLLBACK TO work")
            return Settled(job.future, error=refusal)
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE work")
        return Settled(job.future, result)


def _by_batch(jobs: list[Job]) -> dict[Batch, list[Job]]:
    calls: dict[Batch, list[Job]] = {}
    for job in jobs:
        if job.batch is not None:
            calls.setdefault(job.batch, []).append(job)
    return calls


def _coroutine(awaitable: Awaitable[T]) -> Coroutine[Any, Any, T]:
    assert isinstance(awaitable, Coroutine)
    return awaitable


def _settle(settled: list[Settled]) -> None:
    for one in settled:
        if one.future.done():  # the caller went away; what was decided stands all the same
            continue
        if one.error is not None:
            one.future.set_exception(one.error)
        else:
            one.future.set_result(one.result)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
