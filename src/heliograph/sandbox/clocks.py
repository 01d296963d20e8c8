"""The clocks of the apps of a sandbox. Deliveries, retention and tokens of an app follow its clock."""

from __future__ import annotations

from msgspec.structs import replace

from heliograph.storage.rows import app_clocks
from heliograph.storage.rows.app_clocks import StoredClock
from heliograph.storage.rows.delivery_queue import DueDelivery
from heliograph.storage.store import Store
from heliograph.wire import times

_MIDDLE = 0.5


class Clocks:
    """The clocks of all apps. An app whose clock was never changed has the clock of the machine."""

    def __init__(self) -> None:
        self._changed: dict[str, StoredClock] = {}

    async def load(self, store: Store) -> None:
        """Continue with the clocks in the database."""
        self._changed = await store.read(app_clocks.every)

    async def save(self, store: Store, app_id: str, *, frozen: bool) -> None:
        """Store the clock of an app. After a restart it stands still, or continues from its present time."""
        clock = replace(self.get(app_id), frozen_at=self.of(app_id) if frozen else None)
        await store.write(app_clocks.put, app_id, clock)

    def forget(self, app_id: str) -> None:
        """Reset the clock of an app to the clock of the machine."""
        self._changed.pop(app_id, None)

    def get(self, app_id: str) -> StoredClock:
        """The clock of an app."""
        return self._changed.get(app_id) or StoredClock()

    def set(self, app_id: str, time: int, *, frozen: bool) -> None:
        """Set the clock of an app, and let it stand still or run."""
        clock = self._changed.setdefault(app_id, StoredClock())
        clock.offset, clock.frozen_at = time - times.now(), time if frozen else None

    def of(self, app_id: str) -> int:
        """The time of an app, in milliseconds."""
        clock = self._changed.get(app_id)
        if clock is None:
            return times.now()
        return times.now() + clock.offset if clock.frozen_at is None else clock.frozen_at

    def active(self, app_id: str) -> list[str]:
        """How the clock of an app differs from the clock of the machine, in words; empty if it does not."""
        clock = self._changed.get(app_id)
        if clock is None:
            return []
        if clock.frozen_at is not None:
            return [f"clock: stands still at {times.to_text(clock.frozen_at)}"]
        return [f"clock: {clock.offset / 1000:+.0f} s"]

    def ahead(self, app_id: str) -> int:
        """How far the clock of an app is ahead of the machine, in milliseconds; negative if it is behind."""
        clock = self.get(app_id)
        return clock.offset if clock.frozen_at is None else clock.frozen_at - times.now()

    def seconds_ahead(self, app_id: str) -> float:
        """How far the clock of an app is ahead of the machine, in seconds; 0 if it is behind."""
        return max(0, self.ahead(app_id)) / 1000

    # The clock of deliveries.

    def latest(self) -> int:
        """The latest time of any app."""
        return max([times.now(), *map(self.of, self._changed)])

    def search_until(self, app_id: str) -> int:
        """Deliveries of an app that are due later than this are not due yet."""
        return max(self.of(app_id), times.now())

    def due(self, app_id: str, found: list[DueDelivery]) -> list[DueDelivery]:
        """The deliveries that are due, out of the deliveries that are due by the clock of the app or of the machine.

        New deliveries are due by the clock of the machine, so an app whose clock is behind it, or stands still, gets
        them at once. Only retries wait for the clock.
        """
        now = self.of(app_id)
        return [one for one in found if one.delivery.tries == 0 or one.delivery.due_at <= now]

    def roll(self, app_id: str) -> float:
        """No jitter, so that retries come at the times of the documented schedule."""
        return _MIDDLE
