"""Idle connections to endpoints, kept open for a few seconds for the next call."""

from __future__ import annotations

import asyncio
import time

IDLE_SECONDS = 5.0
MAX_PER_ORIGIN = 8
MAX_IDLE = 256
SWEEP_SECONDS = 1.0
"""How often connections that were idle for too long are closed."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
UrlOrigin = tuple[bool, str, int]
"""Whether the connection is encrypted, the host, and the port."""


class IdleConnections:
    """Open connections by origin, each closed a few seconds after its last call.

    The time limit also closes connections to endpoints whose webhook was deleted or has another target now.
    """

    def __init__(self) -> None:
        self._kept: dict[UrlOrigin, list[tuple[Connection, float]]] = {}
        self._count = 0
        self.sweep: asyncio.TimerHandle | None = None
        """The timer that closes expired connections, while there are idle ones."""

    def __len__(self) -> int:
        return self._count

    def keep(self, origin: UrlOrigin, connection: Connection) -> None:
        """Keep a connection. At the limits, the oldest one is closed."""
        kept = self._kept.setdefault(origin, [])
        kept.append((connection, time.monotonic()))
        self._count += 1
        if len(kept) > MAX_PER_ORIGIN:
            self._close_oldest(origin)
        elif self._count > MAX_IDLE:
            self._close_oldest(min(self._kept, key=lambda one: self._kept[one][0][1]))
        if self.sweep is None:
            self.sweep = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._close_expired)

    def take(self, origin: UrlOrigin) -> Connection | None:
        """The newest connection to the origin that is still open."""
        while kept := self._kept.get(origin):
            connection, since = kept.pop()
            self._forget(origin)
            if _is_open(connection, since):
                return connection
            connection[1].close()
        return None

    def close(self) -> None:
        """Close all connections."""
        if self.sweep is not None:
            self.sweep.cancel()
            self.sweep = None
        for kept in self._kept.values():
            for (_, writer), _ in kept:
                writer.transport.abort()
        self._kept.clear()
        self._count = 0

    def _close_oldest(self, origin: UrlOrigin) -> None:
        (_, writer), _ = self._kept[origin].pop(0)
        self._forget(origin)
        writer.close()

    def _forget(self, origin: UrlOrigin) -> None:
        self._count -= 1
        if not self._kept[origin]:
            del self._kept[origin]

    def _close_expired(self) -> None:
        for origin, kept in list(self._kept.items()):
            still_open = [(connection, since) for connection, since in kept if _is_open(connection, since)]
            for connection, _ in (one for one in kept if one not in still_open):
                connection[1].close()
            self._count -= len(kept) - len(still_open)
            self._kept[origin] = still_open
            if not still_open:
                del self._kept[origin]
        loop = asyncio.get_running_loop()
        self.sweep = loop.call_later(SWEEP_SECONDS, self._close_expired) if self._kept else None


def _is_open(connection: Connection, since: float) -> bool:
    reader, writer = connection
    return time.monotonic() - since < IDLE_SECONDS and not reader.at_eof() and not writer.is_closing()
