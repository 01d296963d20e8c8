"""Maintenance as a background service. It runs in every process that serves or delivers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial

from heliograph.background import Failures
from heliograph.maintenance.files import removing_files
from heliograph.maintenance.inactivity import InactivityWatch
from heliograph.maintenance.purge import purging
from heliograph.maintenance.retention import pruning
from heliograph.storage.blobs import Blobs
from heliograph.storage.store import Store


@contextlib.asynccontextmanager
async def maintaining(
    store: Store, blobs: Blobs, keep_days: int, failures: Failures
) -> AsyncIterator[Callable[[], None]]:
    """Purge deleted apps, delete unused files and the messages of inactive conversations, and prune events and
    deliveries older than `keep_days`.

    Runs while the context is open. Yields a callback that starts a purge immediately; call it after an app is deleted.
    """
    wake = asyncio.Event()
    tasks = [
        asyncio.create_task(failures.keep_running("purge", partial(purging, store, wake, failures))),
        asyncio.create_task(failures.keep_running("pruning", partial(pruning, store, keep_days, failures))),
        asyncio.create_task(failures.keep_running("files", partial(removing_files, store, blobs, failures))),
        asyncio.create_task(failures.keep_running("inactivity", InactivityWatch(store, failures).run)),
    ]
    try:
        yield wake.set
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
