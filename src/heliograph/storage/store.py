"""The store decides how and when the database is read and written; callers pass the function that does it.

page = await store.read(participants.page, app_id, conversation_id, page)    # cannot write
page = await store.snapshot(conversations_of_user, app_id, user_id, page)    # several statements, one snapshot
user = await store.write(create_user, app_id, body)                          # a transaction of its own
joined = await store.submit(conversation_batch, Join(…))                     # shares a transaction with its neighbours
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.page_cache import PageCache
from heliograph.storage.sealing import Sealer

T = TypeVar("T")
Call = TypeVar("Call")
Outcome = TypeVar("Outcome")
P = ParamSpec("P")


class Store(ABC):
    """An open database.

    A commit that fails is undone wherever that is possible. It is not where PostgreSQL is lost during a COMMIT and does
    not come back in time to be asked, and where a machine loses power while its disk reports errors: there
    ServiceUnavailable leaves open whether the change was made.
    """

    sealer: Sealer
    buckets: int
    shared: bool
    """Whether other processes serve the same database."""
    name: str
    """The name of the database in log lines and messages, without a password."""
    page_cache: PageCache
    """Cached pages. Before one is used, its version must be compared with that in the database."""
    observe_batch: Callable[[str, int, float], None] = staticmethod(lambda name, size, seconds: None)
    """Called after each batch that was committed, with its name, its number of calls, and its duration in seconds."""

    @property
    @abstractmethod
    def waiting(self) -> int:
        """The number of calls that wait for their transaction to begin."""

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
            ServiceUnavailable: the database cannot be read just now.
        """

    @abstractmethod
    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `query`, each of whose statements may see later commits than the statement before it.

        It is cheaper than `snapshot`. For a query of one statement the two are equivalent.

        Raises:
            ServiceUnavailable: the database cannot be read just now.
        """

    @abstractmethod
    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work` in a transaction, once that is committed.

        `work` may run again after a failure, so it must have no effects outside of the transaction. An ApiError that it
        raises rolls back its changes.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    @abstractmethod
    async def submit(self, batch: Callable[[Tx, Sequence[Call]], Awaitable[Sequence[Outcome]]], call: Call) -> Outcome:
        """The outcome of `call` once it is committed. Calls of the same `batch` that wait at the same time share a
        transaction.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish the transactions that have begun, and close the database."""

    async def aclose(self) -> None:
        """The same, under the name that `contextlib.aclosing` looks for."""
        await self.close()
