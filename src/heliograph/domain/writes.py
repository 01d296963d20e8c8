"""The writes of requests, with their parts apart, so that the response can be made inside the transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from heliograph.domain.verbs import Refused
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store

R = TypeVar("R")


class BatchWrite(Struct, Generic[R], frozen=True):
    """An item of a batch. `show` makes the response from its outcome, and may run more than once."""

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
    """The last transaction of a request, which makes the response. `undo` undoes what was done before it."""

    run: Callable[[Tx], Awaitable[R]]
    undo: Callable[[], Awaitable[None]] = _nothing

    def showing(self, change: Callable[[R], Any]) -> SingleWrite[Any]:
        """The write with a change of its response."""

        async def run(tx: Tx) -> Any:
            return change(await self.run(tx))

        return SingleWrite(run, self.undo)

    async def perform(self, store: Store) -> R:
        """The response after the commit.

        Raises:
            ApiError: a rule refuses the write.
        """
        try:
            return await store.write(self.run)
        except Exception:
            await self.undo()
            raise


Write = BatchWrite[R] | SingleWrite[R]
