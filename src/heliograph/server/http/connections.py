"""The connections of a process: their number, which of them are idle, which clients read slowly, and their requests."""

from __future__ import annotations

import asyncio
import logging
import sys
from time import monotonic
from typing import Protocol

from heliograph.server.observability.logs import ThrottledLog

CHECK_SECONDS = 1.0
STALL_SECONDS = 30.0
UNSENT_LIMIT = 64 * 1024 * 1024
# The rate of a client that started to read more recently is not known yet.
_GRACE_SECONDS = 1.0

log = logging.getLogger("heliograph.server")


class ManagedConnection(Protocol):
    """The interface by which the resources of a connection are limited."""

    def unsent(self) -> int:
        """The number of bytes of responses that the kernel has not accepted yet."""

    def abort(self) -> None:
        """Close the connection, and drop unsent bytes."""

    def shut_down(self) -> None:
        """Close the connection after the response to the newest request."""


class SlowReader:
    """A client that reads more slowly than the server writes."""

    __slots__ = ("initial", "progressed_at", "size", "started_at")

    def __init__(self, size: int) -> None:
        self.initial = self.size = size
        self.started_at = self.progressed_at = monotonic()

    def update(self, size: int, now: float) -> None:
        """Record how many bytes are left."""
        if size < self.size:
            self.progressed_at = now
        self.size = size

    def rate(self, now: float) -> float:
        """Bytes read per second; infinite during the first second."""
        seconds = now - self.started_at
        return (self.initial - self.size) / seconds if seconds >= _GRACE_SECONDS else sys.maxsize


class SlowReaders:
    """Connections with unsent bytes.

    Closes connections whose client reads nothing for 30 seconds, and, at the limit of unsent bytes, the slowest ones.
    """

    def __init__(self) -> None:
        self._readers: dict[ManagedConnection, SlowReader] = {}
        self._total = 0
        self._timer: asyncio.TimerHandle | None = None
        self._dropped = ThrottledLog(log)

    def add(self, connection: ManagedConnection) -> None:
        """Called when the kernel accepts no more bytes of the connection."""
        reader = self._readers[connection] = SlowReader(connection.unsent())
        self._total += reader.size
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CHECK_SECONDS, self._check)
        if self._total > UNSENT_LIMIT:
            self._make_room()

    def remove(self, connection: ManagedConnection) -> None:
        """Called when everything is sent, or the connection is closed."""
        reader = self._readers.pop(connection, None)
        if reader is not None:
            self._total -= reader.size

    def drop_slowest(self) -> bool:
        """Close the connection whose client reads slowest; returns whether there was one."""
        now = monotonic()
        # Of equally slow ones, min() returns the first, which has waited longest.
        slowest = min(self._readers, key=lambda one: self._readers[one].rate(now), default=None)
        if slowest is None:
            return False
        self._drop(slowest)
        return True

    def _update(self) -> None:
        now = monotonic()
        for connection, reader in self._readers.items():
            reader.update(connection.unsent(), now)
        self._total = sum(reader.size for reader in self._readers.values())

    def _make_room(self) -> None:
        self._update()
        while self._total > UNSENT_LIMIT and self.drop_slowest():
            pass

    def _check(self) -> None:
        self._update()
        now = monotonic()
        stalled = [one for one, reader in self._readers.items() if now - reader.progressed_at >= STALL_SECONDS]
        for connection in stalled:
            self._drop(connection)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(CHECK_SECONDS, self._check) if self._readers else None

    def _drop(self, connection: ManagedConnection) -> None:
        self.remove(connection)
        connection.abort()
        self._dropped.warning("closed a connection whose client did not read its response")


class ServerConnections:
    """Counts the connections of a process and closes some at the limit.

    Closes, in this order: the longest idle without an authenticated request, the longest idle with one, and the one
    whose client reads slowest.
    """

    def __init__(self, limit: int = sys.maxsize) -> None:
        self._limit = limit
        self._open: set[ManagedConnection] = set()
        self._idle_unknown: dict[ManagedConnection, None] = {}
        self._idle_authenticated: dict[ManagedConnection, None] = {}
        self.slow_readers = SlowReaders()
        self.tasks: set[asyncio.Task[None]] = set()
        """The requests in flight."""
        self._limited = ThrottledLog(log)

    def opened(self, connection: ManagedConnection) -> None:
        """Register a new, idle connection. At the limit, another connection is closed, or else the new one."""
        if len(self._open) >= self._limit:
            self._limited.warning(f"the limit of {self._limit} connections is reached: closing idle ones")
            if not self.make_room():
                connection.abort()
                return
        self._open.add(connection)
        self._idle_unknown[connection] = None

    def closed(self, connection: ManagedConnection) -> None:
        """Called when the connection is closed."""
        self._open.discard(connection)
        self.busy(connection)
        self.slow_readers.remove(connection)

    def busy(self, connection: ManagedConnection) -> None:
        """Called when a request has arrived."""
        self._idle_unknown.pop(connection, None)
        self._idle_authenticated.pop(connection, None)

    def idle(self, connection: ManagedConnection, *, authenticated: bool) -> None:
        """Called when all requests have their response. `authenticated`: whether one of them was authenticated."""
        if connection in self._open:
            (self._idle_authenticated if authenticated else self._idle_unknown)[connection] = None

    @property
    def busy_or_open(self) -> bool:
        """Whether a connection is open or a request is in flight."""
        return bool(self._open or self.tasks)

    def is_quiet(self) -> bool:
        """Whether at most one request is in flight."""
        return len(self.tasks) <= 1

    def shut_down(self) -> None:
        """Close idle connections now, and the others after their newest response."""
        for connection in list(self._open):
            connection.shut_down()

    def make_room(self) -> bool:
        """Close a connection, in the order of the class; returns whether there was one to close."""
        for idle in (self._idle_unknown, self._idle_authenticated):
            if idle:
                longest = next(iter(idle))
                self.closed(longest)
                longest.abort()
                return True
        return self.slow_readers.drop_slowest()
