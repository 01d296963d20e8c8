"""Holding leases: several processes on several machines share the buckets, and take over from one that dies.

See `storage.leases` for why no clocks are compared.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol

from heliograph.storage.engine import Tx
from heliograph.storage.rows import leases
from heliograph.storage.rows.deliveries import Ranges
from heliograph.storage.rows.leases import NOBODY, StoredLease
from heliograph.storage.store import Store

SLOTS = 16
BEAT_SECONDS = 1.0
EXPIRY_SECONDS = 4.0
"""How long a beat must have stood still before others take the lease."""
_MARGIN_SECONDS = 1.5
"""How much earlier its holder stops."""
_WORKER, _SLOT = "worker/", "slot/"


class Holder(Protocol):
    """Knows in which buckets this process delivers."""

    owner: str

    def ranges(self) -> Ranges:
        """The buckets in which new deliveries may be begun."""

    def lease_of(self, bucket: int) -> str | None:
        """The lease under which a delivery in the bucket may be begun just now, "" if none is needed; else None."""

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Keep what is held, and take what is free; `busy` says whether a range of buckets is being worked on."""

    async def release(self) -> None:
        """Let go of everything."""


class Alone:
    """On a database that only one process serves there is nothing to share."""

    owner = ""

    def __init__(self, buckets: int) -> None:
        self._ranges = ((0, buckets - 1),)

    def ranges(self) -> Ranges:
        """All buckets."""
        return self._ranges

    def lease_of(self, bucket: int) -> str | None:
        """None is needed."""
        return ""

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Nothing to be done."""

    async def release(self) -> None:
        """Nothing to be done."""


class Leases:
    """One of several that share the buckets of a store."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.owner = secrets.token_hex(8)
        self._store = store
        self._clock = clock
        self._width = -(-store.buckets // SLOTS)
        self._names = [f"{_SLOT}{number:02}" for number in range(SLOTS)]
        self._held: set[str] = set()
        self._leaving: set[str] = set()
        self._until = 0.0
        self._seen: dict[str, tuple[StoredLease, float]] = {}

    def ranges(self) -> Ranges:
        """The buckets of the leases that are held, neighbours as one range."""
        if self._clock() >= self._until:
            return ()
        found: list[tuple[int, int]] = []
        for name in sorted(self._held - self._leaving):
            first, last = self._range(name)
            if found and found[-1][1] == first - 1:
                first = found.pop()[0]
            found.append((first, last))
        return tuple(found)

    def _range(self, name: str) -> tuple[int, int]:
        first = self._names.index(name) * self._width
        return first, first + self._width - 1

    def lease_of(self, bucket: int) -> str | None:
        """The lease of the bucket's slot, as long as it is surely held."""
        name = self._names[bucket // self._width]
        return name if name in self._held - self._leaving and self._clock() < self._until else None

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Raise the beat of what is held, take what is free or abandoned, and give away what is too much."""
        began = self._clock()
        rows = await self._store.write(self._round)
        self._until = began + EXPIRY_SECONDS - _MARGIN_SECONDS
        abandoned = self._observe(rows, began)
        self._held = {one.name for one in rows if one.owner == self.owner and one.name.startswith(_SLOT)}
        workers = [one for one in rows if one.name.startswith(_WORKER) and one not in abandoned]
        share = -(-SLOTS // max(1, len(workers)))
        free = [one for one in rows if one.name in self._names and (one.owner == NOBODY or one in abandoned)]
        for one in free[: max(0, share - len(self._held))]:
            if await self._store.write(leases.take, one, self.owner):
                self._held.add(one.name)
        for one in abandoned:
            if one.name.startswith(_WORKER):
                await self._store.write(leases.forget, one)
        await self._give_away(len(self._held) - share, busy)

    async def _round(self, tx: Tx) -> list[StoredLease]:
        known = {one.name for one in await leases.every(tx)}
        await leases.add(tx, [name for name in self._names if name not in known])
        await leases.add(tx, [f"{_WORKER}{self.owner}"], self.owner)
        await leases.beat(tx, self.owner)
        return await leases.every(tx)

    def _observe(self, rows: list[StoredLease], now: float) -> list[StoredLease]:
        """The leases of others that have stood still for too long."""
        seen = {one.name: one for one in rows}
        for one in rows:
            if one.name not in self._seen or self._seen[one.name][0] != one:
                self._seen[one.name] = one, now
        self._seen = {name: known for name, known in self._seen.items() if name in seen}
        return [
            one
            for one, since in self._seen.values()
            if one.owner not in (NOBODY, self.owner) and now - since >= EXPIRY_SECONDS
        ]

    async def _give_away(self, surplus: int, busy: Callable[[int, int], bool]) -> None:
        """Begin nothing new in what is too much, and let go of it once nothing is under way there."""
        self._leaving = set(sorted(self._held, reverse=True)[: max(0, surplus)])
        idle = [name for name in self._leaving if not busy(*self._range(name))]
        if idle:
            await self._store.write(leases.release, self.owner, idle)
            self._held -= set(idle)
            self._leaving -= set(idle)

    async def release(self) -> None:
        """Let go of everything, so that others need not wait."""
        await self._store.write(leases.release, self.owner, sorted(self._held))
        for one in await self._store.snapshot(leases.every):
            if one.name == f"{_WORKER}{self.owner}":
                await self._store.write(leases.forget, one)
        self._held.clear()
