"""The mark of this process: an id up to which it will never commit an event again.

The event stream is in the order of ids, and ends at the least mark of all processes, so no event is ever added before
its end (`horizon`). docs/decisions/0015-stream.md explains why that holds when processes stop or die.

A transaction takes a place before it creates ids, and keeps it until it has ended. While places are taken, the mark is
the oldest of them, otherwise a new id. An idle process publishes no mark: the stream does not wait for it, so it must
`begin` before it records events.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from weakref import WeakKeyDictionary

from heliograph import ids
from heliograph.background import Failures
from heliograph.storage.engine import EventsRefused
from heliograph.storage.postgres.pool import Connection, Pool
from heliograph.wire import times

BEAT_SECONDS = 0.125
IDLE_SECONDS = 10.0
"""A process stops publishing marks when it has recorded no event for this long."""
_CLOSE_SECONDS = 2.0
_AHEAD_MILLISECONDS = 60_000

# The mark is greater than all marks of other processes, up to which events may have been read.
_BEGIN = """INSERT INTO stream_mark AS known (process, mark, beat, active)
    VALUES ($1, greatest($2, (SELECT max(mark) FROM stream_mark)), 1, 1)
    ON CONFLICT (process) DO UPDATE SET mark = excluded.mark, beat = known.beat + 1, active = 1
    RETURNING mark"""
_PUBLISH = """UPDATE stream_mark SET mark = greatest(mark, $2), beat = beat + 1, active = $3
    WHERE process = $1 AND active <> 0 RETURNING (SELECT max(mark) FROM stream_mark)"""
_KEEP = "UPDATE stream_mark SET beat = beat + 1, active = 1 WHERE process = $1 AND active <> 0"
_IS_ACTIVE = "SELECT 1 FROM stream_mark WHERE process = $1 AND active = 1"
# The greatest mark stays, even if its process is gone: `_BEGIN` needs it.
_FORGET_IDLE = "DELETE FROM stream_mark WHERE active = 0 AND mark < (SELECT max(mark) FROM stream_mark)"
_END_SESSIONS = """SELECT application_name, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ANY($1)"""

log = logging.getLogger("heliograph.storage")


def session_names(process: str) -> str:
    """The prefix of the names of the sessions of a process, in `pg_stat_activity.application_name`."""
    return f"heliograph/{process}/"


class TransactionPlace:
    """The place of a transaction: the events that it commits have greater ids."""

    __slots__ = ("_marks", "has_events", "id")

    def __init__(self, marks: ProcessMarks, id: str) -> None:
        self._marks = marks
        self.id = id
        self.has_events = False

    def check(self, first_id: str) -> None:
        """Check that events with ids from `first_id` on may be committed.

        Raises:
            EventsRefused: the stream does not wait for this transaction, because it began while the process was idle.
        """
        self._marks.check(self.id)
        if first_id <= self.id:
            raise RuntimeError(f"the event id {first_id} was created before its transaction began")
        self.has_events = True


class ProcessMarks:
    """The places of the transactions of this process, and the mark that it publishes for them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.process = secrets.token_hex(8)
        self._clock = clock
        self._active = False
        self._used = 0.0
        self._open: dict[str, None] = {}  # in ascending order
        self.lost: dict[str, str] = {}
        """The places of transactions whose outcome is not known yet, by the names of their sessions."""
        self._names: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()
        self._pooled = False
        self._numbers = itertools.count(1)
        self._ends = 0
        self._publishing = asyncio.Lock()
        self.beating: asyncio.Task[None] | None = None
        """Publishes the mark; None while the process is idle."""
        self._failures = Failures(pause=BEAT_SECONDS)

    def next_name(self) -> str:
        """The name of the next session of this process."""
        return f"{session_names(self.process)}{next(self._numbers)}"

    async def admit(self, connection: Connection, name: str) -> None:
        """Check on a new connection, whose session has this name, whether the process was taken out.

        That happens only while it has no session, so it cannot be taken out from now on.
        """
        self._names[connection] = name
        # PgBouncer gives its clients other numbers, and may run each of their transactions in another session.
        self._pooled = connection.get_server_pid() != await connection.fetchval("SELECT pg_backend_pid()")
        if (self._active or self._publishing.locked()) and await connection.execute(_KEEP, self.process) == "UPDATE 0":
            self._end()

    def _end(self) -> None:
        """Note that the process was taken out: the transactions that it had open can no longer commit."""
        if self._active:
            log.warning("this process was taken out of the event stream, because it had stopped")
        self._active = False
        self._open.clear()
        self.lost.clear()
        self._ends += 1

    def take(self) -> TransactionPlace:
        """The place of a transaction that begins now."""
        if not self._active:
            return TransactionPlace(self, "")
        id = ids.new()
        self._open[id] = None
        return TransactionPlace(self, id)

    async def confirm(self, connection: Connection) -> None:
        """Check in a transaction that the process was not taken out while it had no session.

        Raises:
            EventsRefused: it was, or is about to be.
        """
        if self._pooled and self._active and await connection.fetchval(_IS_ACTIVE, self.process) is None:
            raise EventsRefused

    def check(self, place: str) -> None:
        """Check that the stream waits for a place; `TransactionPlace.check` describes the error."""
        if place not in self._open:
            raise EventsRefused
        self._used = self._clock()

    def leave(self, place: TransactionPlace, committing: Connection | None) -> None:
        """Give up a place. `committing` is the connection to which the transaction sent its COMMIT.

        If the connection was lost before the response, the transaction may still be committed, so the place is kept
        until the session has ended.
        """
        taken = place.id in self._open
        self._open.pop(place.id, None)
        if taken and place.has_events and committing is not None and committing.is_closed():
            self.lost[self._names[committing]] = place.id

    async def begin(self, pool: Pool) -> None:
        """Make the stream wait for this process."""
        async with self._publishing:
            if self._active:  # another process may be taking this one out
                await self._publish(pool)
            while not self._active:
                ends = self._ends
                async with pool.connection() as connection:
                    # Twice: the second mark is greater than everything read before the first one, and since then
                    # readers wait.
                    await connection.fetchval(_BEGIN, self.process, ids.new())
                    self._follow(await connection.fetchval(_BEGIN, self.process, ids.new()))
                self._active = ends == self._ends
            self._used = self._clock()
            if self.beating is None:
                beat = self._failures.keep_running("stream mark", partial(self._beat, pool))
                self.beating = asyncio.create_task(beat)

    async def _beat(self, pool: Pool) -> None:
        """Publish the mark until the process is idle."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            async with self._publishing:
                if self._is_idle():
                    self._active = False
                await self._publish(pool)
                if not self._active:
                    self.beating = None
                    return

    def _is_idle(self) -> bool:
        return not self._open and not self.lost and self._clock() - self._used >= IDLE_SECONDS

    async def publish(self, pool: Pool) -> None:
        """Publish the mark now, so that what this process has committed is in the stream."""
        async with self._publishing:
            if self._active:
                await self._publish(pool)

    async def _publish(self, pool: Pool) -> None:
        async with pool.connection() as connection:
            if self.lost:
                await self._end_lost(connection)
            greatest = await connection.fetchval(_PUBLISH, self.process, self._mark(), int(self._active))
            if greatest is None:
                self._end()
            elif self._active:
                self._follow(greatest)
            else:
                await connection.execute(_FORGET_IDLE)

    def _mark(self) -> str:
        """An id up to which this process will commit no event."""
        oldest = [*itertools.islice(self._open, 1), *self.lost.values()]
        return min(oldest) if oldest else ids.new()

    async def _end_lost(self, connection: Connection) -> None:
        """End the sessions of lost connections, and give up the places of sessions that have ended."""
        names = list(self.lost)
        left = {row[0] for row in await connection.fetch(_END_SESSIONS, names)}
        for name in names:
            if name not in left:
                self.lost.pop(name, None)

    def _follow(self, mark: str) -> None:
        """Create ids that are greater than a mark, so that the stream does not wait for a clock that is behind."""
        limit = times.now() + _AHEAD_MILLISECONDS
        if ids.milliseconds(mark) > limit > ids.milliseconds(ids.new()):
            log.warning("the clock of another server is ahead: new ids of this server are ahead of its own clock, too")
        ids.follow(mark)

    async def close(self, pool: Pool) -> None:
        """Stop publishing marks, so that the stream does not wait for this process."""
        if (beating := self.beating) is not None:
            # Between two statements, because a cancelled one needs another connection.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS), self._publishing:
                    pass
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        if self._active or self.beating is not None:
            self._active = False
            # Without a mark of its own, the process is taken out once its sessions have ended.
            with self._failures.reported("stream mark"):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._publish(pool)
