"""A short-lived cache of database reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_SIZE = 4096


class Cache(Generic[K, V]):
    """Values by key, each with an expiry time of `time.monotonic()`, since the wall clock may be set back.

    Concurrent requests for the same key share one load.
    """

    def __init__(self) -> None:
        self._entries: dict[K, tuple[V, float]] = {}
        self._loading: dict[K, asyncio.Future[tuple[V, float]]] = {}

    def get(self, key: K) -> V | None:
        """The cached value; None if it is missing or has expired."""
        entry = self._entries.get(key)
        return entry[0] if entry is not None and entry[1] > time.monotonic() else None

    async def get_or_load(self, key: K, load: Callable[[], Awaitable[tuple[V, float]]]) -> V:
        """The cached value, or else the result of `load`: a value and its expiry time."""
        entry = self._entries.get(key)
        if entry is not None and entry[1] > time.monotonic():
            return entry[0]
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.ensure_future(load())
            loading.add_done_callback(lambda done: self._store(key, done))
        # Shielded, because other requests may wait for it when this one is cancelled.
        return (await asyncio.shield(loading))[0]

    def clear(self) -> None:
        """Drop all entries, and the results of loads in progress."""
        self._entries.clear()
        self._loading.clear()

    def _store(self, key: K, loaded: asyncio.Future[tuple[V, float]]) -> None:
        failed = loaded.cancelled() or loaded.exception() is not None
        if self._loading.get(key) is not loaded:
            return
        del self._loading[key]
        if failed:
            return
        if len(self._entries) >= _SIZE:
            self._entries.clear()
        self._entries[key] = loaded.result()
