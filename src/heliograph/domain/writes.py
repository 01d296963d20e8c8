"""The writes of requests, in separate parts, so that the response can be created inside the transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain.verbs import Refused
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class BatchWrite(Struct, Generic[R], frozen=True):
    """An item of a batch. `show` creates the response from its outcome, and may run more than once."""

    batch: Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]
    item: Any
    show: Callable[[Any], R]

    def shown(self, outcome: Any) -> R:
        """The response for an outcome.

        Raises:
            ApiError: a rule refuses the item.
        """
        if isinstance(outcome, Refused):
            raise outcome.error
        return self.show(outcome)

    def showing(self, change: Callable[[R], Any]) -> BatchWrite[Any]:
        """The write with a change of its response."""
        return BatchWrite(self.batch, self.item, lambda outcome: change(self.show(outcome)))

    async def perform(self, store: Store) -> R:
        """The response after the commit.

        Raises:
            ApiError: a rule refuses the item.
        """
        store.turns.singles += 1
        return self.shown(await store.submit(self.batch, self.item))


async def _nothing() -> None:
    return


class SingleWrite(Struct, Generic[R], frozen=True):
    """The last transaction of a request, which creates the response. `undo` undoes what was done before it.

    A write that `is_large` takes turns with the other large writes of its process.
    """

    run: Callable[[Tx], Awaitable[R]]
    undo: Callable[[], Awaitable[None]] = _nothing
    is_large: bool = False

    def showing(self, change: Callable[[R], Any]) -> SingleWrite[Any]:
        """The write with a change of its response."""

        async def run(tx: Tx) -> Any:
            return change(await self.run(tx))

        return SingleWrite(run, self.undo, self.is_large)

    async def commit(self, store: Store, work: Callable[[Tx], Awaitable[T]]) -> T:
        """The result of `work`, which calls `run`, after its commit."""
        if not self.is_large:
            return await store.write(work)
        async with store.turns.next():
            return await store.write(work)

    async def perform(self, store: Store) -> R:
        """The response after the commit.

        Raises:
            ApiError: a rule refuses the write.
        """
        try:
            return await self.commit(store, self.run)
        except Exception:
            await self.undo()
            raise


class PiecewiseWrite(Struct, Generic[R, S], frozen=True):
    """Many items of a batch, which are decided in pieces, each in one transaction.

    `show` creates a part of the response from the index of the first item of a piece and the outcomes of the piece.
    `merge` creates the response from all parts, and `part_type` is the type of a part.
    """

    batch: Callable[[Tx, Sequence[Sequence[Any]]], Awaitable[Sequence[Sequence[Any]]]]
    items: Sequence[Any]
    show: Callable[[int, Sequence[Any]], S]
    merge: Callable[[Sequence[S]], R]
    part_type: type[S]

    def showing(self, change: Callable[[R], Any]) -> PiecewiseWrite[Any, S]:
        """The write with a change of its response."""
        return replace(self, merge=lambda parts: change(self.merge(parts)))

    async def run(self, tx: Tx, start: int, end: int) -> S:
        """Decide a piece; returns its part of the response."""
        (outcomes,) = await self.batch(tx, [self.items[start:end]])
        return self.show(start, outcomes)

    async def perform(self, store: Store) -> R:
        """The response after the last commit.

        Raises:
            ApiError: a rule refuses the write.
        """
        parts: list[S] = []
        done = 0
        while done < len(self.items):
            async with store.turns.next() as size:
                outcomes = await store.submit(self.batch, self.items[done : done + size])
            parts.append(self.show(done, outcomes))
            done += len(outcomes)
        return self.merge(parts)


Write = BatchWrite[R] | SingleWrite[R] | PiecewiseWrite[R, Any]
