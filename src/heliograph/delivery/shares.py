"""Places of which there are only so many, shared fairly between apps."""

from __future__ import annotations

import asyncio
from collections import Counter, deque


class Shares:
    """A number of places. An app gets another one only while it holds less than a `fraction`-th of the free ones.

    So apps that hold many places, because their endpoints hang, leave some for the others: the fuller it is, the less
    each of them gets.
    """

    def __init__(self, places: int, fraction: int) -> None:
        self._free = places
        self._fraction = fraction
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, app_id: str) -> None:
        """Take a place, or wait for one behind the app's earlier ones."""
        if app_id not in self._waiting and self._may(app_id):
            self._hold(app_id)
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(app_id, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._leave(app_id, place)
            else:
                self.give(app_id)
            raise

    def give(self, app_id: str) -> None:
        """Return a place."""
        self._free += 1
        self._held[app_id] -= 1
        if not self._held[app_id]:
            del self._held[app_id]
        for waiting in list(self._waiting):
            while waiting in self._waiting and self._may(waiting):
                place = self._waiting[waiting][0]
                self._leave(waiting, place)
                if not place.done():
                    self._hold(waiting)
                    place.set_result(None)

    def _may(self, app_id: str) -> bool:
        return self._held[app_id] * self._fraction < self._free

    def _hold(self, app_id: str) -> None:
        self._free -= 1
        self._held[app_id] += 1

    def _leave(self, app_id: str, place: asyncio.Future[None]) -> None:
        line = self._waiting.get(app_id)
        if line is not None and place in line:
            line.remove(place)
            if not line:
                del self._waiting[app_id]
