"""Deletes the files of deleted attachments and of aborted uploads."""

from __future__ import annotations

import asyncio

from heliograph.background import Failures
from heliograph.storage.blobs import Blobs
from heliograph.storage.rows import attachments
from heliograph.storage.rows.attachments import Removal
from heliograph.storage.store import Store

_PAUSE_SECONDS = 30
_STEP = 100


async def removing_files(store: Store, blobs: Blobs, failures: Failures) -> None:
    """Delete files that are due every 30 seconds, until cancelled."""
    while True:
        await remove_files(store, blobs, failures)
        await asyncio.sleep(_PAUSE_SECONDS)


async def remove_files(store: Store, blobs: Blobs, failures: Failures) -> None:
    """Delete the files that are due. Reports a file that cannot be deleted to `failures`; it is tried again later."""
    # An idle server makes no transaction.
    while await store.read(attachments.is_any_due):
        removed = 0
        for removal in await store.write(attachments.claim, _STEP):
            with failures.reported("files"):
                await _remove(store, blobs, removal)
                removed += 1
        if removed == 0:
            return


async def _remove(store: Store, blobs: Blobs, removal: Removal) -> None:
    await blobs.remove(removal)
    await store.write(attachments.forget, removal)
