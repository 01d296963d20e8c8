"""DNS lookups in threads, shared fairly between apps."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor

from heliograph.delivery.fair_slots import FairSlots

THREADS = 128
_FRACTION = 16


class NameNotResolved(OSError):
    """The host name cannot be resolved. The message says why."""


class Lookup:
    """A lookup in progress: `started` is done once it has a thread, `result` once the addresses are known.

    A thread cannot be interrupted, so a lookup continues when the call that started it is cancelled. It keeps its slot,
    and the next call to the same name uses its result.
    """

    def __init__(self, result: asyncio.Task[list[str]], started: asyncio.Future[None]) -> None:
        self.started = started
        self.result = result


class Resolver:
    """Resolves host names, without a cache: every address is checked before a connection to it is opened."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="heliograph-resolver")
        self._slots = FairSlots(THREADS, _FRACTION)
        self._lookups: dict[tuple[str, str], Lookup] = {}

    def look_up(self, app_id: str, host: str) -> Lookup:
        """Start to resolve a name for an app, or join the app's lookup of that name that is in progress."""
        key = app_id, host
        if key not in self._lookups:
            started = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._resolve(app_id, host, started))
            self._lookups[key] = Lookup(task, started)
            task.add_done_callback(lambda _: self._finish(key))
        return self._lookups[key]

    async def _resolve(self, app_id: str, host: str, started: asyncio.Future[None]) -> list[str]:
        await self._slots.acquire(app_id)
        started.set_result(None)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, addresses_of, host)
        finally:
            self._slots.release(app_id)

    def _finish(self, key: tuple[str, str]) -> None:
        lookup = self._lookups.pop(key)
        lookup.started.cancel()
        if not lookup.result.cancelled():
            lookup.result.exception()  # marks it as retrieved: all waiting calls may have been cancelled

    def close(self) -> None:
        """Cancel the lookups in progress."""
        for lookup in self._lookups.values():
            lookup.result.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def addresses_of(host: str) -> list[str]:
    """The addresses of a host name. Blocks.

    Raises:
        NameNotResolved: the name cannot be resolved.
    """
    with contextlib.suppress(UnicodeError):
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameNotResolved(f"the host name cannot be resolved: {error.strerror}") from None
        return list(dict.fromkeys(str(info[4][0]) for info in found))
    raise NameNotResolved("the host name cannot be resolved: it is not valid")
