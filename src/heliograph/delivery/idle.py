"""Connections that wait for the next call, for a few seconds."""

from __future__ import annotations

import asyncio
import time

IDLE_SECONDS = 5.0
MOST_OF_A_TARGET = 8
MOST = 256
_SWEEP_SECONDS = 1.0

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Place = tuple[bool, str, int]
"""Whether it is encrypted, the host, and the port."""


class IdleConnections:
    """Open connections by target. They are closed after a few seconds, whether or not the target is called again.

    So a webhook that was deleted, or points elsewhere, leaves none behind.
    """

    def __init__(self) -> None:
        self._kept: dict[Place, list[tuple[Stream, float]]] = {}
        self._count = 0
        self._sweep: asyncio.TimerHandle | None = None

    def keep(self, place: Place, stream: Stream) -> None:
        """Keep a connection. Beyond the limits the oldest is closed."""
        kept = self._kept.setdefault(place, [])
        kept.append((stream, time.monotonic()))
        self._count += 1
        if len(kept) > MOST_OF_A_TARGET:
            self._close_oldest(place)
        elif self._count > MOST:
            self._close_oldest(min(self._kept, key=lambda one: self._kept[one][0][1]))
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._close_old)

    def take(self, place: Place) -> Stream | None:
        """The newest connection to the target that is still open."""
        while kept := self._kept.get(place):
            stream, since = kept.pop()
            self._forget(place)
            if _is_open(stream, since):
                return stream
            stream[1].close()
        return None

    def close(self) -> None:
        """Close all of them."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for kept in self._kept.values():
            for (_, writer), _ in kept:
                writer.transport.abort()
        self._kept.clear()
        self._count = 0

    def _close_oldest(self, place: Place) -> None:
        (_, writer), _ = self._kept[place].pop(0)
        self._forget(place)
        writer.close()

    def _forget(self, place: Place) -> None:
        self._count -= 1
        if not self._kept[place]:
            del self._kept[place]

    def _close_old(self) -> None:
        for place, kept in list(self._kept.items()):
            still = [(stream, since) for stream, since in kept if _is_open(stream, since)]
            for stream, _ in (one for one in kept if one not in still):
                stream[1].close()
            self._count -= len(kept) - len(still)
            self._kept[place] = still
            if not still:
                del self._kept[place]
        again = asyncio.get_running_loop().call_later(_SWEEP_SECONDS, self._close_old) if self._kept else None
        self._sweep = again


def _is_open(stream: Stream, since: float) -> bool:
    reader, writer = stream
    return time.monotonic() - since < IDLE_SECONDS and not reader.at_eof() and not writer.is_closing()
