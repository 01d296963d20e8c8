"""Finishes erasures that no request continues, because the server stopped or the caller did not wait."""

from __future__ import annotations

import asyncio
import math

from heliograph.background import Failures
from heliograph.domain import erasure
from heliograph.storage.blobs import Blobs
from heliograph.storage.rows import erasures
from heliograph.storage.store import Store
from heliograph.wire import times

_PAUSE_SECONDS = 10
_ABANDONED_MILLISECONDS = 10_000
"""An erasure without a step for this long is not continued by any request."""


async def continuing_erasures(store: Store, blobs: Blobs, failures: Failures) -> None:
    """Finish abandoned erasures every 10 seconds, until cancelled."""
    while True:
        await continue_erasures(store, blobs, failures, times.now() - _ABANDONED_MILLISECONDS)
        await asyncio.sleep(_PAUSE_SECONDS)


async def continue_erasures(store: Store, blobs: Blobs, failures: Failures, before: int) -> None:
    """Finish the erasures whose last step was before a time in milliseconds.

    Reports an erasure that fails to `failures`, and continues with the others.
    """
    for app_id, id in await store.read(erasures.abandoned, before):
        with failures.reported("erasures"):
            if (found := await store.read(erasures.get, app_id, id)) is not None:
                await erasure.proceed(store, blobs, found, seconds=math.inf, recorded=True)
