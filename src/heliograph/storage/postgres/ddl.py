"""Changes of the schema while servers use the database.

A statement that waits for the lock of a table makes all later statements on the table wait behind it. So a change waits
for its locks only briefly, and is tried again after a pause, which lets those statements through.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg

from heliograph.storage.postgres.pool import Connection, end_statement

CONNECT_SECONDS = 5.0
# Shorter than deadlock_timeout, so that the change gives up before PostgreSQL fails a request instead of it.
_LOCK_MILLISECONDS = 200
# A process that is paused must not hold its locks.
_IDLE_SECONDS = 10
_SHORTEST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 4.0

CONTENDED = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError)
"""The errors of a change that did not get its locks."""

T = TypeVar("T")


@asynccontextmanager
async def connected(url: str, purpose: str) -> AsyncIterator[Connection]:
    """A separate connection, whose statements may take long."""
    settings = {"application_name": f"heliograph {purpose}"}
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
    try:
        yield connection
        await connection.close(timeout=CONNECT_SECONDS)
    except asyncio.CancelledError:
        await end_statement(connection)
        raise
    finally:
        connection.terminate()


@asynccontextmanager
async def changing(connection: Connection) -> AsyncIterator[None]:
    """A transaction that waits for locks only briefly."""
    async with connection.transaction():
        await connection.execute(
            f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}; "
            f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'"
        )
        yield


async def retried(change: Callable[[], Awaitable[T]], patience_seconds: float) -> T:
    """The result of `change`, which runs until it gets its locks.

    Raises:
        One of `CONTENDED`: it did not get them.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + patience_seconds, _SHORTEST_PAUSE_SECONDS
    while True:
        try:
            return await change()
        except CONTENDED:
            if loop.time() + pause > deadline:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
