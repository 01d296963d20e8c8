"""A pool of connections to PostgreSQL that serves its waiters in FIFO order.

asyncpg's own pool lets new requests overtake those that already wait for a connection. Under load, that makes a few of
them wait many times longer than the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[Any]"

ACQUIRE_SECONDS = 5.0
"""The longest time that a request waits for a connection."""
CLOSE_SECONDS = 10.0
"""The longest time that closing the pool waits for connections that are in use."""
_CANCEL_SECONDS = 5.0
PAUSE_SECONDS = 0.1, 0.5
"""After a connection could not be opened, the least and the longest pause until the next try. The pause is random, so
that processes that lost their connections together do not try together."""
UNUSED_SECONDS = 300.0
"""Connections that are not needed for this long are closed."""


class Pool:
    """Up to `size` connections, opened by `connect`, one at a time, while requests wait.

    Opening takes many times longer than most statements, so while a connection is being opened, the others serve most
    of the waiters: a process opens few connections when it starts, and so do all of them when PostgreSQL comes back.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._size = size
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []  # the most recently used is last, and used next
        self._unused = 0  # the smallest number of idle connections since the last `_trim`
        self._waiters: deque[asyncio.Future[Connection]] = deque()  # empty while a connection is idle
        self._growing: asyncio.Task[None] | None = None
        self._released = asyncio.Event()
        self._closing = False
        self._timer = asyncio.get_running_loop().call_later(UNUSED_SECONDS, self._trim)

    @property
    def connections(self) -> tuple[int, int]:
        """The number of connections that are in use, and of those that are idle."""
        return len(self._open) - len(self._idle), sum(not one.is_closed() for one in self._idle)

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
            await end_statement(connection)
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
            self._open.discard(connection)
        async with asyncio.timeout(ACQUIRE_SECONDS):
            return await self._turn()

    async def _turn(self) -> Connection:
        """Wait for a connection that is released or opened."""
        turn: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        self._grow()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with contextlib.suppress(ValueError):
                    self._waiters.remove(turn)
            elif turn.exception() is None:  # the turn came at the same moment
                self._give(turn.result())
            raise

    def _release(self, connection: Connection) -> None:
        if not connection.is_closed() and connection.is_in_transaction():
            connection.terminate()
        if connection.is_closed():
            self._open.discard(connection)
            self._grow()
        else:
            self._give(connection)
        self._released.set()

    def _give(self, connection: Connection) -> None:
        """Pass a connection to the oldest waiter."""
        while self._waiters:
            turn = self._waiters.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        self._idle.append(connection)

    def _grow(self) -> None:
        if self._growing is None and self._waiters and len(self._open) < self._size:
            self._growing = asyncio.create_task(self._open_connections())

    async def _open_connections(self) -> None:
        """Open connections while requests wait and more are allowed."""
        try:
            while self._waiters and len(self._open) < self._size:
                try:
                    connection = await self._connect()
                except Exception as error:
                    # PostgreSQL may allow no more connections; those that are open still serve the waiters.
                    if not self._open:
                        self._fail(error)
                    await asyncio.sleep(random.uniform(*PAUSE_SECONDS))
                else:
                    self._open.add(connection)
                    self._give(connection)
        finally:
            self._growing = None
            self._released.set()

    def _fail(self, error: Exception) -> None:
        """Fail all waiters."""
        while self._waiters:
            turn = self._waiters.popleft()
            if not turn.done():
                turn.set_exception(error)

    async def close(self) -> None:
        """Close the connections as they are released, and terminate those that take too long."""
        self._closing = True
        self._timer.cancel()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._open or self._waiters:
                    if self._idle:
                        await self._close_one(self._idle.pop())
                    else:
                        self._released.clear()
                        await self._released.wait()
        except TimeoutError:
            pass
        finally:
            if self._growing is not None:
                self._growing.cancel()
                await asyncio.gather(self._growing, return_exceptions=True)
            for connection in self._open:
                connection.terminate()

    async def _close_one(self, connection: Connection) -> None:
        await connection.close()
        self._open.discard(connection)

    def _trim(self) -> None:
        """Close the connections that were idle since the last call."""
        for connection in self._idle[: self._unused]:
            connection.terminate()
            self._open.discard(connection)
        del self._idle[: self._unused]
        self._unused = len(self._idle)
        self._timer = asyncio.get_running_loop().call_later(UNUSED_SECONDS, self._trim)


async def end_statement(connection: Connection) -> None:
    """Wait until a statement that was cancelled or timed out has ended, or else terminate the connection."""
    try:
        await connection.execute("SELECT 1", timeout=_CANCEL_SECONDS)
    except BaseException:  # the caller raises what interrupted the statement
        connection.terminate()
