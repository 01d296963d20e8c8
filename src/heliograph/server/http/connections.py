"""All connections of a process: how many there may be, which are idle, and what their callers have not taken yet."""

from __future__ import annotations

import asyncio
import logging
import sys
from time import monotonic
from typing import Protocol

from heliograph.server.observability.logs import Occasional

LOOK_SECONDS = 1.0
STALL_SECONDS = 30.0
UNSENT_LIMIT = 64 * 1024 * 1024
# A reader this young has had no chance to show its pace.
_GRACE_SECONDS = 1.0

log = logging.getLogger("heliograph.server")


class Connection(Protocol):
    """What is asked of a connection here."""

    def unsent(self) -> int:
        """Bytes of answers that the kernel has not taken."""

    def hang_up(self) -> None:
        """End the connection at once, and drop what is unsent."""


class Reader:
    """A caller that reads slower than the server writes."""

    __slots__ = ("begun", "moved", "size", "whole")

    def __init__(self, size: int) -> None:
        self.whole = self.size = size
        self.begun = self.moved = monotonic()

    def update(self, size: int, now: float) -> None:
        """Note how much is left."""
        if size < self.size:
            self.moved = now
        self.size = size

    def pace(self, now: float) -> float:
        """Bytes taken per second; infinite during the first second."""
        waited = now - self.begun
        return (self.whole - self.size) / waited if waited >= _GRACE_SECONDS else sys.maxsize


class Readers:
    """Connections with unsent bytes. One that takes nothing for a while ends, and so do the slowest at the limit."""

    def __init__(self) -> None:
        self._waiting: dict[Connection, Reader] = {}
        self._total = 0
        self._timer: asyncio.TimerHandle | None = None
        self._dropped = Occasional(log)

    def add(self, connection: Connection) -> None:
        """The kernel takes no more bytes of this connection."""
        reader = self._waiting[connection] = Reader(connection.unsent())
        self._total += reader.size
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
        if self._total > UNSENT_LIMIT:
            self._make_room()

    def remove(self, connection: Connection) -> None:
        """Everything was taken, or the connection has ended."""
        reader = self._waiting.pop(connection, None)
        if reader is not None:
            self._total -= reader.size

    def drop_slowest(self) -> bool:
        """End the connection whose caller reads slowest; returns whether there was one."""
        now = monotonic()
        # Of equals the first is the one that has waited longest.
        slowest = min(self._waiting, key=lambda one: self._waiting[one].pace(now), default=None)
        if slowest is None:
            return False
        self._drop(slowest)
        return True

    def _update(self) -> None:
        now = monotonic()
        for connection, reader in self._waiting.items():
            reader.update(connection.unsent(), now)
        self._total = sum(reader.size for reader in self._waiting.values())

    def _make_room(self) -> None:
        self._update()
        while self._total > UNSENT_LIMIT and self.drop_slowest():
            pass

    def _look(self) -> None:
        self._update()
        now = monotonic()
        for connection in [one for one, reader in self._waiting.items() if now - reader.moved >= STALL_SECONDS]:
            self._drop(connection)
        waiting = self._waiting
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look) if waiting else None

    def _drop(self, connection: Connection) -> None:
        self.remove(connection)
        connection.hang_up()
        self._dropped.warning("closed a connection whose caller did not read its response")


class Connections:
    """Counts the connections of a process and, at the limit, closes those that are missed least.

    These are, in order: the longest idle without an authenticated request, the longest idle with one, and the one
    whose caller reads slowest.
    """

    def __init__(self, most: int = sys.maxsize) -> None:
        self._most = most
        self._open: set[Connection] = set()
        self._unknown: dict[Connection, None] = {}
        self._known: dict[Connection, None] = {}
        self.readers = Readers()
        self._refused = Occasional(log)

    def opened(self, connection: Connection) -> None:
        """A new connection, idle so far; where there is no room for it, another one ends, or else itself."""
        if len(self._open) >= self._most:
            self._refused.warning(f"the limit of {self._most} connections is reached: closing idle ones")
            if not self.make_room():
                connection.hang_up()
                return
        self._open.add(connection)
        self._unknown[connection] = None

    def closed(self, connection: Connection) -> None:
        """The connection has ended."""
        self._open.discard(connection)
        self.busy(connection)
        self.readers.remove(connection)

    def busy(self, connection: Connection) -> None:
        """A request has arrived."""
        self._unknown.pop(connection, None)
        self._known.pop(connection, None)

    def idle(self, connection: Connection, *, known: bool) -> None:
        """All requests are answered. `known`: one of them was authenticated."""
        if connection in self._open:
            (self._known if known else self._unknown)[connection] = None

    def make_room(self) -> bool:
        """End the connection that is missed least; returns whether there was one."""
        for idle in (self._unknown, self._known):
            if idle:
                longest = next(iter(idle))
                self.closed(longest)
                longest.hang_up()
                return True
        return self.readers.drop_slowest()
