"""Disturbances between a server and PostgreSQL, chosen by a seeded random number generator."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tests.postgresql import PostgreSQL
from tests.proofs.proxy import Fate, Proxy

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'heliograph/%' ORDER BY pid"
LOCKS = ("app_user", "conversation", "delivery", "attempt", "lease", "webhook")


@dataclass
class Disturber:
    """Disturbs the connections of servers to PostgreSQL, and counts the disturbances."""

    postgresql: PostgreSQL
    proxy: Proxy
    chance: random.Random
    count: int = 0
    _connection: asyncpg.Connection[Any] | None = field(default=None, repr=False)

    async def disturb(self, how: str, seconds: float) -> None:
        """Repeat one kind of disturbance for a number of seconds."""
        act: Callable[[], Awaitable[None]] = getattr(self, how)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            await act()
            self.count += 1
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _own_connection(self) -> asyncpg.Connection[Any]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.postgresql.url)
        return self._connection

    async def _victims(self, count: int) -> list[int]:
        pids = [row[0] for row in await (await self._own_connection()).fetch(BACKENDS)]
        return self.chance.sample(pids, min(count, len(pids)))

    async def terminate(self) -> None:
        """Terminate one to three connections."""
        victims = await self._victims(self.chance.randint(1, 3))
        await (await self._own_connection()).execute(
            "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", victims
        )

    async def lose_commits(self) -> None:
        """Lose the next COMMIT or its response."""
        if not self.proxy.fates:
            self.proxy.fates.append(self.chance.choice(list(Fate)))

    async def lock(self) -> None:
        """Lock a table for a short time, so that the pool is exhausted and callers wait."""
        connection = await self._own_connection()
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {self.chance.choice(LOCKS)} IN EXCLUSIVE MODE")
            await asyncio.sleep(self.chance.uniform(0.1, 7))

    async def stop(self) -> None:
        """Stop a backend for a short time, like a network that drops all packets."""
        for victim in await self._victims(1):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGSTOP)
                await asyncio.sleep(self.chance.uniform(0.1, 7))
                os.kill(victim, signal.SIGCONT)

    async def restart(self) -> None:
        """Kill PostgreSQL with SIGKILL, and restart it."""
        await asyncio.sleep(self.chance.uniform(0.1, 3))
        await asyncio.to_thread(self.postgresql.kill)
        await asyncio.sleep(self.chance.uniform(0.1, 3))
        await asyncio.to_thread(self.postgresql.start)
