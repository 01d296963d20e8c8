"""The one writer of a SQLite database: it turns whatever is waiting into one transaction.

While a transaction is at the disk, new calls queue up; the next one takes them all. There is no timer: an idle
database commits each call by itself, a busy one commits many at the price of one.

Batches run their statements on the event loop, and leave to a thread only the commit, which waits for the disk: under
one interpreter lock, a thread would mostly wait for its turn (measured in docs/decisions/0006). Whatever may take long
is the thread's from beginning to end: other work, a batch that failed, a database that somebody else is writing to.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from heliograph.errors import ApiError, ServiceUnavailable
from heliograph.storage.engine import Tx
from heliograph.storage.sqlite.tx import SQLiteTx, unavailable
from heliograph.wire import times

T = TypeVar("T")
Work = Callable[..., Awaitable[Any]]
Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]

BUSY_MILLISECONDS = 10_000
"""How long a transaction waits for another process that is writing."""
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
    except asyncio.CancelledError as error:  # nobody can cancel what never waits
        raise RuntimeError("a storage function was cancelled") from error
    coroutine.close()
    raise RuntimeError("a storage function may await nothing but the transaction it was given")


class Writer:
    """Owns the write connection. Jobs go in on the event loop, and are settled on it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        buckets: int,
        loop: asyncio.AbstractEventLoop,
        observe: Callable[[str, int, float], None],
    ) -> None:
        self._connection = connection
        self._buckets = buckets
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="heliograph-writer")
        self._observe = observe
        self._waiting: list[Job] = []
        self._idle = asyncio.Event()
        self._idle.set()
        # The event loop never waits for another process to finish writing.
        connection.execute("PRAGMA busy_timeout = 0")

    @property
    def waiting(self) -> int:
        """How many jobs wait for their transaction to begin."""
        return len(self._waiting)

    def put(self, job: Job) -> None:
        """Queue a job."""
        self._waiting.append(job)
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._next)

    async def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        await self._idle.wait()
        self._thread.shutdown()

    def _next(self) -> None:
        """Begin the next transaction, or rest."""
        jobs, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
        if not jobs:
            self._idle.set()
            return
        started = time.perf_counter()
        try:
            settled = self._here_and_now(jobs)
            rest = partial(self._attempt, jobs) if settled is None else partial(self._commit, jobs, settled)
            running = self._loop.run_in_executor(self._thread, rest)
        except Exception as error:  # a rollback that failed, a thread that could not be started
            log.error("the database refused to write", exc_info=error)
            self._answer(Settled(job.future, error=ServiceUnavailable()) for job in jobs)
            self._loop.call_soon(self._next)
            return
        running.add_done_callback(partial(self._settle, jobs, started))

    def _settle(self, jobs: list[Job], started: float, finished: asyncio.Future[list[Settled]]) -> None:
        # Whatever fails here, nobody is left waiting, and the next transaction begins.
        try:
            error = ServiceUnavailable() if finished.cancelled() else finished.exception()
            self._answer(finished.result() if error is None else (Settled(job.future, error=error) for job in jobs))
            for batch, size in Counter(job.batch for job in jobs if job.batch is not None).items():
                self._observe(batch.__name__, size, time.perf_counter() - started)
        finally:
            self._next()

    def _answer(self, settled: Iterable[Settled]) -> None:
        for one in settled:
            if one.future.done():  # the caller went away; what was decided stands all the same
                continue
            if one.error is not None:
                one.future.set_exception(one.error)
            else:
                one.future.set_result(one.result)

    def _here_and_now(self, jobs: list[Job]) -> list[Settled] | None:
        """The statements of a transaction of batches; None where it is the thread's to try."""
        if any(job.batch is None for job in jobs):
            return None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            return self._statements(jobs)
        except Exception:  # the thread meets it again, and tells whom it concerns
            self._roll_back()
            return None

    def _commit(self, jobs: list[Job], settled: list[Settled]) -> list[Settled]:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            self._overwrite_failed_commit()
            return self._attempt(jobs)
        return settled

    def _attempt(self, jobs: list[Job]) -> list[Settled]:
        """All of it in one transaction; if that fails for a reason that is not a rule, each job in one of its own."""
        try:
            return self._transaction(jobs)
        except Exception as error:
            if len(jobs) > 1 and not _is_busy(error):
                return self._one_by_one(jobs)
            told = unavailable(error) if isinstance(error, sqlite3.DatabaseError) else error
            if isinstance(told, ServiceUnavailable):
                log.error("the database refused to write", exc_info=error)
            return [Settled(job.future, error=told) for job in jobs]

    def _one_by_one(self, jobs: list[Job]) -> list[Settled]:
        return [settled for job in jobs for settled in self._attempt([job])]

    def _transaction(self, jobs: list[Job]) -> list[Settled]:
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        settled: list[Settled] | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            settled = self._statements(jobs)
            self._connection.execute("COMMIT")
        except Exception:
            self._roll_back()
            if settled is not None:
                self._overwrite_failed_commit()
            raise
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")
        return settled

    def _overwrite_failed_commit(self) -> None:
        """Make sure that what could not be committed stays undone, whatever happens to this process.

        A COMMIT that fails where SQLite waits for the disk leaves a whole transaction at the end of the log. It counts
        for nobody, but the next process to read the log after a crash would find and apply it. Another transaction is
        written over its beginning, which makes it invalid, even if that one fails in the same way.
        """
        # Nobody uses this number. It has to change: SQLite writes no page that stays the same.
        with suppress(sqlite3.Error):
            self._connection.execute(f"PRAGMA user_version = {random.randrange(1 << 31)}")

    def _roll_back(self) -> None:
        # An I/O error may have done so already.
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the next transaction cannot begin then, and says so
                self._connection.execute("ROLLBACK")

    def _statements(self, jobs: list[Job]) -> list[Settled]:
        tx = SQLiteTx(self._connection, self._buckets, times.now())
        settled = [self._work(tx, job) for job in jobs if job.batch is None]
        for batch, calls in _by_batch(jobs).items():
            outcomes = drive(_coroutine(batch(tx, [job.call for job in calls])))
            settled.extend(Settled(job.future, outcome) for job, outcome in zip(calls, outcomes, strict=True))
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


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
