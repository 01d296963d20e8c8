"""Reads the event stream of a site."""

from __future__ import annotations

import asyncio

from heliograph.domain import users
from heliograph.storage.bound import BoundStore
from heliograph.storage.engine import Tx
from heliograph.storage.rows import stream
from heliograph.wire.users import UserUpdateBody
from tests.delivery.site import Site


async def page(site: Site, position: str, limit: int) -> tuple[list[str], str]:
    """The ids of the next events after a position, and the position after them."""
    horizon = await site.store.horizon()
    events, position = await site.store.snapshot(stream.after, site.tenant.app_id, position, horizon, limit)
    return [id for id, _ in events], position


async def everything(site: Site, position: str, limit: int = 3) -> tuple[list[str], str]:
    """The ids of the events after a position, read in pages, and the position after them."""
    await site.store.horizon(fresh=True)
    found: list[str] = []
    while True:
        events, position = await page(site, position, limit)
        found += events
        if not events:
            return found, position


async def stored(site: Site) -> list[str]:
    """The ids of all events."""
    return [row[0] for row in await site.rows("SELECT id FROM event ORDER BY id")]


async def slow_change(site: Site, user: str) -> tuple[asyncio.Task[None], asyncio.Event]:
    """Start a transaction that stores an event; returns its task, and an asyncio event that makes it commit."""
    may_commit, wrote = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Tx) -> None:
        await users.update(BoundStore(site.store, tx), site.tenant, user, None, UserUpdateBody())
        wrote.set()
        await may_commit.wait()

    task = asyncio.create_task(site.store.write(slowly))
    await wrote.wait()
    return task, may_commit
