"""Deletes the rows of deleted apps in small steps, so that requests do not wait for it."""

from __future__ import annotations

import asyncio
import contextlib

from heliograph.background import Failures
from heliograph.storage.buckets import Shard, numbers
from heliograph.storage.rows import (
    apps,
    attachments,
    deliveries,
    inactivity,
    integrations,
    oauth_clients,
    outbox,
    switchboards,
)
from heliograph.storage.store import Store
from heliograph.wire import times

_STEP = 500
_BUCKETS = 128
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


async def purge(store: Store, failures: Failures) -> None:
    """Delete the remaining rows of every deleted app. An interrupted purge resumes where it stopped.

    Reports an app that cannot be purged to `failures`, and continues with the others.
    """
    now = times.now()
    # Correct clocks differ by less than the delay, so a deletion further in the future was stamped by a wrong clock.
    delay = _SHARED_DELAY if store.shared else 0
    for app_id in await store.snapshot(apps.deleted, now - delay, now + _SHARED_DELAY):
        with failures.reported("purge"):
            await _purge_app(store, app_id)


async def _purge_app(store: Store, app_id: str) -> None:
    for shard in store.shards:
        await _purge_shard(store, app_id, shard)
    await store.write(inactivity.forget, app_id)
    await store.write(integrations.purge, app_id)
    await store.write(switchboards.remove, app_id)
    await store.write(oauth_clients.purge, app_id)
    await store.write(apps.forget, app_id)


async def _purge_shard(store: Store, app_id: str, shard: Shard) -> None:
    in_shard = list(numbers(shard.ranges))
    # A statement for each bucket would make thousands for an app that has few rows.
    for first in range(0, len(in_shard), _BUCKETS):
        buckets = in_shard[first : first + _BUCKETS]
        while await store.write(apps.purge_rows, app_id, buckets, _STEP):
            pass
        while await store.write(attachments.discard_of_app, app_id, buckets, _STEP):
            pass
    # Event ids ascend with time, and an app's events are younger than the app.
    after: str | None = app_id
    while after is not None:
        after = await store.write(outbox.purge, app_id, shard.ranges, after, _STEP)
    while await store.write(deliveries.purge, app_id, shard.ranges, _STEP):
        pass
