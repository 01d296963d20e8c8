"""Purging: the rows of a deleted app go in small steps, so that nobody else has to wait for them."""

from __future__ import annotations

from heliograph.background import Failures
from heliograph.storage.rows import apps, deliveries, integrations, outbox
from heliograph.storage.store import Store
from heliograph.wire import times

_STEP = 500
# Another process may know an app that was deleted for a second, and what it is writing takes a while more.
_SHARED_DELAY = 5_000


async def purge(store: Store, failures: Failures) -> None:
    """Remove what is left of every deleted app. It may be cut short at any moment, and begins again where it stood.

    An app that cannot be purged is reported, and does not keep the others from it.
    """
    now = times.now()
    # Servers' clocks differ by less than the delay, so a moment further ahead was told by a clock that was wrong.
    delay = _SHARED_DELAY if store.shared else 0
    for app_id in await store.snapshot(apps.deleted, now - delay, now + _SHARED_DELAY):
        with failures.reported("purge"):
            await _purge_app(store, app_id)


async def _purge_app(store: Store, app_id: str) -> None:
    for bucket in range(store.buckets):
        while await store.write(apps.purge_rows, app_id, bucket, _STEP):
            pass
        # An app's events are younger than the app, and ids are in the order of time.
        after: str | None = app_id
        while after is not None:
            after = await store.write(outbox.purge, app_id, bucket, after, _STEP)
    while await store.write(deliveries.purge, app_id, _STEP):
        pass
    await store.write(integrations.purge, app_id)
    await store.write(apps.forget, app_id)
