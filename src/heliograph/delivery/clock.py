"""The time by which deliveries are due, in milliseconds."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from heliograph.storage.rows.delivery_queue import DueDelivery
from heliograph.wire import times


class DeliveryClock(Protocol):
    """The clocks of apps."""

    def latest(self) -> int:
        """The latest time of any app."""

    def of(self, app_id: str) -> int:
        """The time of an app."""

    def search_until(self, app_id: str) -> int:
        """Deliveries of an app that are due later than this are not due yet."""

    def due(self, app_id: str, found: list[DueDelivery]) -> list[DueDelivery]:
        """The deliveries of an app that are due, out of those that were found."""

    def roll(self, app_id: str) -> float:
        """A number from 0 to 1 for the jitter of the next retry."""


class MachineClock:
    """The clock of this machine, for all apps."""

    def __init__(self, now: Callable[[], int] = times.now, roll: Callable[[], float] = random.random) -> None:
        self.latest = now
        self._now = now
        self._roll = roll

    def of(self, app_id: str) -> int:
        """The time."""
        return self._now()

    def search_until(self, app_id: str) -> int:
        """The time."""
        return self._now()

    def due(self, app_id: str, found: list[DueDelivery]) -> list[DueDelivery]:
        """All of them."""
        return found

    def roll(self, app_id: str) -> float:
        """A random number."""
        return self._roll()
