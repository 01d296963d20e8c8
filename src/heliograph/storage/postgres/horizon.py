"""The horizon of the event stream: the id up to which no event will be added any more.

It is the least mark of the active processes. A process that dies leaves its mark behind, and is taken out once it has
no session left: it can commit nothing then, and its next session notices that it was taken out (`marks`). A process
that is stopped keeps its sessions, which are ended after 10 seconds.

Taking out has two steps. First the process is suspected, and then its sessions are looked for: a transaction that finds
its process active has a session that is found.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from heliograph import ids
from heliograph.storage.postgres.marks import BEAT_SECONDS, session_names
from heliograph.storage.postgres.nodes import Nodes, NodeUnavailableError
from heliograph.storage.postgres.pool import Connection, Pool

_SILENT_SECONDS = 1.0
"""After this time without a new mark, a process is taken out if it has no session."""
LOOKS = 80
"""After this number of looks without a new mark, the sessions of a process are ended. Looks are counted instead of
seconds, so that a database that did not respond for seconds is not mistaken for processes that have stopped."""

_ACTIVE, _SUSPECTED, _IDLE = 1, 2, 0
# Unless the process has published a mark, or has opened a session.
_SET = "UPDATE stream_mark SET active = $4 WHERE process = $1 AND beat = $2 AND active = $3"

log = logging.getLogger("heliograph.storage")


@dataclass(frozen=True, slots=True)
class StreamMark:
    """A row of `stream_mark`."""

    process: str
    mark: str
    beat: int
    active: int


@dataclass(slots=True)
class _Watched:
    """An active process: its mark, and since when and how often it was seen."""

    mark: StreamMark
    since: float
    looked: float
    looks: int = 0


class _Unsettled(NamedTuple):
    """A mark, and the transactions that must be committed or rolled back before the mark is the horizon."""

    mark: str
    prepared: set[str]


class Horizon:
    """Reads the horizon, and takes out processes that have ended."""

    def __init__(self, pool: Pool, nodes: Nodes, own: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._nodes = nodes
        self._own = own
        self._clock = clock
        self._known = ids.FIRST
        self._watched: dict[str, _Watched] = {}
        self._held: tuple[str, float] | None = None
        self._unsettled: _Unsettled | None = None

    @property
    def held_seconds(self) -> float:
        """How long the same mark has been the horizon while other events may follow it; 0 if all processes are idle."""
        return 0.0 if self._held is None else self._clock() - self._held[1]

    async def read(self) -> str:
        """The horizon. Events up to it are seen by every statement that begins after this one."""
        async with self._pool.connection() as connection:
            rows = await connection.fetch("SELECT process, mark, beat, active FROM stream_mark")
            marks = [StreamMark(*row) for row in rows]
            for silent in self._silent(marks):
                await self._take_out(connection, silent)
            active = [one.mark for one in marks if one.active]
            self._hold(min(active) if active else None)
            least = min(active) if active else max((one.mark for one in marks), default=ids.FIRST)
            # A process that begins may publish a lower mark for a moment.
            self._known = max(self._known, await self._settled(connection, least))
        return self._known

    async def _settled(self, connection: Connection, mark: str) -> str:
        """The mark, if all transactions that were committed before it was read are visible everywhere; else an earlier
        one, or none.

        In a distributed database, prepared transactions may be among them.
        """
        try:
            prepared = await self._nodes.prepared(connection)
        except NodeUnavailableError:
            return ids.FIRST
        before, self._unsettled = self._unsettled, _Unsettled(mark, prepared) if prepared else None
        if before is None or not prepared:
            return ids.FIRST if prepared else mark
        if left := before.prepared & prepared:
            self._unsettled = _Unsettled(before.mark, left)
            return ids.FIRST
        return before.mark

    def _hold(self, mark: str | None) -> None:
        if mark is None:
            self._held = None
        elif self._held is None or self._held[0] != mark:
            self._held = mark, self._clock()

    def _silent(self, marks: list[StreamMark]) -> list[_Watched]:
        """The active processes, other than this one, whose mark was the same for too long."""
        now = self._clock()
        known, self._watched = self._watched, {}
        for mark in marks:
            if not mark.active or mark.process == self._own:
                continue
            watched = known.get(mark.process)
            if watched is None or watched.mark.beat != mark.beat:
                watched = _Watched(mark, now, now)
            elif now - watched.looked >= BEAT_SECONDS:
                watched.looked, watched.looks = now, watched.looks + 1
            self._watched[mark.process] = watched
        return [one for one in self._watched.values() if now - one.since >= _SILENT_SECONDS]

    async def _take_out(self, connection: Connection, watched: _Watched) -> None:
        """Take out a process that has no session; end its sessions if it was silent for long."""
        process, beat, names = watched.mark.process, watched.mark.beat, session_names(watched.mark.process)
        await connection.execute(_SET, process, beat, _ACTIVE, _SUSPECTED)
        if not await self._nodes.has_session(connection, names):
            if await connection.execute(_SET, process, beat, _SUSPECTED, _IDLE) == "UPDATE 1":
                log.warning("the event stream no longer waits for process %s, which has ended", process)
        elif watched.looks >= LOOKS:
            log.warning("process %s has stopped, and the event stream waits for it: ending its sessions", process)
            watched.looks = 0
            try:
                await self._nodes.end_sessions(connection, names)
            except (asyncpg.InsufficientPrivilegeError, NodeUnavailableError):
                log.warning("the sessions of process %s cannot be ended: stop that process", process)
