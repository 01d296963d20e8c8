"""Groups items that wait for the same work into batches.

While a batch runs, new items queue up, and the next batch takes all of them. There is no timer: an idle database runs
batches of one, and a busy one commits many items at the cost of one commit, or reads many rows by one statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from heliograph.background import is_cancelled
from heliograph.errors import ServiceUnavailable
from heliograph.storage.postgres.transactions import is_contended

Batch = TypeVar("Batch")
LARGEST_BATCH = 256

Waiting = tuple[Any, "asyncio.Future[Any]"]


@dataclass(slots=True)
class Queue:
    """The items that wait for one kind of batch, and the task that runs it."""

    waiting: list[Waiting] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    is_alone: bool = False
    """Whether an item runs in the task of its caller."""


class Batcher(Generic[Batch]):
    """Queues items, and runs one batch of each kind at a time. `run` returns the outcomes of a kind's items, in order.

    A batch that fails runs again item by item, so that one item does not fail the others, unless the database is
    unavailable.
    """

    def __init__(
        self, run: Callable[[Batch, Sequence[Any]], Awaitable[Sequence[Any]]], largest: int = LARGEST_BATCH
    ) -> None:
        self._run = run
        self._largest = largest
        self._queues: dict[Batch, Queue] = {}

    @property
    def waiting(self) -> int:
        """The number of items that wait for their batch to begin."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    def put(self, batch: Batch, item: Any) -> asyncio.Future[Any]:
        """Queue an item; the future is its outcome."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        queue = self._queues.setdefault(batch, Queue())
        queue.waiting.append((item, future))
        if queue.task is None:
            queue.task = asyncio.create_task(self._drain(batch, queue))
        return future

    async def run_one(self, batch: Batch, item: Any) -> Any:
        """The outcome of an item, which is run without a task of its own if no other of its kind is running.

        Not for writes: `stop` does not wait for it, and it ends with its caller.
        """
        queue = self._queues.setdefault(batch, Queue())
        if queue.task is not None or queue.is_alone:
            return await self.put(batch, item)
        queue.is_alone = True
        try:
            (outcome,) = await self._run(batch, [item])
        finally:
            queue.is_alone = False
        return outcome

    async def stop(self) -> None:
        """Wait until all queued items are done."""
        await asyncio.gather(*(queue.task for queue in self._queues.values() if queue.task is not None))

    async def _drain(self, batch: Batch, queue: Queue) -> None:
        try:
            while queue.waiting:
                entries, queue.waiting = queue.waiting[: self._largest], queue.waiting[self._largest :]
                await self._run_entries(batch, entries)
        finally:
            queue.task = None

    async def _run_entries(self, batch: Batch, entries: list[Waiting]) -> None:
        """Run the entries as one batch, and resolve their futures in any case."""
        try:
            outcomes = await self._run(batch, [item for item, _ in entries])
        except Exception as error:
            if len(entries) == 1 or _is_unavailable(error):
                _fail(entries, error)
                return
            for entry in entries:  # an item that fails must not fail the others
                await self._run_entries(batch, [entry])
            return
        except asyncio.CancelledError:
            _fail(entries, ServiceUnavailable())
            if is_cancelled():
                raise
            return
        for (_, future), outcome in zip(entries, outcomes, strict=True):
            if not future.done():  # a caller that was cancelled does not undo the commit
                future.set_result(outcome)


def _is_unavailable(error: Exception) -> bool:
    """Whether the database is unavailable, so that running each item alone would fail too."""
    return isinstance(error, ServiceUnavailable) and not is_contended(error)


def _fail(entries: list[Waiting], error: Exception) -> None:
    for _, future in entries:
        if not future.done():
            future.set_exception(error)
