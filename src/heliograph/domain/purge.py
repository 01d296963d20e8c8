"""Purging: the rows of a deleted app go in small steps, so that nobody else has to wait for them."""

from __future__ import annotations

from heliograph.storage import apps, events
from heliograph.storage.store import Store

_STEP = 500


async def purge(store: Store) -> None:
    """Remove what is left of every deleted app. It may be cut short at any moment, and begins again where it stood."""
    for app_id in await store.read(apps.deleted):
        for bucket in range(store.buckets):
            for table in apps.OWNED:
                while await store.write(apps.purge_rows, app_id, table, bucket, _STEP) == _STEP:
                    pass
            # An app's events are younger than the app, and ids are in the order of time.
            after: str | None = app_id
            while after is not None:
                after = await store.write(events.purge, app_id, bucket, after, _STEP)
        await store.write(apps.forget, app_id)
