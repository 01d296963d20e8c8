"""Delivery as a service: beside a server, or by itself."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial

import uvloop

from heliograph.background import Failures
from heliograph.delivery.dispatcher import Dispatcher
from heliograph.delivery.leases import Alone, Leases
from heliograph.delivery.pump import Surroundings
from heliograph.delivery.sender import Sender
from heliograph.delivery.unreachable import UnreachableLog
from heliograph.domain.networks import networks_of
from heliograph.maintenance import retention
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.rows.deliveries import Observe, Settled
from heliograph.storage.store import Store


def unobserved(settled: Settled) -> None:
    """Tell nobody."""


@contextlib.asynccontextmanager
async def delivering(
    store: Store, observe: Observe = unobserved, failures: Failures | None = None, *, settings: Settings
) -> AsyncIterator[Callable[[], None]]:
    """Deliver, and prune what is old, for as long as this lasts; yields what wakes the delivery after a write.

    `observe` is called after each attempt is recorded. Failures are reported to `failures`.

    Raises:
        UsageError: a setting is not understood.
    """
    allowed = networks_of(settings, embedded=not store.shared)
    holder = Leases(store) if store.shared else Alone(store.buckets)
    sender = Sender(allowed)
    failures = failures or Failures()
    unreachable = UnreachableLog()

    def attempted(settled: Settled) -> None:
        unreachable.attempt(settled)
        observe(settled)

    dispatcher = Dispatcher(Surroundings(store, sender, holder, observe=attempted, failures=failures))
    pruning = partial(retention.pruning, store, settings.keep_days, failures)
    tasks = [
        asyncio.create_task(failures.keep_running("delivery", dispatcher.run)),
        asyncio.create_task(failures.keep_running("pruning", pruning)),
    ]
    try:
        yield dispatcher.wake
    finally:
        await dispatcher.stop(settings.grace_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # else the others notice by themselves
            await holder.release()
        await sender.close()


@contextlib.asynccontextmanager
async def nothing(store: Store, observe: Observe, failures: Failures) -> AsyncIterator[Callable[[], None]]:
    """Deliver nothing."""
    yield lambda: None


def run(settings: Settings, announce: Callable[[Store], None]) -> None:
    """Deliver, and serve nothing, until told to stop.

    Raises:
        UsageError: the settings ask for what cannot be done here.
    """
    uvloop.run(_run(settings, announce))


async def _run(settings: Settings, announce: Callable[[Store], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = await open_store(settings.database, connections=settings.database_connections)
    async with contextlib.aclosing(store), delivering(store, settings=settings):
        announce(store)
        await stop.wait()
