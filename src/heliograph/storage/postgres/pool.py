"""A pool of connections to PostgreSQL that serves its waiters in FIFO order.

asyncpg's own pool lets new requests overtake those that already wait for a connection. Under load, that makes a few of
them wait many times longer than the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[Any]"

ACQUIRE_SECONDS = 5.0
"""The longest time that a request waits for a connection."""
_CLOSE_SECONDS = 10.0
_CANCEL_SECONDS = 5.0
_UNUSED_SECONDS = 300.0
"""Connections that are not needed for this long are closed."""


class Pool:
    """Up to `size` connections, opened on demand by `connect`.

    While requests wait, no connection is idle, and none could be opened: whatever is freed goes to the oldest waiter.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._vacancies = size  # how many more connections may be opened
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []  # the most recently used is last, and used next
        self._unused = 0  # the smallest number of idle connections since the last `_trim`
        self._waiters: deque[asyncio.Future[Connection | None]] = deque()
        self._closing = False
        self._timer = asyncio.get_running_loop().call_later(_UNUSED_SECONDS, self._trim)

    @property
    def connections(self) -> tuple[int, int]:
        """The number of connections that are in use or being opened, and of those that are idle."""
        return self._size - self._vacancies - len(self._idle), sum(not one.is_closed() for one in self._idle)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for the block.

        Raises:
            TimeoutError: no connection became free within `ACQUIRE_SECONDS`.
            asyncpg.InterfaceError: the pool is closed.
            OSError, asyncpg.PostgresError: the database cannot be reached, or refuses the connection.
        """
        connection = await self._acquire()
        try:
            yield connection
        except (asyncio.CancelledError, TimeoutError):
            await _end_statement(connection)
            raise
        finally:
            self._release(connection)

    async def _acquire(self) -> Connection:
        if self._closing:
            raise asyncpg.InterfaceError("the pool is closed")
        while self._idle:
            connection = self._idle.pop()
            self._unused = min(self._unused, len(self._idle))
            if not connection.is_closed():
                return connection
            self._discard(connection)
        async with asyncio.timeout(ACQUIRE_SECONDS):
            if not self._vacancies:
                return await self._turn() or await self._open_one()
            self._vacancies -= 1
            return await self._open_one()

    def _release(self, connection: Connection) -> None:
        if not connection.is_closed() and connection.is_in_transaction():
            connection.terminate()
        if connection.is_closed():
            self._open.discard(connection)
            self._give(None)
        else:
            self._give(connection)

    async def close(self) -> None:
        """Close the connections as they are released, and terminate those that take too long."""
        self._closing = True
        self._timer.cancel()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                while self._vacancies < self._size:
                    if (connection := self._idle.pop() if self._idle else await self._turn()) is not None:
                        await connection.close()
                    self._vacancies += 1
        except TimeoutError:
            pass
        finally:
            for connection in self._open:
                connection.terminate()

    async def _turn(self) -> Connection | None:
        """Wait for a freed connection, or for None: the permission to open one."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with contextlib.suppress(ValueError):
                    self._waiters.remove(turn)
            else:  # the turn came at the same moment
                self._give(turn.result())
            raise

    def _give(self, connection: Connection | None) -> None:
        """Pass a connection, or the permission to open one, to the oldest waiter."""
        while self._waiters:
            turn = self._waiters.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._vacancies += 1
        else:
            self._idle.append(connection)

    async def _open_one(self) -> Connection:
        try:
            connection = await self._connect()
        except BaseException:
            self._give(None)
            raise
        self._open.add(connection)
        return connection

    def _discard(self, connection: Connection) -> None:
        connection.terminate()
        self._open.discard(connection)
        self._vacancies += 1

    def _trim(self) -> None:
        """Close the connections that were idle since the last call."""
        for connection in self._idle[: self._unused]:
            self._discard(connection)
        del self._idle[: self._unused]
        self._unused = len(self._idle)
        self._timer = asyncio.get_running_loop().call_later(_UNUSED_SECONDS, self._trim)


async def _end_statement(connection: Connection) -> None:
    """Wait until a statement that was cancelled or timed out has ended, or else terminate the connection."""
    try:
        await connection.execute("SELECT 1", timeout=_CANCEL_SECONDS)
    except BaseException:  # the caller raises what interrupted the statement
        connection.terminate()
