"""The background services of a sandbox, which stop while the whole database is replaced."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

OnRemoval = Callable[[], None]


def _not_running() -> None:
    """Do nothing: services that start later find what was removed."""


class Services:
    """Runs services, which read their state from the database each time they start.

    `start` runs them while its context is open, and yields the callback that wakes maintenance.
    """

    def __init__(self, start: Callable[[], AbstractAsyncContextManager[OnRemoval]]) -> None:
        self._start = start
        self._running = AsyncExitStack()
        self._wake: OnRemoval = _not_running

    async def __aenter__(self) -> Services:
        await self._begin()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._end()

    async def _begin(self) -> None:
        self._wake = await self._running.enter_async_context(self._start())

    async def _end(self) -> None:
        self._wake = _not_running
        await self._running.aclose()

    @asynccontextmanager
    async def stopped(self) -> AsyncIterator[None]:
        """Stop the services while the context is open. Webhook calls in flight are finished first."""
        await self._end()
        try:
            yield
        finally:
            await self._begin()

    def on_removal(self) -> None:
        """Wake maintenance after a key, an integration or an app was removed."""
        self._wake()
