"""Deletes the rows of deleted apps in small steps, so that requests do not wait for it."""

from __future__ import annotations

import asyncio
import contextlib

from heliograph.background import Failures
from heliograph.domain import app_contents
from heliograph.storage.engine import Tx
from heliograph.storage.rows import app_clocks, apps, console, erasures, inactivity, seeds
from heliograph.storage.store import Store
from heliograph.wire import times

_PAUSE_SECONDS = 5
# Another process may accept requests for a deleted app for one more second, and finish their writes after that.
_SHARED_DELAY = 5_000


async def purging(store: Store, wake: asyncio.Event, failures: Failures) -> None:
    """Purge deleted apps every 5 seconds, and whenever `wake` is set, until cancelled."""
    while True:
        wake.clear()
        await purge(store, failures)
        # Polling finds apps that another process deleted, and retries those that failed.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE_SECONDS):
                await wake.wait()


async def purge(store: Store, failures: Failures, shared_delay: int = _SHARED_DELAY) -> None:
    """Delete the remaining rows of every deleted app. An interrupted purge resumes where it stopped.

    With several processes, apps are purged `shared_delay` milliseconds after their deletion. Reports an app that cannot
    be purged to `failures`, and continues with the others.
    """
    now = times.now()
    # Correct clocks differ by less than the delay, so a deletion further in the future was stamped by a wrong clock.
    delay = shared_delay if store.shared else 0
    for app_id in await store.snapshot(apps.deleted, now - delay, now + shared_delay):
        with failures.reported("purge"):
            await _purge_app(store, app_id)


async def _purge_app(store: Store, app_id: str) -> None:
    await app_contents.remove(store.write, app_id, store.shards)
    await store.write(inactivity.forget, app_id)
    await store.write(_forget_tools, app_id)
    await store.write(console.purge, app_id)
    await store.write(erasures.purge, app_id)
    await store.write(apps.forget, app_id)


async def _forget_tools(tx: Tx, app_id: str) -> None:
    """Delete the rows of the sandbox tools about an app."""
    await seeds.forget(tx, app_id)
    await app_clocks.forget(tx, app_id)
