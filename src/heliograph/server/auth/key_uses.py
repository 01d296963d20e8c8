"""When API keys were last used. Kept in memory, and stored once a minute."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from heliograph.background import Failures
from heliograph.storage.rows import keys
from heliograph.storage.store import Store
from heliograph.wire import times

_PAUSE_SECONDS = 60


class KeyUses:
    """The times at which this process has authenticated keys, in milliseconds, until they are stored."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._times: dict[str, int] = {}
        # Kept until the next time, because a list may have read the row before the commit.
        self._stored: dict[str, int] = {}

    def note(self, key_id: str) -> None:
        """Note that a key is used now."""
        self._times[key_id] = times.now()

    def newest(self, key_id: str, stored: int | None) -> int | None:
        """The time of the last use of a key: the `stored` time, or a later one that is not stored yet."""
        known = (stored, self._stored.get(key_id), self._times.get(key_id))
        return max((at for at in known if at is not None), default=None)

    async def save(self) -> None:
        """Store the times that were noted since the last call. After a failure, the next call stores them."""
        if not self._times:
            return
        noted, self._times = self._times, {}
        self._stored = noted
        try:
            await self._store.write(keys.set_last_used, noted)
        except BaseException:
            self._times = noted | self._times
            raise

    async def run(self) -> None:
        """Store the noted times once a minute, until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            await self.save()


@contextlib.asynccontextmanager
async def storing(uses: KeyUses, failures: Failures) -> AsyncIterator[None]:
    """Store the uses of keys once a minute while the context is open, and at its end."""
    task = asyncio.create_task(failures.keep_running("key uses", uses.run))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with failures.reported("key uses"):
            await uses.save()
