"""Deletes the messages of inactive conversations, in apps that limit inactivity."""

from __future__ import annotations

import asyncio
import time

from heliograph.background import Failures
from heliograph.domain import inactivity as rules
from heliograph.storage.rows import inactivity, retention
from heliograph.storage.rows.inactivity import StoredLimit
from heliograph.storage.store import Store

_PAUSE_SECONDS = 30
_APPS = 500


class InactivityWatch:
    """Checks the conversations of each app when a check is due. Several processes can do so at once."""

    def __init__(self, store: Store, failures: Failures) -> None:
        self._store = store
        self._failures = failures
        self._ages: dict[str, tuple[int, float]] = {}

    async def run(self) -> None:
        """Check every 30 seconds, or less often if the limit of an app is long, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def check(self) -> None:
        """Check the apps that are due. Reports an app that fails, and continues with the others."""
        after: str | None = ""
        while after is not None:
            limits = await self._store.read(inactivity.page, after, _APPS)
            for limit in limits:
                with self._failures.reported("inactivity"):
                    await self._check_app(limit)
            after = limits[-1].app_id if len(limits) == _APPS else None

    async def _check_app(self, limit: StoredLimit) -> None:
        age, at = self._ages.get(limit.app_id, (0, None))
        now = time.monotonic()
        passed = 0 if at is None else int((now - at) * 1000)
        if at is not None and passed < rules.interval(limit):
            return
        wall = await self._store.read(retention.clock)
        advanced = await self._store.write(inactivity.advance, limit.app_id, wall, age + passed)
        if advanced is not None:
            self._ages[limit.app_id] = advanced.age, now
            await rules.sweep(self._store, advanced)
