"""Transactions on PostgreSQL: begun, committed, and begun again where that is what the database asks for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from heliograph.errors import ApiError, ServiceUnavailable
from heliograph.storage.engine import TryAgain
from heliograph.storage.postgres.tx import Catalog, Connection, PostgresTx, Witness
from heliograph.wire import times

T = TypeVar("T")

ACQUIRE_SECONDS = 5.0
"""How long a request waits for a connection."""
_ATTEMPTS = 8
_PAUSE_SECONDS = 0.02
_ROLLBACK_SECONDS = 5.0
_DOUBT_SECONDS = 10.0
_DOUBT_PAUSE_SECONDS = 0.2
"""How long the fate of a transaction is looked into, when its COMMIT was not answered."""

# The database, or another transaction that was quicker, asks to begin again. A key that is there already is one that
# another transaction has just added: the next attempt sees it.
AGAIN = (
    asyncpg.TransactionRollbackError,
    asyncpg.UniqueViolationError,
    asyncpg.InvalidCachedStatementError,
    TryAgain,
)
# The database cannot be reached, or does not serve us in its present state: no request is to blame for any of these.
ABSENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    asyncpg.ConfigFileError,
    # Read-only, or ended by one of the database's own timeouts; lock_timeout is in the second.
    asyncpg.InvalidTransactionStateError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    # The role or the database was changed, or what the role may do and see.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)


class Unanswered(Exception):
    """The connection was lost while a transaction was being committed."""

    def __init__(self, result: Any, witness: Witness | None) -> None:
        super().__init__()
        self.result = result
        self.witness = witness


def is_contended(error: ServiceUnavailable) -> bool:
    """Whether the database answered, and asked to begin again at every attempt; the rows themselves may be why."""
    return isinstance(error.__cause__, AGAIN)


class Transactions:
    """Runs work in transactions of a pool's connections."""

    def __init__(self, pool: asyncpg.Pool[Any], catalog: Catalog, buckets: int) -> None:
        self._pool = pool
        self._catalog = catalog
        self._buckets = buckets

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[PostgresTx]:
        """A connection to read from, outside of any transaction."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            yield PostgresTx(connection, self._catalog, self._buckets)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[PostgresTx]:
        """A connection whose statements all see the same moment."""
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            try:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield PostgresTx(connection, self._catalog, self._buckets)
            finally:
                await _roll_back(connection)

    async def query(
        self, view: Callable[[], AbstractAsyncContextManager[PostgresTx]], query: Callable[[PostgresTx], Awaitable[T]]
    ) -> T:
        """The result of `query` on a view, `reader` or `snapshot`.

        Raises:
            ServiceUnavailable: the database cannot be read.
        """
        for attempt in range(_ATTEMPTS):
            try:
                async with view() as reader:
                    return await query(reader)
            except AGAIN as error:  # a standby cancels queries that conflict with what it replays
                if attempt == _ATTEMPTS - 1:
                    raise ServiceUnavailable from error
            except ABSENT as error:
                raise ServiceUnavailable from error
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS) * attempt)
        raise ServiceUnavailable

    async def run(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        """The result of `work`, once it is committed.

        Raises:
            ServiceUnavailable: the database is not there; nothing was changed, or it cannot be told whether.
        """
        doubt: Unanswered | None = None
        for attempt in range(_ATTEMPTS):
            try:
                return await self._attempt(work)
            except Unanswered as unanswered:
                if await self._was_committed(unanswered.witness):
                    result: T = unanswered.result
                    return result
                doubt = unanswered
            except ApiError:
                # Without a witness, a refusal may be the work of the attempt whose end was not heard: what was to be
                # deleted is gone.
                if doubt is not None and doubt.witness is None:
                    return doubt.result  # type: ignore[no-any-return]
                raise
            except AGAIN as error:
                if attempt == _ATTEMPTS - 1:
                    raise ServiceUnavailable from error
            except ValueError:
                raise  # a value that asyncpg cannot encode, which it calls an InterfaceError
            except ABSENT as error:
                raise ServiceUnavailable from error
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS) * attempt)
        raise ServiceUnavailable

    async def _attempt(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            tx = PostgresTx(connection, self._catalog, self._buckets, times.now())
            try:
                await connection.execute("BEGIN")
                result = await work(tx)
            except BaseException:
                await _roll_back(connection)
                raise
            try:
                await connection.execute("COMMIT")
            except ABSENT as error:
                raise Unanswered(result, tx.witness) from error
            return result

    async def _was_committed(self, witness: Witness | None) -> bool:
        """Whether the transaction that left this witness was committed, though its COMMIT was not answered.

        Raises:
            ServiceUnavailable: the database does not come back in time to tell.
        """
        if witness is None:
            return False
        deadline = asyncio.get_running_loop().time() + _DOUBT_SECONDS
        while True:
            try:
                return await self._is_there(witness)
            except ABSENT as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise ServiceUnavailable from error
            await asyncio.sleep(_DOUBT_PAUSE_SECONDS)

    async def _is_there(self, witness: Witness) -> bool:
        # Adding the row once more waits for whoever is still adding it: a COMMIT may be on its way. When it can be
        # added, the other transaction has come to nothing for ever.
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            tx = PostgresTx(connection, self._catalog, self._buckets)
            await connection.execute("BEGIN")
            try:
                await tx.insert(witness.table, witness.columns, [witness.row])
            except asyncpg.UniqueViolationError:
                return True
            finally:
                await _roll_back(connection)
            return False


async def _roll_back(connection: Connection) -> None:
    try:
        # A connection that takes longer is closed by asyncpg: its last statement hangs, and so would this one.
        await connection.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)
    except ABSENT:  # a connection that is gone has rolled back
        pass
