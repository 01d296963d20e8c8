"""The background services of a server, as the server sees them: it starts them, wakes them, and stops them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from heliograph.background import Failures
from heliograph.storage.rows.deliveries import AttemptObserver
from heliograph.storage.store import Store


@dataclass(frozen=True)
class Wakers:
    """Callbacks that wake the services: `on_write` after a request that may have written, `on_removal` after a key or
    an app was removed."""

    on_write: Callable[[], None]
    on_removal: Callable[[], None]


Services = Callable[[Store, AttemptObserver, Failures], AbstractAsyncContextManager[Wakers]]
"""Starts the services of a store. Delivery attempts are passed to the observer, failures to `Failures`."""
