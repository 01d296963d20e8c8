"""Maintenance as a background service of every process that serves or delivers.

Of the processes that share a database, the one with the maintenance lease does the work.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial

from heliograph.background import Failures
from heliograph.maintenance.erasures import continuing_erasures
from heliograph.maintenance.files import removing_files
from heliograph.maintenance.history import pruning_history
from heliograph.maintenance.inactivity import InactivityWatch
from heliograph.maintenance.lease import BEAT_SECONDS, MaintenanceLease
from heliograph.maintenance.purge import purging
from heliograph.maintenance.retention import pruning, pruning_keys
from heliograph.maintenance.search_terms import adding_terms
from heliograph.maintenance.sessions import ending_sessions
from heliograph.settings import Settings
from heliograph.storage.blobs import Blobs
from heliograph.storage.store import Store

Service = Callable[[], Awaitable[None]]


@contextlib.asynccontextmanager
async def maintaining(
    store: Store, blobs: Blobs, settings: Settings, failures: Failures
) -> AsyncIterator[Callable[[], None]]:
    """Purge deleted apps, delete unused files and the messages of inactive conversations, prune rows past their
    retention time (events and deliveries, idempotency keys, memberships that have ended) and sessions of the console
    that have ended; add missing search terms, and finish erasures that were interrupted.

    Runs while the context is open. Yields a callback that starts a purge immediately, if this process does the
    maintenance; call it after an app is deleted.
    """
    wake = asyncio.Event()
    services: dict[str, Service] = {
        "purge": partial(purging, store, wake, failures),
        "pruning": partial(pruning, store, settings.keep_days, failures),
        "idempotency keys": partial(pruning_keys, store, settings.idempotency_hours, failures),
        "files": partial(removing_files, store, blobs, failures),
        "inactivity": InactivityWatch(store, failures).run,
        "sessions": partial(ending_sessions, store),
        "search terms": partial(adding_terms, store),
        "erasures": partial(continuing_erasures, store, blobs, failures),
    }
    if settings.history_days:
        services["history"] = partial(pruning_history, store, settings.history_days, failures)
    lease = MaintenanceLease(store)
    run = partial(_run_by_turns, lease, services, failures) if store.shared else partial(_run, services, failures)
    task = asyncio.create_task(failures.keep_running("maintenance", run))
    try:
        yield wake.set
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if store.shared:
            with contextlib.suppress(Exception):  # another process takes the lease when it expires
                await lease.release()


async def _run(services: Mapping[str, Service], failures: Failures) -> None:
    """Run the services until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for name, service in services.items():
            tasks.create_task(failures.keep_running(name, service))


async def _run_by_turns(lease: MaintenanceLease, services: Mapping[str, Service], failures: Failures) -> None:
    """Run the services whenever this process holds the lease, until cancelled."""
    while True:
        if await lease.beat():
            await _run_while_held(lease, services, failures)
        await asyncio.sleep(BEAT_SECONDS)


async def _run_while_held(lease: MaintenanceLease, services: Mapping[str, Service], failures: Failures) -> None:
    running = asyncio.create_task(_run(services, failures))
    try:
        await asyncio.sleep(BEAT_SECONDS)
        while await lease.beat():  # noqa: ASYNC110 - other processes take the lease in the database
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
