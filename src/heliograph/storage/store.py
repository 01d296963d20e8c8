"""The store: how and when the database is read and written. Callers say what.

page = await store.read(participants.page, app_id, conversation_id, page)   # a snapshot; cannot write
user = await store.write(create_user, app_id, body)                        # a transaction of its own
got = await store.submit(hot_verbs, Join(…))                               # shares one with its neighbours
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from heliograph.storage.engine import Reader, Tx
from heliograph.storage.page_cache import Remembered
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
    """Whether several processes can serve the database; a single process serves it otherwise."""
    persistent: bool
    """Whether the data is kept when the store is closed."""
    name: str
    """What it is called where people read it: never holds a password."""
    remembered: Remembered
    """Ready answers; they must not be given out without a look at the version of what they were made from."""
    observe_batch: Callable[[str, int, float], None] = staticmethod(lambda name, size, seconds: None)
    """Told of every batch that was committed: its name, how many calls it held, how many seconds it took."""

    @property
    @abstractmethod
    def waiting(self) -> int:
        """How many calls wait for their transaction to begin."""

    @property
    @abstractmethod
    def connections(self) -> tuple[int, int]:
        """How many connections to the database are used, and how many are idle."""

    @abstractmethod
    async def read(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `query` on one snapshot.

        Raises:
            ServiceUnavailable: the database cannot be read just now.
        """

    @abstractmethod
    async def look(self, query: Callable[Concatenate[Reader, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `query`, each of whose statements may see a newer moment than the one before.

        It is cheaper than `read`, and the same for a query of one statement.

        Raises:
            ServiceUnavailable: the database cannot be read just now.
        """

    @abstractmethod
    async def write(self, work: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work` in a transaction, once that is committed.

        `work` may be run again after a failure, so it has no effect but on the transaction. An ApiError that it raises
        undoes what it did.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    @abstractmethod
    async def submit(self, batch: Callable[[Tx, Sequence[Call]], Awaitable[Sequence[Outcome]]], call: Call) -> Outcome:
        """The outcome of `call`, decided together with the calls that wait for the same `batch`, once it is committed.

        Raises:
            ServiceUnavailable: the database cannot be written now. Nothing was changed, unless it failed in the middle
                of the commit: see `Store`.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was begun, and let go of the database."""

    async def aclose(self) -> None:
        """The same, under the name that `contextlib.aclosing` looks for."""
        await self.close()
