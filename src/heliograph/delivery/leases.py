"""Bucket assignment: which buckets this process delivers.

Processes that share a database lease the buckets, and take over the buckets of a process that dies.
`storage.rows.leases` explains why that needs no synchronized clocks.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from heliograph.storage.buckets import BucketRanges, Shard, merged, numbers
from heliograph.storage.engine import Tx
from heliograph.storage.rows import leases
from heliograph.storage.rows.leases import UNOWNED, StoredLease
from heliograph.storage.store import Store

SLOTS = 16
"""The number of leases, unless the database is distributed."""
BEAT_SECONDS = 1.0
EXPIRY_SECONDS = 4.0
"""A lease has expired once its heartbeat has not changed for this long."""
_MARGIN_SECONDS = 1.5
"""The owner of a lease stops using it this long before others may take it."""
_WORKER, _SLOT, _SHARD = "worker/", "slot/", "shard/"


class BucketAssignment(Protocol):
    """The buckets that this process delivers."""

    owner: str

    def ranges(self) -> BucketRanges:
        """The buckets in which calls may be started."""

    def lease_of(self, bucket: int) -> str | None:
        """The lease that allows a call in the bucket now; "" if no lease is needed, None if the bucket is not ours."""

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Renew the leases held, and take free ones. `busy` returns whether a range of buckets has calls in flight."""

    async def release(self) -> None:
        """Release all leases."""


class SingleProcess:
    """All buckets: for a database that only one process serves."""

    owner = ""

    def __init__(self, buckets: int) -> None:
        self._ranges = ((0, buckets - 1),)

    def ranges(self) -> BucketRanges:
        """All buckets."""
        return self._ranges

    def lease_of(self, bucket: int) -> str | None:
        """No lease is needed."""
        return ""

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Do nothing."""

    async def release(self) -> None:
        """Do nothing."""


def _some(free: list[StoredLease], count: int) -> list[StoredLease]:
    """Up to `count` leases, from a random one on: processes that start together seldom want the same ones.

    They are ordered by name, because transactions take them in that order.
    """
    if count <= 0 or not free:
        return []
    first = random.randrange(len(free))
    return sorted((free[first:] + free[:first])[:count], key=lambda row: row.name)


def _division(store: Store) -> dict[str, BucketRanges]:
    """The buckets of each lease, by its name: those of a shard, or a range of all buckets."""
    if store.shards[0].name:
        return {f"{_SHARD}{shard.name}": shard.ranges for shard in store.shards}
    width = -(-store.buckets // SLOTS)
    return {f"{_SLOT}{number:02}": ((number * width, (number + 1) * width - 1),) for number in range(SLOTS)}


class Leases:
    """The leases that this process holds. The buckets of a shared database are divided into leases."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self.owner = secrets.token_hex(8)
        self._store = store
        self._clock = clock
        self._held: set[str] = set()
        self._surplus: set[str] = set()
        self._until = 0.0
        self._seen: dict[str, tuple[StoredLease, float]] = {}
        self._usable: frozenset[str] = frozenset()
        self._usable_ranges: BucketRanges = ()
        self._divide()

    def _divide(self) -> None:
        self._shards: Sequence[Shard] = self._store.shards
        self._ranges = _division(self._store)
        self._names = {bucket: name for name, ranges in self._ranges.items() for bucket in numbers(ranges)}

    def ranges(self) -> BucketRanges:
        """The buckets of the leases held, with adjacent ranges merged."""
        if self._clock() >= self._until:
            return ()
        held = frozenset(self._held - self._surplus)
        if held != self._usable:
            self._usable = held
            self._usable_ranges = merged(sorted(bucket for name in held for bucket in numbers(self._ranges[name])))
        return self._usable_ranges

    def lease_of(self, bucket: int) -> str | None:
        """The lease of the bucket while it is certain that this process holds it."""
        name = self._names[bucket]
        usable = name in self._held and name not in self._surplus and self._clock() < self._until
        return name if usable else None

    async def beat(self, busy: Callable[[int, int], bool]) -> None:
        """Renew the leases held, take free and expired ones up to a fair share, and release leases beyond it."""
        started = self._clock()
        await self._follow_shards()
        rows = await self._store.write(self._renew)
        self._until = started + EXPIRY_SECONDS - _MARGIN_SECONDS
        expired = self._expired(rows, started)
        self._held = {row.name for row in rows if row.owner == self.owner and row.name in self._ranges}
        workers = [row for row in rows if row.name.startswith(_WORKER)]
        dead = [row for row in workers if row in expired]
        share = -(-len(self._ranges) // max(1, len(workers) - len(dead)))
        free = [row for row in rows if row.name in self._ranges and (row.owner == UNOWNED or row in expired)]
        wanted = _some(free, share - len(self._held))
        if wanted or dead:
            self._held.update(await self._store.write(self._take, wanted, dead))
        await self._release_surplus(len(self._held) - share, busy)

    async def _follow_shards(self) -> None:
        """Divide the buckets again if a shard was split. Calls in flight are made again by the new holders."""
        if self._shards[0].name:
            await self._store.find_shards()
        if self._store.shards != self._shards:
            await self._store.write(leases.release, self.owner, sorted(self._held))
            self._held, self._surplus = set(), set()
            self._divide()

    async def _renew(self, tx: Tx) -> list[StoredLease]:
        await leases.beat(tx, self.owner)
        rows = await leases.every(tx)
        known = {row.name for row in rows}
        worker = f"{_WORKER}{self.owner}"
        if worker in known and known.issuperset(self._ranges):
            return rows
        await leases.add(tx, [name for name in self._ranges if name not in known])
        await leases.add(tx, [worker], self.owner)
        return await leases.every(tx)

    async def _take(self, tx: Tx, wanted: list[StoredLease], dead: list[StoredLease]) -> list[str]:
        """Take leases, and forget dead processes; returns the names of the leases taken."""
        for row in dead:
            await leases.forget(tx, row)
        return [row.name for row in wanted if await leases.take(tx, row, self.owner)]

    def _expired(self, rows: list[StoredLease], now: float) -> list[StoredLease]:
        """The leases of other processes whose heartbeat has not changed for too long."""
        names = {row.name for row in rows}
        for row in rows:
            if row.name not in self._seen or self._seen[row.name][0] != row:
                self._seen[row.name] = row, now
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        return [
            row
            for row, since in self._seen.values()
            if row.owner not in (UNOWNED, self.owner) and now - since >= EXPIRY_SECONDS
        ]

    async def _release_surplus(self, surplus: int, busy: Callable[[int, int], bool]) -> None:
        """Start no calls in surplus leases, and release each once it has no calls in flight."""
        self._surplus = set(sorted(self._held, reverse=True)[: max(0, surplus)])
        idle = [name for name in self._surplus if not any(busy(first, last) for first, last in self._ranges[name])]
        if idle:
            await self._store.write(leases.release, self.owner, idle)
            self._held -= set(idle)
            self._surplus -= set(idle)

    async def release(self) -> None:
        """Release all leases, so that other processes take over without waiting for their expiry."""
        await self._store.write(leases.release, self.owner, sorted(self._held))
        for row in await self._store.snapshot(leases.every):
            if row.name == f"{_WORKER}{self.owner}":
                await self._store.write(leases.forget, row)
        self._held.clear()
