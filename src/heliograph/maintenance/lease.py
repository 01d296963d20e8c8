"""The maintenance lease: of the processes that share a database, one does the maintenance.

The lease only saves work. All maintenance can be done by several processes at the same time, as happens for a moment
when a process that was paused continues.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from heliograph.storage.rows import leases
from heliograph.storage.rows.leases import UNOWNED, StoredLease
from heliograph.storage.store import Store

BEAT_SECONDS = 5.0
EXPIRY_SECONDS = 15.0
"""The lease has expired once its heartbeat has not changed for this long."""
_NAME = "maintenance"


class MaintenanceLease:
    """Takes the maintenance lease when it is free or expired, and renews it."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._seen: tuple[StoredLease, float] | None = None

    async def beat(self) -> bool:
        """Renew the lease, or take it; returns whether this process holds it."""
        row = await self._store.read(leases.get, _NAME)
        if row is None:
            await self._store.write(leases.add, [_NAME])
            row = StoredLease(_NAME, UNOWNED, 0)
        if row.owner not in (UNOWNED, self._owner) and not self._is_expired(row):
            return False
        return await self._store.write(leases.take, row, self._owner)

    def _is_expired(self, row: StoredLease) -> bool:
        now = self._clock()
        if self._seen is None or self._seen[0] != row:
            self._seen = row, now
        return now - self._seen[1] >= EXPIRY_SECONDS

    async def release(self) -> None:
        """Release the lease, so that another process takes it without waiting for its expiry."""
        await self._store.write(leases.release, self._owner, [_NAME])
