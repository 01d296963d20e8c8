"""Delivery as a background service: in a server, or in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from heliograph.background import Failures
from heliograph.delivery.dispatcher import Dispatcher
from heliograph.delivery.leases import Alone, Leases
from heliograph.delivery.pump import Surroundings
from heliograph.delivery.sender import Sender
from heliograph.delivery.unreachable import UnreachableLog
from heliograph.domain.networks import networks_of
from heliograph.settings import Settings
from heliograph.storage.rows.deliveries import Observe, Settled
from heliograph.storage.store import Store


def unobserved(settled: Settled) -> None:
    """Ignore the attempt."""


@contextlib.asynccontextmanager
async def delivering(
    store: Store, settings: Settings, failures: Failures, observe: Observe = unobserved
) -> AsyncIterator[Callable[[], None]]:
    """Deliver events to webhooks while the context is open; yields a callback that wakes delivery after a write.

    `observe` is called after each attempt is recorded. Failures are reported to `failures`.

    Raises:
        UsageError: a setting is invalid.
    """
    allowed = networks_of(settings, embedded=not store.shared)
    holder = Leases(store) if store.shared else Alone(store.buckets)
    sender = Sender(allowed)
    unreachable = UnreachableLog()

    def attempted(settled: Settled) -> None:
        unreachable.attempt(settled)
        observe(settled)

    dispatcher = Dispatcher(Surroundings(store, sender, holder, observe=attempted, failures=failures))
    task = asyncio.create_task(failures.keep_running("delivery", dispatcher.run))
    try:
        yield dispatcher.wake
    finally:
        await dispatcher.stop(settings.grace_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with contextlib.suppress(Exception):  # another process takes over the leases when they expire
            await holder.release()
        await sender.close()
