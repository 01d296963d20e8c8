"""A store whose reads and writes all take place in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.store import Store
from heliograph.storage.turns import Turns

T = TypeVar("T")
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")


class Unfinished(Exception):
    """The work continues in another transaction, after the commit of this one."""


class BoundStore(Store):
    """A store that is bound to a transaction, which its creator begins and ends."""

    def __init__(self, store: Store, tx: Tx) -> None:
        self._store = store
        self._tx = tx
        self.sealer = store.sealer
        self.buckets = store.buckets
        self.shared = store.shared
        self.persistent = store.persistent
        self.name = store.name
        self.page_cache = store.page_cache
        # A transaction is one piece, and does not take turns with others.
        self.turns = Turns()

    async def snapshot(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await query(self._tx, *args, **kwargs)

    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await query(self._tx, *args, **kwargs)

    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await work(self._tx, *args, **kwargs)

    async def complete(
        self, work: Callable[Concatenate[Tx, P], Awaitable[bool]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Run `work` once.

        Raises:
            Unfinished: it returned False.
        """
        if not await work(self._tx, *args, **kwargs):
            raise Unfinished

    async def submit(self, batch: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Outcome]]], item: Item) -> Outcome:
        (outcome,) = await batch(self._tx, [item])
        return outcome

    @property
    def waiting(self) -> int:
        return self._store.waiting

    @property
    def connections(self) -> tuple[int, int]:
        return self._store.connections

    async def horizon(self, *, fresh: bool = False) -> str:
        raise NotImplementedError("a transaction does not wait for the event stream")

    async def size(self) -> int:
        raise NotImplementedError("a transaction does not measure the database")

    async def compact(self) -> None:
        raise NotImplementedError("a transaction does not rewrite the database")

    async def close(self) -> None:
        """The creator of the transaction ends it."""
