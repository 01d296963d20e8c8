"""The store decides how and when the database is read and written; callers pass the function that does it.

page = await store.read(participants.page, app_id, conversation_id, page)    # cannot write
page = await store.snapshot(conversations_of_user, app_id, user_id, page)    # several statements, one snapshot
user = await store.write(create_user, app_id, body)                          # a transaction of its own
joined = await store.submit(conversation_batch, Join(…))                     # shares a transaction with other items
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from heliograph.storage.buckets import Shard
from heliograph.storage.engine import DueBucket, Reader, Tx
from heliograph.storage.page_cache import CachedPage, PageCache
from heliograph.storage.partitions import Partitions
from heliograph.storage.rows import conversations
from heliograph.storage.sealing import Sealer
from heliograph.storage.snapshots import Snapshots
from heliograph.storage.turns import Turns

T = TypeVar("T")
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")

log = logging.getLogger("heliograph.storage")


class Store(ABC):
    """An open database.

    A failed commit is rolled back, except in two cases, in which ServiceUnavailable does not say whether the change was
    made: the connection to PostgreSQL is lost during a COMMIT and the database stays unreachable, or the machine loses
    power while its disk reports errors.
    """

    sealer: Sealer
    buckets: int
    shared: bool
    """Whether several processes can serve the database; a single process serves it otherwise."""
    persistent: bool
    """Whether the data is kept when the store is closed."""
    name: str
    """The name of the database in log lines and messages, without a password."""
    page_cache: PageCache
    """Pages of participants, for `cached_page`."""
    snapshots: Snapshots | None = None
    """The snapshots to which the database can return; None if several processes can serve it."""
    partitions: Partitions = Partitions()
    """The partitions of events and attempts."""
    observe_batch: Callable[[str, int, float], None] = staticmethod(lambda name, size, seconds: None)
    """Called after the commit of each batch with its name, its size, and its duration in seconds."""

    on_due: Callable[[set[DueBucket]], None] = staticmethod(lambda due: None)
    """Called after a commit with the webhooks and buckets in which deliveries became due."""
    is_quiet: Callable[[], bool] = staticmethod(lambda: False)
    """Returns whether at most one request is in flight in this process, so that blocking the event loop for a moment
    delays no other."""

    @cached_property
    def turns(self) -> Turns:
        """The turns of requests with many changes in this process."""
        return Turns()

    @property
    def shards(self) -> Sequence[Shard]:
        """The shards of the buckets: one that has all of them, unless the database is distributed."""
        return [Shard("", ((0, self.buckets - 1),))]

    async def find_shards(self) -> None:
        """Look up the shards again: the shards of a distributed database can be split."""
        return

    @property
    @abstractmethod
    def waiting(self) -> int:
        """The number of writes that wait for their transaction to begin."""

    @property
    @abstractmethod
    def connections(self) -> tuple[int, int]:
        """The number of connections to the database that are in use, and of those that are idle."""

    @abstractmethod
    async def snapshot(
        self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The result of `query`, all of whose statements see the same snapshot.

        Raises:
            ServiceUnavailable: the database cannot be read now.
        """

    @abstractmethod
    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `query`, each of whose statements may see later commits than the statement before it.

        It is cheaper than `snapshot`. For a query of one statement the two are equivalent.

        Raises:
            ServiceUnavailable: the database cannot be read now.
        """

    @abstractmethod
    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work` in a transaction, after its commit.

        `work` may run again after a failure, so it must have no effects outside of the transaction. An ApiError that it
        raises rolls back its changes.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    async def complete(
        self, work: Callable[Concatenate[Tx, P], Awaitable[bool]], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Run `work` until it returns True, each time in a transaction of its own.

        Raises:
            ServiceUnavailable: the database cannot be written now. The changes of earlier transactions stay.
        """
        while not await self.write(work, *args, **kwargs):
            pass

    @abstractmethod
    async def submit(self, batch: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Outcome]]], item: Item) -> Outcome:
        """The outcome of `item` after its commit. Waiting items of the same `batch` share a transaction.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    @abstractmethod
    async def horizon(self, *, fresh: bool = False) -> str:
        """The id up to which the event stream is complete: events that are committed later have greater ids.

        `stream.after` reads the events up to it. With `fresh`, everything that this process has committed is included,
        unless another process or an open transaction holds the stream back.

        Raises:
            ServiceUnavailable: the database cannot be read now.
        """

    @property
    def horizon_held_seconds(self) -> float:
        """How long the horizon has been the same, as `horizon` has seen it, while processes may commit events; 0 if
        nothing holds the stream back."""
        return 0.0

    async def cached_page(self, app_id: str, conversation_id: str, page: Hashable) -> CachedPage | None:
        """The cached page of participants; None if it is not cached, or if the conversation has changed since.

        Raises:
            ServiceUnavailable: the database cannot be read now.
        """
        cached = self.page_cache.get(app_id, conversation_id, page)
        if cached is None or cached.version != await self.read(conversations.version, app_id, conversation_id):
            return None
        return cached

    @abstractmethod
    async def size(self) -> int:
        """The bytes of the tables and indexes on disk."""

    @abstractmethod
    async def compact(self) -> None:
        """Rewrite all tables without the free space, which may contain deleted values. Writes wait meanwhile.

        Raises:
            ServiceUnavailable, UsageError: the database cannot be written now.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish the transactions that have begun, and close the database."""

    def _report_due(self, due: set[DueBucket]) -> None:
        # The write is committed, so an error must not fail it. Delivery also searches for due deliveries by itself.
        try:
            self.on_due(due)
        except Exception as error:
            log.error("deliveries that became due were not reported", exc_info=error)

    async def aclose(self) -> None:
        """An alias of `close`, for `contextlib.aclosing`."""
        await self.close()
