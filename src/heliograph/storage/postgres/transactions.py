"""Runs transactions on PostgreSQL, and retries those that the database asks to retry."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from heliograph.errors import ApiError, ServiceUnavailable
from heliograph.storage.engine import DueBucket, EventsRefused, StaleRead
from heliograph.storage.postgres.marks import ProcessMarks
from heliograph.storage.postgres.pool import Connection, Pool
from heliograph.storage.postgres.tx import Catalog, PostgresTx, Witness
from heliograph.wire import times

T = TypeVar("T")

_ATTEMPTS = 8
_PAUSE_SECONDS = 0.02
_STALE_SECONDS = 5.0
"""How long a transaction is run again because of stale reads. Each means that another transaction succeeded, so that
any number of them can follow each other while the rows are in demand."""
_ROLLBACK_SECONDS = 5.0
_DOUBT_SECONDS = 10.0
_DOUBT_PAUSE_SECONDS = 0.2
"""How often the outcome of a transaction is looked up after the connection was lost during its COMMIT."""

# The transaction conflicts with another one. If a unique key exists, another transaction has just added it, and the
# next attempt reads it.
RETRYABLE = (
    asyncpg.TransactionRollbackError,
    asyncpg.UniqueViolationError,
    asyncpg.InvalidCachedStatementError,
    StaleRead,
)
# The database cannot be reached, or refuses to serve in its present state. No request causes any of these.
UNAVAILABLE = (
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
    # The database is read-only, or one of its timeouts ended the statement; lock_timeout is in the second class.
    asyncpg.InvalidTransactionStateError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    # The role, its privileges or the database were changed.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)


class CommitInDoubt(Exception):
    """The connection was lost while a transaction was being committed."""

    def __init__(self, result: Any, witness: Witness | None) -> None:
        super().__init__()
        self.result = result
        self.witness = witness


def is_contended(error: ServiceUnavailable) -> bool:
    """Whether the database asked to retry at every attempt. The rows themselves may be the cause."""
    return isinstance(error.__cause__, RETRYABLE)


async def retried(read: Callable[[], Awaitable[T]]) -> T:
    """The result of a function that reads and does not write. It runs again if the database asks to retry.

    Raises:
        ServiceUnavailable: the database cannot be read.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await read()
        except RETRYABLE as error:  # a standby cancels queries that conflict with what it replays
            if attempt == _ATTEMPTS - 1:
                raise ServiceUnavailable from error
        except UNAVAILABLE as error:
            raise ServiceUnavailable from error
        await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS) * attempt)
    raise ServiceUnavailable


class Transactions:
    """Runs work in transactions of a pool's connections."""

    def __init__(
        self,
        pool: Pool,
        catalog: Catalog,
        buckets: int,
        marks: ProcessMarks,
        on_due: Callable[[set[DueBucket]], None] = lambda due: None,
    ) -> None:
        self._pool = pool
        self._on_due = on_due
        self._catalog = catalog
        self._buckets = buckets
        self._marks = marks

    async def snapshot(self, query: Callable[[PostgresTx], Awaitable[T]]) -> T:
        """The result of `query`, all of whose statements read the same snapshot.

        Raises:
            ServiceUnavailable: the database cannot be read.
        """

        async def read() -> T:
            async with self._pool.connection() as connection:
                try:
                    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    return await query(PostgresTx(connection, self._catalog, self._buckets))
                finally:
                    await _roll_back(connection)

        return await retried(read)

    async def run(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        """The result of `work`, after its commit.

        Raises:
            ServiceUnavailable: the database is unavailable. Nothing was changed, unless the commit is in doubt.
        """
        doubt: CommitInDoubt | None = None
        stale_until, attempt = _now() + _STALE_SECONDS, 0
        while True:
            attempt += 1
            try:
                return await self._attempt(work)
            except EventsRefused as refused:
                if attempt >= _ATTEMPTS:
                    raise ServiceUnavailable from refused
                await self._begin_mark()
                continue
            except CommitInDoubt as lost:
                if await self._was_committed(lost.witness):
                    result: T = lost.result
                    return result
                if attempt >= _ATTEMPTS:
                    raise ServiceUnavailable from lost
                doubt = lost
            except ApiError:
                # Without a witness, the refusal may be the result of the attempt in doubt: it deleted the row that this
                # one does not find.
                if doubt is not None and doubt.witness is None:
                    return doubt.result  # type: ignore[no-any-return]
                raise
            except RETRYABLE as error:
                if _now() > stale_until if isinstance(error, StaleRead) else attempt >= _ATTEMPTS:
                    raise ServiceUnavailable from error
            except ValueError:
                raise  # a value that asyncpg cannot encode: its DataError is an InterfaceError too
            except UNAVAILABLE as error:
                raise ServiceUnavailable from error
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS) * min(attempt - 1, _ATTEMPTS))

    async def _begin_mark(self) -> None:
        try:
            await self._marks.begin(self._pool)
        except UNAVAILABLE as error:
            raise ServiceUnavailable from error

    async def _attempt(self, work: Callable[[PostgresTx], Awaitable[T]]) -> T:
        place = committing = None
        try:
            async with self._pool.connection() as connection:
                place = self._marks.take()
                tx = PostgresTx(connection, self._catalog, self._buckets, times.now(), place)
                try:
                    await connection.execute("BEGIN")
                    await self._marks.confirm(connection)
                    result = await work(tx)
                    await tx.flush()
                except BaseException:
                    await _roll_back(connection)
                    raise
                try:
                    committing = connection
                    await connection.execute("COMMIT")
                except UNAVAILABLE as error:
                    raise CommitInDoubt(result, tx.witness) from error
                if tx.effects.due:
                    self._on_due(tx.effects.due)
                return result
        finally:
            # The pool has closed the connection if its transaction may not have ended.
            if place is not None:
                self._marks.leave(place, committing)

    async def _was_committed(self, witness: Witness | None) -> bool:
        """Whether the transaction that inserted this witness was committed, although no response to its COMMIT came.

        Raises:
            ServiceUnavailable: the database stays unreachable.
        """
        if witness is None:
            return False
        deadline = _now() + _DOUBT_SECONDS
        while True:
            try:
                return await self._exists(witness)
            except UNAVAILABLE as error:
                if _now() > deadline:
                    raise ServiceUnavailable from error
            await asyncio.sleep(_DOUBT_PAUSE_SECONDS)

    async def _exists(self, witness: Witness) -> bool:
        # Inserting the row again waits for a transaction that is still inserting it, whose COMMIT may be on its way. If
        # the insert succeeds, that transaction was rolled back.
        async with self._pool.connection() as connection:
            tx = PostgresTx(connection, self._catalog, self._buckets)
            await connection.execute("BEGIN")
            try:
                await tx.insert(witness.table, witness.columns, [witness.row])
                await tx.flush()
            except asyncpg.UniqueViolationError:
                return True
            finally:
                await _roll_back(connection)
            return False


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _roll_back(connection: Connection) -> None:
    try:
        # If the last statement hangs, so does this one; asyncpg closes the connection after the timeout.
        await connection.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)
    except UNAVAILABLE:  # a closed connection has rolled back
        pass
