"""The deadline of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf


class Deadline:
    """Calls a function when the deadline has passed.

    It moves with every request, so the timer is left alone if it is early: when it fires, it is set again.
    """

    __slots__ = ("_at", "_expired", "_fires_at", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._at = self._fires_at = inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Move the deadline to this many seconds from now."""
        self._at = self._loop.time() + seconds
        if self._at < self._fires_at:
            self._start()

    def limit(self, seconds: float) -> None:
        """Move the deadline to this many seconds from now, unless it is earlier."""
        if self._loop.time() + seconds < self._at:
            self.set(seconds)

    def clear(self) -> None:
        """Have no deadline."""
        self._at = inf

    def cancel(self) -> None:
        """Have no deadline, and no timer."""
        self._at = self._fires_at = inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires_at = self._at
        self._timer = self._loop.call_at(self._at, self._fire)

    def _fire(self) -> None:
        self._timer, self._fires_at = None, inf
        if self._loop.time() >= self._at:
            self._at = inf
            self._expired()
        elif self._at < inf:
            self._start()
