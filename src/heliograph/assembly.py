"""Puts a store, delivery and maintenance together, for `heliograph serve` and `heliograph deliver`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable

import uvloop

from heliograph.background import Failures
from heliograph.delivery.running import delivering
from heliograph.maintenance.running import maintaining
from heliograph.server.services import Wakers
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.rows.deliveries import AttemptObserver
from heliograph.storage.store import Store


@contextlib.asynccontextmanager
async def services(
    store: Store, observe: AttemptObserver, failures: Failures, *, settings: Settings
) -> AsyncIterator[Wakers]:
    """Run the background services of a server while the context is open.

    Maintenance always runs; delivery runs unless `--no-delivery` was given.

    Raises:
        UsageError: a setting is invalid.
    """
    async with maintaining(store, settings.keep_days, failures) as on_removal:
        if not settings.delivery:
            yield Wakers(on_write=_ignore, on_removal=on_removal)
            return
        async with delivering(store, settings, failures, observe) as on_write:
            yield Wakers(on_write, on_removal)


def _ignore() -> None:
    """No service waits for writes."""


def deliver(settings: Settings, announce: Callable[[Store], None]) -> None:
    """Run delivery and maintenance without a server until SIGTERM or SIGINT. `announce` is called after the start.

    Raises:
        UsageError: a setting is invalid, or the database cannot be opened.
    """
    uvloop.run(_deliver(settings, announce))


async def _deliver(settings: Settings, announce: Callable[[Store], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    failures = Failures()
    store = await open_store(settings.database, connections=settings.database_connections)
    async with (
        contextlib.aclosing(store),
        maintaining(store, settings.keep_days, failures),
        delivering(store, settings, failures),
    ):
        announce(store)
        await stop.wait()
