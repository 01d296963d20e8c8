"""Turns of requests with many changes, so that other writes wait for one piece of them at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LARGE, SMALL = 512, 32
"""The greatest number of changes in a piece, without and with other writes."""
_BUSY_SECONDS = 0.25
"""How long pieces stay small after a single change."""


class Turns:
    """Decides which request may write a piece now, and the size of the piece."""

    def __init__(self) -> None:
        self.singles = 0
        """The number of single changes that were submitted."""
        self._lock = asyncio.Lock()
        self._seen = 0
        self._busy_until = 0.0

    @asynccontextmanager
    async def next(self) -> AsyncIterator[int]:
        """Wait for the turn; yields the greatest number of changes to write before the next one."""
        async with self._lock:
            now = time.monotonic()
            if self.singles != self._seen:
                self._seen, self._busy_until = self.singles, now + _BUSY_SECONDS
            yield SMALL if now < self._busy_until else LARGE
