"""Resolving names in threads, of which a slow name takes one and an app takes few."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor

from heliograph.delivery.shares import Shares

THREADS = 128
_FRACTION = 16


class NameNotResolved(OSError):
    """The name of a host cannot be resolved. The message says why."""


class Lookup:
    """A lookup under way: `began` is done once it has a thread, `result` once the addresses are known.

    A thread cannot be interrupted. So a lookup goes on when the call that began it was given up, keeps its place, and
    the next call to the same name takes its result.
    """

    def __init__(self, result: asyncio.Task[list[str]], began: asyncio.Future[None]) -> None:
        self.began = began
        self.result = result


class Resolver:
    """Resolves names of hosts. There is no cache: every address is checked before it is connected to."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="heliograph-resolver")
        self._shares = Shares(THREADS, _FRACTION)
        self._lookups: dict[tuple[str, str], Lookup] = {}

    def look_up(self, app_id: str, host: str) -> Lookup:
        """Begin to resolve a name for an app, or join the lookup of that name which is under way for it."""
        key = app_id, host
        if key not in self._lookups:
            began = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._resolve(app_id, host, began))
            self._lookups[key] = Lookup(task, began)
            task.add_done_callback(lambda _: self._ended(key))
        return self._lookups[key]

    async def _resolve(self, app_id: str, host: str, began: asyncio.Future[None]) -> list[str]:
        await self._shares.take(app_id)
        began.set_result(None)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, addresses_of, host)
        finally:
            self._shares.give(app_id)

    def _ended(self, key: tuple[str, str]) -> None:
        lookup = self._lookups.pop(key)
        lookup.began.cancel()
        if not lookup.result.cancelled():
            lookup.result.exception()  # whoever waited may have given up

    def close(self) -> None:
        """Give up what is under way."""
        for lookup in self._lookups.values():
            lookup.result.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def addresses_of(host: str) -> list[str]:
    """The addresses of a name. Blocks.

    Raises:
        NameNotResolved: it has none.
    """
    with contextlib.suppress(UnicodeError):
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameNotResolved(f"the name of the host cannot be resolved: {error.strerror}") from None
        return list(dict.fromkeys(str(one[4][0]) for one in found))
    raise NameNotResolved("the name of the host cannot be resolved: it is not valid")
