"""A limited number of slots, shared fairly between apps."""

from __future__ import annotations

import asyncio
from collections import Counter, deque


class FairSlots:
    """A limited number of slots. An app gets another one while it holds less than a `fraction`-th of the free ones.

    So apps whose endpoints hang cannot take all slots: the fewer are free, the fewer each app may hold.
    """

    def __init__(self, slots: int, fraction: int) -> None:
        self._free = slots
        self._fraction = fraction
        self._held: Counter[str] = Counter()
        self._waiters: dict[str, deque[asyncio.Future[None]]] = {}

    async def acquire(self, app_id: str) -> None:
        """Take a slot, or wait for one in FIFO order within the app."""
        if app_id not in self._waiters and self._is_allowed(app_id):
            self._take(app_id)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(app_id, deque()).append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                self._dequeue(app_id, waiter)
            else:
                self.release(app_id)
            raise

    def release(self, app_id: str) -> None:
        """Return a slot."""
        self._free += 1
        self._held[app_id] -= 1
        if not self._held[app_id]:
            del self._held[app_id]
        for waiting in list(self._waiters):
            while waiting in self._waiters and self._is_allowed(waiting):
                waiter = self._waiters[waiting][0]
                self._dequeue(waiting, waiter)
                if not waiter.done():
                    self._take(waiting)
                    waiter.set_result(None)

    def _is_allowed(self, app_id: str) -> bool:
        return self._held[app_id] * self._fraction < self._free

    def _take(self, app_id: str) -> None:
        self._free -= 1
        self._held[app_id] += 1

    def _dequeue(self, app_id: str, waiter: asyncio.Future[None]) -> None:
        queue = self._waiters.get(app_id)
        if queue is not None and waiter in queue:
            queue.remove(waiter)
            if not queue:
                del self._waiters[app_id]
