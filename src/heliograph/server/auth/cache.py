"""What is asked of the database over and over, remembered for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_SIZE = 4096


class Cache(Generic[K, V]):
    """Values by their keys, each good until a moment of `time.monotonic()`: the wall clock may be set back.

    However many ask for a value at once, it is found out once.
    """

    def __init__(self) -> None:
        self._known: dict[K, tuple[V, float]] = {}
        self._asked: dict[K, asyncio.Future[tuple[V, float]]] = {}

    def get(self, key: K) -> V | None:
        """The value, if it is known and still good."""
        known = self._known.get(key)
        return known[0] if known is not None and known[1] > time.monotonic() else None

    async def find(self, key: K, ask: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        """The value, and where it is not known what `ask` finds: the value, and until when it is good."""
        known = self._known.get(key)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.ensure_future(ask())
            asked.add_done_callback(lambda done: self._remember(key, done))
        # Whoever goes away does not take the answer away from the others.
        return (await asyncio.shield(asked))[0]

    def forget(self) -> None:
        """Forget everything, and what is being asked just now too."""
        self._known.clear()
        self._asked.clear()

    def _remember(self, key: K, asked: asyncio.Future[tuple[V, float]]) -> None:
        failed = asked.cancelled() or asked.exception() is not None
        if self._asked.get(key) is not asked:
            return
        del self._asked[key]
        if failed:
            return
        if len(self._known) >= _SIZE:
            self._known.clear()
        self._known[key] = asked.result()
