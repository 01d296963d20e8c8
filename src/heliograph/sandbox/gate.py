"""Holds requests back while the whole database is replaced, so that no request is in progress then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from heliograph.errors import ServiceUnavailable

T = TypeVar("T")

_SECONDS = 60.0


class Gate:
    """Many requests can be inside at once. While the gate is closed, new requests wait, and none is inside."""

    def __init__(self) -> None:
        self._inside = 0
        self._open = asyncio.Event()
        self._open.set()
        self._left = asyncio.Event()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait until the gate is open, and stay inside while the context is open."""
        while not self._open.is_set():
            await self._open.wait()
        self._inside += 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._inside -= 1
        self._left.set()

    async def alone(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` while the gate is closed; returns its result. The caller is inside.

        `work` is finished even if the caller is cancelled.

        Raises:
            ServiceUnavailable: the other requests took too long.
        """
        return await asyncio.shield(asyncio.create_task(self._alone(work)))

    async def _alone(self, work: Callable[[], Awaitable[T]]) -> T:
        self._leave()
        try:
            async with self._lock:
                self._open.clear()
                try:
                    await self._wait_until_empty()
                    return await work()
                finally:
                    self._open.set()
        finally:
            self._inside += 1

    async def _wait_until_empty(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                while self._inside > 0:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            raise ServiceUnavailable("Other requests are still in progress") from None
