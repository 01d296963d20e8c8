"""Delivery as a background service, in a server or in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from heliograph.background import Failures
from heliograph.delivery.clock import DeliveryClock, MachineClock
from heliograph.delivery.dispatcher import Dispatcher
from heliograph.delivery.disturbed_sender import DisturbedSender
from heliograph.delivery.leases import Leases, SingleProcess
from heliograph.delivery.removals import RemovalCaller
from heliograph.delivery.sender import WebhookSender
from heliograph.delivery.unreachable import UnreachableLog
from heliograph.delivery.worker import DeliveryContext
from heliograph.domain.networks import networks_of
from heliograph.sandbox.chaos import Chaos
from heliograph.settings import Settings
from heliograph.storage.rows.delivery_queue import AttemptObserver, AttemptOutcome
from heliograph.storage.store import Store


def ignore_outcome(outcome: AttemptOutcome) -> None:
    """Do nothing: the default observer."""


@contextlib.asynccontextmanager
async def delivering(
    store: Store,
    settings: Settings,
    failures: Failures,
    observe: AttemptObserver = ignore_outcome,
    chaos: Chaos | None = None,
    clock: DeliveryClock | None = None,
) -> AsyncIterator[None]:
    """Deliver events to webhooks while the context is open.

    `observe` is called after each attempt is recorded. Failures are reported to `failures`. `chaos` has the rules by
    which the calls of a sandbox are disturbed, and `clock` the clocks of its apps.

    Raises:
        UsageError: a setting is invalid.
    """
    allowed = networks_of(settings, embedded=not store.shared)
    assignment = Leases(store) if store.shared else SingleProcess(store.buckets)
    sender = WebhookSender(allowed) if chaos is None else DisturbedSender(allowed, chaos)
    unreachable = UnreachableLog()

    def observe_outcome(outcome: AttemptOutcome) -> None:
        unreachable.add(outcome)
        observe(outcome)

    context = DeliveryContext(
        store, sender, assignment, clock=clock or MachineClock(), observe=observe_outcome, failures=failures
    )
    dispatcher = Dispatcher(context)
    store.on_due = dispatcher.deliver
    removals = RemovalCaller(store, sender, assignment, failures)
    tasks = [
        asyncio.create_task(failures.keep_running("delivery", dispatcher.run)),
        asyncio.create_task(failures.keep_running("removals", removals.run)),
    ]
    try:
        yield
    finally:
        await dispatcher.stop(settings.grace_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # another process takes over the leases when they expire
            await assignment.release()
        await sender.close()
