"""The clients that programs fork with, behind one interface: each wraps a client and gets users with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from heliograph import AsyncClient, Client

CALLS = 6


class Sync:
    """The sync client with connections of its own."""

    def __init__(self, url: str, **options: Any) -> None:
        self.client: Any = Client(url, **options)

    def use(self, name: str, count: int = CALLS, threads: int = 1) -> None:
        """Get this user `count` times, and check each response."""

        def ask(_: int) -> str:
            return str(self.client.users.get_user("a", name).user.id)

        if threads == 1:
            got = [ask(number) for number in range(count)]
        else:
            with ThreadPoolExecutor(threads) as pool:
                got = list(pool.map(ask, range(count)))
        assert got == [name] * count, got

    def close(self) -> None:
        """Close the client."""
        self.client.close()


class Proxied(Sync):
    """The sync client on top of httpx, which it uses when it has a proxy."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__("http://example.org", proxy=url, **options)


class Async(Sync):
    """The async client, with a new event loop for each use."""

    def __init__(self, url: str, **options: Any) -> None:
        self.client = AsyncClient(url, **options)

    def use(self, name: str, count: int = CALLS, threads: int = 1) -> None:
        """Get this user `count` times at once, and check each response."""

        async def ask() -> list[str]:
            answers = await asyncio.gather(*(self.client.users.get_user("a", name) for _ in range(count)))
            return [one.user.id for one in answers]

        got = asyncio.run(ask())
        assert got == [name] * count, got

    def close(self) -> None:
        """Close the client."""
        asyncio.run(self.client.close())


class InOneLoop(Async):
    """The async client, with an event loop that is older than the fork."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.loop = asyncio.new_event_loop()

    def use(self, name: str, count: int = CALLS, threads: int = 1) -> None:
        """Get this user `count` times at once, and check each response."""

        async def ask() -> list[str]:
            answers = await asyncio.gather(*(self.client.users.get_user("a", name) for _ in range(count)))
            return [one.user.id for one in answers]

        got = self.loop.run_until_complete(ask())
        assert got == [name] * count, got

    def close(self) -> None:
        """Close the client in the event loop of its connections."""
        self.loop.run_until_complete(self.client.close())


FLAVOURS: dict[str, Callable[..., Sync]] = {
    "sync": Sync,
    "proxied": Proxied,
    "async": Async,
    "in-one-loop": InOneLoop,
}
