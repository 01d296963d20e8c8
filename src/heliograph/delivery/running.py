"""Delivery as a service: beside a server, or by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable

import uvloop

from heliograph.delivery.dispatcher import Dispatcher
from heliograph.delivery.failures import Failures
from heliograph.delivery.leases import Alone, Leases
from heliograph.delivery.pump import Surroundings
from heliograph.delivery.sender import Sender
from heliograph.domain.networks import networks_of
from heliograph.settings import Settings
from heliograph.storage import deliveries
from heliograph.storage.deliveries import Observe, Settled
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store
from heliograph.wire import times

_PRUNE_SECONDS = 3600
_PRUNE_STEP = 500
_DAY = 24 * 3600 * 1000

log = logging.getLogger("heliograph.delivery")


def unobserved(settled: Settled) -> None:
    """Tell nobody."""


@contextlib.asynccontextmanager
async def delivering(
    store: Store, observe: Observe = unobserved, *, settings: Settings
) -> AsyncIterator[Callable[[], None]]:
    """Deliver, and prune what is old, for as long as this lasts; yields what wakes the delivery after a write.

    `observe` is told of every attempt.

    Raises:
        UsageError: a setting is not understood.
    """
    allowed = networks_of(settings, embedded=not store.shared)
    holder = Leases(store) if store.shared else Alone(store.buckets)
    sender = Sender(allowed)
    failures = Failures()

    def attempted(settled: Settled) -> None:
        failures.attempt(settled)
        observe(settled)

    dispatcher = Dispatcher(Surroundings(store, sender, holder, observe=attempted))
    tasks = [asyncio.create_task(dispatcher.run()), asyncio.create_task(_pruning(store, settings.keep_days))]
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
async def nothing(store: Store, observe: Observe) -> AsyncIterator[Callable[[], None]]:
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


async def _pruning(store: Store, days: int) -> None:
    while True:
        try:
            await prune(store, times.now() - days * _DAY)
        except Exception as error:
            log.error("pruning of old events goes on later", exc_info=error)
        await asyncio.sleep(_PRUNE_SECONDS)


async def prune(store: Store, before: int) -> None:
    """Delete events, and deliveries that are settled, from before this moment."""
    for bucket in range(store.buckets):
        while await store.write(deliveries.prune, bucket, before, _PRUNE_STEP):
            pass
