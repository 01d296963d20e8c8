"""Moves the clock of an app forward, from each time at which something is due to the next one."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field

from msgspec import Struct

from heliograph.domain import inactivity as inactivity_rules
from heliograph.errors import BadRequest
from heliograph.sandbox.clocks import Clocks
from heliograph.storage.rows import app_deliveries, inactivity
from heliograph.storage.rows.app_deliveries import NextHeads, PastAttempt
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store
from heliograph.wire import times

REAL_SECONDS = 30.0
"""The longest time that an advance takes. The rest is left to another advance."""
_POLL_SECONDS = 0.005
_CALL_MILLISECONDS = 120_000
"""No call takes longer."""
_MOST_AHEAD = 10 * 366 * 24 * 3600 * 1000
_MOST_ATTEMPTS = 1000
_MOST_MARKS = 200
_DAY = 24 * 3600 * 1000


class Expired(Struct):
    """The numbers of rows that were deleted because they were too old: events, settled deliveries, and conversations
    whose messages were deleted."""

    events: int = 0
    deliveries: int = 0
    conversations: int = 0


class Advance(Struct):
    """The result of an advance from one time of a clock to another. `remaining` is the time to its target in
    milliseconds."""

    start: int
    end: int
    remaining: int
    attempts: list[PastAttempt]
    expired: Expired


@dataclass
class Advancer:
    """Moves the clocks of apps, each by one call at a time."""

    clocks: Clocks
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _unfinished: dict[str, set[PastAttempt]] = field(default_factory=dict)
    """For each app whose last advance was not finished, the attempts that the next one does not list."""

    async def freeze(self, store: Store, app_id: str, *, frozen: bool) -> None:
        """Stop the clock of an app, or let it continue from the time at which it stands."""
        async with self.locks[app_id]:
            self.clocks.set(app_id, self.clocks.of(app_id), frozen=frozen)
            await self.clocks.save(store, app_id, frozen=frozen)

    async def advance(
        self, store: Store, app_id: str, *, by: int | None = None, to: int = 0, keep_days: int, delivers: bool
    ) -> Advance:
        """Advance the clock of an app by milliseconds, or to a time. Without `delivers`, nothing is delivered here.

        Raises:
            BadRequest: the time is before the time of the clock or more than 10 years ahead, or the clock stands still
                and a time was given.
        """
        async with self.locks[app_id]:
            start = self.clocks.of(app_id)
            target = to if by is None else start + by
            is_frozen = self.clocks.get(app_id).frozen_at is not None
            if by is None and is_frozen:
                raise BadRequest("The clock stands still and moves only by advance")
            if target < start:
                raise BadRequest(f"The clock moves forward only: it is {times.to_text(start)}")
            if target > times.now() + _MOST_AHEAD:
                raise BadRequest("The clock can be at most 10 years ahead")
            before = self._unfinished.pop(app_id, None)
            if before is None:
                before = set(await self._attempts(store, app_id, start, start))
            walk = _ClockWalk(store, self.clocks, app_id, is_frozen, delivers)
            try:
                await walk.to(target)
            finally:
                # The clock stood still at each step.
                self.clocks.set(app_id, self.clocks.of(app_id), frozen=is_frozen)
            end = walk.reached
            expired = await _expire(store, self.clocks, app_id, start, end, keep_days * _DAY)
            await self.clocks.save(store, app_id, frozen=is_frozen)
            attempts = await self._attempts(store, app_id, start, end)
            new = [one for one in attempts if one not in before][:_MOST_ATTEMPTS]
            if end < target:
                self._unfinished[app_id] = {*before, *new}
            return Advance(start, end, target - end, new, expired)

    async def _attempts(self, store: Store, app_id: str, start: int, end: int) -> list[PastAttempt]:
        """The attempts up to a time, with those that may have been in progress at the start."""
        return await store.read(app_deliveries.attempts_between, app_id, start - _CALL_MILLISECONDS, end)


class _ClockWalk:
    """A walk of a clock over the times at which deliveries are due."""

    def __init__(self, store: Store, clocks: Clocks, app_id: str, was_frozen: bool, delivers: bool) -> None:
        self._store = store
        self._clocks = clocks
        self._app_id = app_id
        self._was_frozen = was_frozen  # after a crash, the clock is as it was before the walk
        self._delivers = delivers
        self._deadline = time.monotonic() + REAL_SECONDS
        self.reached = 0

    async def to(self, target: int) -> None:
        """Walk as far as the time allows."""
        await self._step_to(self._clocks.of(self._app_id), is_first=True)
        while await self._finish() and self.reached < target and time.monotonic() < self._deadline:
            following = await self._next() if self._delivers else None
            await self._step_to(target if following is None else min(target, max(following, self.reached)))

    async def _step_to(self, moment: int, *, is_first: bool = False) -> None:
        self.reached = moment
        self._clocks.set(self._app_id, moment, frozen=True)
        if is_first:
            clock, end = self._clocks.get(self._app_id), await self._store.horizon(fresh=True)
            clock.marks = [*clock.marks[1 - _MOST_MARKS :], RetentionMark(moment, end)]
        await self._clocks.save(self._store, self._app_id, frozen=self._was_frozen)

    async def _finish(self) -> bool:
        """Wait until nothing is due; returns False if there is no time left."""
        if not self._delivers:
            return True
        while True:
            heads = await self._store.read(app_deliveries.next_heads, self._app_id)
            if not self._are_due(heads):
                return True
            if time.monotonic() >= self._deadline:
                return False
            self._store.on_due({(webhook_id, 0) for webhook_id in heads.webhook_ids})
            await asyncio.sleep(_POLL_SECONDS)

    def _are_due(self, heads: NextHeads) -> bool:
        """Whether an attempt is due or in progress."""
        first, retry, now = heads.first, heads.retry, self._clocks.search_until(self._app_id)
        return (first is not None and first <= now) or (retry is not None and retry <= self.reached)

    async def _next(self) -> int | None:
        heads = await self._store.read(app_deliveries.next_heads, self._app_id)
        return min((one for one in (heads.first, heads.retry) if one is not None), default=None)


async def _expire(store: Store, clocks: Clocks, app_id: str, start: int, end: int, keep: int) -> Expired:
    """Delete what is too old at the new time of the clock."""
    expired, clock = Expired(), clocks.get(app_id)
    old = [mark for mark in clock.marks if end - mark.age >= keep]
    if old:
        expired.events, expired.deliveries = await store.write(app_deliveries.prune, app_id, old[-1])
        clock.marks = clock.marks[len(old) :]
    limit = await store.read(inactivity.get, app_id)
    if limit is not None:
        # The first check finds the conversations with messages, and the second check those that have been inactive
        # since.
        first = min(end - start, inactivity_rules.interval(limit))
        for passed in (first, end - start - first):
            aged = await store.write(inactivity.add_age, app_id, passed)
            if aged is not None:
                expired.conversations += await inactivity_rules.sweep(store, aged)
    return expired
