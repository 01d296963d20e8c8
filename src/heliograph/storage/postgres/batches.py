"""Batches: whatever calls of a kind are waiting share one transaction.

While a batch is at the database, new calls queue up; the next batch takes them all. There is no timer: an idle database
runs batches of one, a busy one many calls at the price of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from heliograph.background import is_cancelled
from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Tx
from heliograph.storage.postgres.transactions import is_contended

Batch = Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]
LARGEST_BATCH = 256

Waiting = tuple[Any, "asyncio.Future[Any]"]


@dataclass(slots=True)
class Lane:
    """The calls that wait for one kind of batch, and the task that runs them."""

    waiting: list[Waiting] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Batcher:
    """Queues calls, and runs one batch of each kind at a time. `run` puts a batch into a transaction."""

    def __init__(self, run: Callable[[Batch, Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._run = run
        self._lanes: dict[Batch, Lane] = {}

    @property
    def waiting(self) -> int:
        """How many calls wait for their batch to begin."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def put(self, batch: Batch, call: Any) -> asyncio.Future[Any]:
        """Queue a call; the future is its outcome."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        lane = self._lanes.setdefault(batch, Lane())
        lane.waiting.append((call, future))
        if lane.task is None:
            lane.task = asyncio.create_task(self._drain(batch, lane))
        return future

    async def stop(self) -> None:
        """Finish what is queued."""
        await asyncio.gather(*(lane.task for lane in self._lanes.values() if lane.task is not None))

    async def _drain(self, batch: Batch, lane: Lane) -> None:
        try:
            while lane.waiting:
                calls, lane.waiting = lane.waiting[:LARGEST_BATCH], lane.waiting[LARGEST_BATCH:]
                await self._settle(batch, calls)
        finally:
            lane.task = None

    async def _settle(self, batch: Batch, calls: list[Waiting]) -> None:
        """Run the calls as one batch, and resolve their futures whatever happens."""
        try:
            outcomes = await self._run(batch, [call for call, _ in calls])
        except Exception as error:
            if len(calls) == 1 or _is_away(error):
                _fail(calls, error)
                return
            for call in calls:  # one poisoned call must not fail its neighbours
                await self._settle(batch, [call])
            return
        except asyncio.CancelledError:
            _fail(calls, ServiceUnavailable())
            if is_cancelled():
                raise
            return
        for (_, future), outcome in zip(calls, outcomes, strict=True):
            if not future.done():  # else the caller went away; what was decided stands all the same
                future.set_result(outcome)


def _is_away(error: Exception) -> bool:
    """Whether the database does not answer, so that each call would fail by itself too."""
    return isinstance(error, ServiceUnavailable) and not is_contended(error)


def _fail(calls: list[Waiting], error: Exception) -> None:
    for _, future in calls:
        if not future.done():
            future.set_exception(error)
