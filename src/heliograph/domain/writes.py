"""The writes of requests, in separate parts, so that the response can be created inside the transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from heliograph.domain.idempotency import (
    UNDER_WAY,
    IdempotencyKey,
    KeyedItem,
    Result,
    ResultPart,
    Results,
    keyed,
    part_batch,
    run_once,
)
from heliograph.domain.verbs import Batch, Refused
from heliograph.errors import ApiError
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class BatchWrite(Struct, Generic[R], frozen=True):
    """An item of a batch. `show` creates the response from its outcome, and may run more than once.

    Handlers name only the type of the response. The signature of the constructor makes it a type error if `show` does
    not take the outcome of the item.
    """

    batch: Batch[Any, Any]
    item: Any
    show: Callable[[Any], R]

    # msgspec generates the constructor.
    if TYPE_CHECKING:

        def __init__(self, batch: Batch[Item, Outcome], item: Item, show: Callable[[Outcome], R]) -> None: ...

    def shown(self, outcome: Any) -> R:
        """The response for an outcome.

        Raises:
            ApiError: a rule refuses the item.
        """
        if isinstance(outcome, Refused):
            raise outcome.error
        return self.show(outcome)

    def showing(self, change: Callable[[R], T]) -> BatchWrite[T]:
        """The write with a change of its response."""
        return BatchWrite(self.batch, self.item, lambda outcome: change(self.show(outcome)))

    async def perform(self, store: Store) -> R:
        """The response after the commit.

        Raises:
            ApiError: a rule refuses the item.
        """
        store.turns.singles += 1
        return self.shown(await store.submit(self.batch, self.item))

    async def perform_once(self, store: Store, key: IdempotencyKey, results: Results[R]) -> Result:
        """The result under this key, after the commit. A refusal of the item is a result too.

        Raises:
            ApiError: the key has the result of another request, or the request has to be sent again.
        """
        store.turns.singles += 1
        item = KeyedItem(key, self.item, partial(self._result, results))
        outcome = await store.submit(keyed(self.batch), item)
        if isinstance(outcome, Refused):
            raise outcome.error
        return outcome

    async def _result(self, results: Results[R], outcome: Any) -> Result:
        results.begin()
        try:
            return await results.of(self.shown(outcome))
        except ApiError as refusal:
            # The batch is committed anyway, with the changes that led to the refusal.
            return results.of_refusal(refusal)


PiecewiseBatch = Callable[[Tx, Sequence[Sequence[Item]]], Awaitable[Sequence[Sequence[Outcome]]]]
"""Decides pieces in one transaction; returns the outcomes of the items of each piece."""


async def _nothing() -> None:
    return


class SingleWrite(Struct, Generic[R], frozen=True):
    """The last transaction of a request, which creates the response. `undo` undoes what was done before it.

    A write that `is_large` takes turns with the other large writes of its process.
    """

    run: Callable[[Tx], Awaitable[R]]
    undo: Callable[[], Awaitable[None]] = _nothing
    is_large: bool = False

    def showing(self, change: Callable[[R], T]) -> SingleWrite[T]:
        """The write with a change of its response."""

        async def run(tx: Tx) -> T:
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

    async def perform_once(self, store: Store, key: IdempotencyKey, results: Results[R]) -> Result:
        """The result under this key, after the commit. What was done before the write is undone if it was not needed.

        Raises:
            ApiError: a rule refuses the write, or the key has the result of another request.
        """

        async def run(tx: Tx) -> Result:
            return await results.of(await self.run(tx))

        try:
            result = await self.commit(store, lambda tx: run_once(tx, key, run))
        except Exception:
            await self.undo()
            raise
        assert result is not None
        if result.is_replay:
            await self.undo()
        return result


class PiecewiseWrite(Struct, Generic[R], frozen=True):
    """Many items of a batch, which are decided in pieces, each in one transaction.

    `show` creates a part of the response from the index of the first item of a piece and the outcomes of the piece.
    `merge` creates the response from all parts, and `part_type` is the type of a part.

    Handlers name only the type of the response. The signature of the constructor makes it a type error if the items,
    the outcomes or the parts are of different types.
    """

    batch: PiecewiseBatch[Any, Any]
    items: Sequence[Any]
    show: Callable[[int, Sequence[Any]], Any]
    merge: Callable[[Sequence[Any]], R]
    part_type: type[Any]

    # msgspec generates the constructor.
    if TYPE_CHECKING:

        def __init__(
            self,
            batch: PiecewiseBatch[Item, Outcome],
            items: Sequence[Item],
            show: Callable[[int, Sequence[Outcome]], S],
            merge: Callable[[Sequence[S]], R],
            part_type: type[S],
        ) -> None: ...

    def showing(self, change: Callable[[R], T]) -> PiecewiseWrite[T]:
        """The write with a change of its response."""
        return PiecewiseWrite(
            self.batch, self.items, self.show, lambda parts: change(self.merge(parts)), self.part_type
        )

    async def run(self, tx: Tx, start: int, end: int) -> Any:
        """Decide a piece; returns its part of the response."""
        (outcomes,) = await self.batch(tx, [self.items[start:end]])
        return self.show(start, outcomes)

    async def perform(self, store: Store) -> R:
        """The response after the last commit.

        Raises:
            ApiError: a rule refuses the write.
        """
        parts = []
        done = 0
        while done < len(self.items):
            async with store.turns.next() as size:
                outcomes = await store.submit(self.batch, self.items[done : done + size])
            parts.append(self.show(done, outcomes))
            done += len(outcomes)
        return self.merge(parts)

    async def perform_once(self, store: Store, key: IdempotencyKey, results: Results[R]) -> Result:
        """The result under this key, after the last commit. A retry writes the missing pieces.

        Raises:
            ApiError: a rule refuses the write, or the key has the result of another request.
        """
        decode = msgspec.json.Decoder(tuple[int, self.part_type]).decode  # type: ignore[name-defined]
        starts, parts = [0], list[Any]()
        while True:
            async with store.turns.next() as size:
                end = min(starts[-1] + size, len(self.items))
                run = partial(self._part, results, parts, starts[-1], end)
                result = await store.submit(part_batch, ResultPart(key, starts, run))
            if isinstance(result, Refused):
                raise result.error
            if result.status != UNDER_WAY:
                return result
            end, part = decode(result.body)
            starts.append(end)
            parts.append(part)

    async def _part(self, results: Results[R], parts: Sequence[Any], start: int, end: int, tx: Tx) -> Result:
        """Decide a piece; returns its part of the response or, after the last piece, the result of the request."""
        part = await self.run(tx, start, end)
        if end < len(self.items):
            return Result(UNDER_WAY, None, msgspec.json.encode((end, part)))
        return await results.of(self.merge([*parts, part]))


Write = BatchWrite[R] | SingleWrite[R] | PiecewiseWrite[R]
