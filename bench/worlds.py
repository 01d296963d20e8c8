"""Fills databases before the load starts, in batches through the storage layer."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain import apps, integrations, keys, sandbox
from heliograph.domain.networks import parse_networks
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Tx
from heliograph.storage.opening import open_store
from heliograph.storage.rows import conversations, participants, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.apps import AppCreateBody, AppKey
from heliograph.wire.conversations import SDK_GROUP
from heliograph.wire.integrations import CustomIntegrationBody
from heliograph.wire.webhooks import WebhookCreateBody

_ROWS = 10_000
"""Rows per transaction."""


class World(Struct):
    """An app with users and groups, and the credentials to call it."""

    app_id: str
    authorization: str
    users: list[str] = []
    groups: list[str] = []
    members: dict[str, list[str]] = {}
    """The ids of the participants by group, in the order of joining."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open the store at `url`."""
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def empty(store: Store) -> World:
    """Create the sandbox, without users."""
    created = await sandbox.ensure(store)
    return _world(created.app.id, created.app_key)


async def another(store: Store) -> World:
    """Create another app, without users."""
    app = await apps.create(store, AppCreateBody(display_name="Bench"))
    return _world(app.id, await keys.create(store, app.id, "Bench"))


def _world(app_id: str, key: AppKey) -> World:
    credential = base64.b64encode(f"{key.id}:{key.secret}".encode()).decode()
    return World(app_id, f"Basic {credential}")


async def add_users(store: Store, world: World, count: int) -> list[str]:
    """Create users; returns their ids."""
    created = [ids.new() for _ in range(count)]
    for part in _parts(created):
        await store.write(_insert_users, world.app_id, part)
    world.users += created
    return created


async def add_groups(store: Store, world: World, count: int, size: int = 0) -> list[str]:
    """Create groups with a participant count of `size`, for `add_members` to fill; returns their ids."""
    created = [ids.new() for _ in range(count)]
    for part in _parts(created):
        await store.write(_insert_groups, world.app_id, part, size)
    world.groups += created
    return created


async def add_members(store: Store, world: World, seats: Sequence[tuple[str, str]]) -> None:
    """Add users to groups: `seats` are pairs of group and user, sorted by group."""
    rows = [StoredParticipant(ids.new(), user, None, [], 0, None, world.app_id, group) for group, user in seats]
    for start in range(0, len(rows), _ROWS):
        await store.write(participants.add, rows[start : start + _ROWS])
    for row in rows:
        world.members.setdefault(row.conversation_id, []).append(row.id)


async def add_speakers(store: Store, world: World, count: int) -> list[tuple[str, str]]:
    """Create groups with one participant each; returns pairs of group and user."""
    groups = await add_groups(store, world, count, 1)
    seats = list(zip(groups, await add_users(store, world, count), strict=True))
    await add_members(store, world, seats)
    return seats


async def add_webhook(store: Store, world: World, target: str) -> None:
    """Create an integration with a webhook for messages."""
    webhook = WebhookCreateBody(target=target, triggers=["conversation:message"])
    body, allowed = CustomIntegrationBody(webhooks=[webhook]), parse_networks("loopback", host="", embedded=False)
    await integrations.create(store, Tenant(world.app_id, ""), body, allowed)


def _parts(rows: list[str]) -> list[list[str]]:
    return [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]


async def _insert_users(tx: Tx, app_id: str, created: list[str]) -> None:
    empty = Raw(b"{}")
    rows = [StoredUser(app_id, one, None, None, False, tx.now, None, empty, empty, None, tx.now) for one in created]
    await users.add(tx, rows)


async def _insert_groups(tx: Tx, app_id: str, created: list[str], size: int) -> None:
    rows = [
        StoredConversation(
            app_id, one, SDK_GROUP, False, size, 0, tx.now, None, None, None, None, None, tx.now, ids.new()
        )
        for one in created
    ]
    await conversations.add(tx, rows)
