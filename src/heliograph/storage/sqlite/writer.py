"""The single writer of a SQLite database, which groups the waiting jobs into one transaction.

While a transaction is being committed, new jobs queue up, and the next transaction takes all of them. There is no
timer: an idle database commits each job alone, and a busy one commits many jobs at the cost of one commit.

The statements of batches run on the event loop, and only the commit, which waits for the disk, runs in a thread,
because a thread would mostly wait for the interpreter lock (measured in docs/decisions/0006). While a single request is
in flight and the disk is quick, the commit runs on the event loop too, which saves two changes of threads. Transactions
that may take long run entirely in the thread: other work, a failed batch, and a database that another process is
writing to.
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
from heliograph.storage.engine import Effects, Tx
from heliograph.storage.sqlite.tx import SQLiteTx, unavailable
from heliograph.wire import times

T = TypeVar("T")
Work = Callable[..., Awaitable[Any]]
Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]

BUSY_MILLISECONDS = 10_000
"""The longest time that a transaction waits for another process that is writing."""
_LARGEST_BATCH = 256
_QUICK_SECONDS = 0.002
"""The longest time of the last commit for which the next one may block the event loop."""

log = logging.getLogger("heliograph.storage")


@dataclass(slots=True)
class Job:
    """A write: `work` alone, or `item` together with the other items of the same `batch`."""

    future: asyncio.Future[Any]
    work: Work | None = None
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    batch: Batch | None = None
    item: Any = None


@dataclass(slots=True)
class JobOutcome:
    """The outcome of a job. Its future is resolved after the commit."""

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
    except asyncio.CancelledError as error:  # a coroutine that never waits cannot be cancelled from outside
        raise RuntimeError("a storage function was cancelled") from error
    coroutine.close()
    raise RuntimeError("a storage function may await nothing but the transaction it was given")


class Writer:
    """Owns the write connection. Jobs are queued and resolved on the event loop."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        buckets: int,
        loop: asyncio.AbstractEventLoop,
        *,
        observe: Callable[[str, int, float], None],
        report: Callable[[Effects], None],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._buckets = buckets
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="heliograph-writer")
        self._observe = observe
        self._report = report
        self._is_quiet = is_quiet
        self.effects = Effects()
        """The effects of the transactions that are not finished. Some may have been rolled back."""
        self._commit_seconds = _QUICK_SECONDS
        self._waiting: list[Job] = []
        self._idle = asyncio.Event()
        self._idle.set()
        # The event loop never waits for another process to finish writing.
        connection.execute("PRAGMA busy_timeout = 0")

    @property
    def waiting(self) -> int:
        """The number of jobs that wait for their transaction to begin."""
        return len(self._waiting)

    def put(self, job: Job) -> None:
        """Queue a job."""
        self._waiting.append(job)
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._next)

    async def run_alone(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Run `work` in the thread, without a transaction, once no job is queued. Jobs that are put meanwhile wait."""
        while not self._idle.is_set():
            await self._idle.wait()
        self._idle.clear()
        running = self._loop.run_in_executor(self._thread, work, self._connection)
        # The caller may be cancelled, but the work is not.
        running.add_done_callback(lambda done: self._next())
        await running

    async def stop(self) -> None:
        """Finish the queued jobs, then end the thread."""
        await self._idle.wait()
        self._thread.shutdown()

    def _next(self) -> None:
        """Begin the next transaction, if jobs are waiting."""
        jobs, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
        if not jobs:
            self._idle.set()
            return
        started = time.perf_counter()
        try:
            begun = self._begin(jobs)
        except Exception as error:  # a failed rollback, or a thread that cannot be started
            log.error("the database refused to write", exc_info=error)
            self._resolve(JobOutcome(job.future, error=ServiceUnavailable()) for job in jobs)
            self._loop.call_soon(self._next)
            return
        if isinstance(begun, list):
            self._finish(jobs, started, begun)
        else:
            begun.add_done_callback(partial(self._thread_finished, jobs, started))

    def _begin(self, jobs: list[Job]) -> list[JobOutcome] | asyncio.Future[list[JobOutcome]]:
        """Run the jobs on the event loop as far as possible, and the rest in the thread."""
        outcomes = self._run_on_loop(jobs)
        if outcomes is not None and self._may_block():
            if self._commit():
                return outcomes
            outcomes = None
        rest = partial(self._run_in_thread, jobs) if outcomes is None else partial(self._commit_batch, jobs, outcomes)
        return self._loop.run_in_executor(self._thread, rest)

    def _may_block(self) -> bool:
        """Whether the commit may run on the event loop: no other request would wait for it."""
        return self._commit_seconds < _QUICK_SECONDS and not self._waiting and self._is_quiet()

    def _thread_finished(self, jobs: list[Job], started: float, finished: asyncio.Future[list[JobOutcome]]) -> None:
        error = ServiceUnavailable() if finished.cancelled() else finished.exception()
        self._finish(
            jobs, started, finished.result() if error is None else [JobOutcome(job.future, error=error) for job in jobs]
        )

    def _finish(self, jobs: list[Job], started: float, outcomes: list[JobOutcome]) -> None:
        # Even after an error, all futures are resolved and the next transaction begins.
        try:
            self._resolve(outcomes)
            for batch, size in Counter(job.batch for job in jobs if job.batch is not None).items():
                self._observe(batch.__name__, size, time.perf_counter() - started)
        finally:
            effects, self.effects = self.effects, Effects()
            try:
                self._report(effects)
            finally:
                self._next()

    def _resolve(self, outcomes: Iterable[JobOutcome]) -> None:
        for one in outcomes:
            if one.future.done():  # a caller that was cancelled does not undo the commit
                continue
            if one.error is not None:
                one.future.set_exception(one.error)
            else:
                one.future.set_result(one.result)

    def _run_on_loop(self, jobs: list[Job]) -> list[JobOutcome] | None:
        """Run the statements of a transaction of batches; None if the thread must run them."""
        if any(job.batch is None for job in jobs):
            return None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            return self._statements(jobs)
        except Exception:  # the thread runs into it again, and reports it to the right job
            self.roll_back()
            return None

    def _commit_batch(self, jobs: list[Job], outcomes: list[JobOutcome]) -> list[JobOutcome]:
        """Commit the transaction that the event loop has begun; if that fails, run it again."""
        return outcomes if self._commit() else self._run_in_thread(jobs)

    def _commit(self) -> bool:
        """Commit the transaction, or roll it back; returns whether it was committed."""
        started = time.perf_counter()
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self.roll_back()
            self._overwrite_failed_commit()
            return False
        finally:
            self._commit_seconds = time.perf_counter() - started
        return True

    def _run_in_thread(self, jobs: list[Job]) -> list[JobOutcome]:
        """Run the jobs in one transaction or, if that fails, each job in its own."""
        try:
            return self._transaction(jobs)
        except Exception as error:
            if len(jobs) > 1 and not _is_busy(error):
                return self._one_by_one(jobs)
            reported = unavailable(error) if isinstance(error, sqlite3.DatabaseError) else error
            if isinstance(reported, ServiceUnavailable):
                log.error("the database refused to write", exc_info=error)
            return [JobOutcome(job.future, error=reported) for job in jobs]

    def _one_by_one(self, jobs: list[Job]) -> list[JobOutcome]:
        return [outcome for job in jobs for outcome in self._run_in_thread([job])]

    def _transaction(self, jobs: list[Job]) -> list[JobOutcome]:
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        outcomes: list[JobOutcome] | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._statements(jobs)
            self._connection.execute("COMMIT")
        except Exception:
            self.roll_back()
            if outcomes is not None:
                self._overwrite_failed_commit()
            raise
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")
        return outcomes

    def _overwrite_failed_commit(self) -> None:
        """Make sure that a failed commit stays undone, even if this process crashes.

        A COMMIT that fails while SQLite waits for the disk leaves a complete transaction at the end of the log. No
        connection reads it, but the next process to recover the log after a crash would apply it. Another transaction
        overwrites its beginning, which makes it invalid, even if that transaction fails too.
        """
        # The number has no meaning, but must change: SQLite does not write unchanged pages.
        with suppress(sqlite3.Error):
            self._connection.execute(f"PRAGMA user_version = {random.randrange(1 << 31)}")

    def roll_back(self) -> None:
        """Roll back the transaction."""
        # An I/O error may have rolled back already.
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # then the next transaction fails to begin
                self._connection.execute("ROLLBACK")

    def _statements(self, jobs: list[Job]) -> list[JobOutcome]:
        tx = SQLiteTx(self._connection, self._buckets, times.now())
        tx.effects = self.effects
        done = [self._work(tx, job) for job in jobs if job.batch is None]
        for batch, batched in _by_batch(jobs).items():
            outcomes = drive(_coroutine(batch(tx, [job.item for job in batched])))
            done.extend(JobOutcome(job.future, outcome) for job, outcome in zip(batched, outcomes, strict=True))
        return done

    def _work(self, tx: Tx, job: Job) -> JobOutcome:
        assert job.work is not None
        self._connection.execute("SAVEPOINT work")
        try:
            result = drive(_coroutine(job.work(tx, *job.args, **job.kwargs)))
        except ApiError as refusal:
            # A refusal rolls back its own work only.
            self._connection.execute("ROLLBACK TO work")
            return JobOutcome(job.future, error=refusal)
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE work")
        return JobOutcome(job.future, result)


def _by_batch(jobs: list[Job]) -> dict[Batch, list[Job]]:
    grouped: dict[Batch, list[Job]] = {}
    for job in jobs:
        if job.batch is not None:
            grouped.setdefault(job.batch, []).append(job)
    return grouped


def _coroutine(awaitable: Awaitable[T]) -> Coroutine[Any, Any, T]:
    assert isinstance(awaitable, Coroutine)
    return awaitable


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
