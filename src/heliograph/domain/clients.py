"""The verbs of clients."""

from __future__ import annotations

from heliograph.domain import users, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.clients import client_removed
from heliograph.domain.seats import lock_seats
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, ClientNotFound, UserNotFound
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import clients
from heliograph.storage.store import Store
from heliograph.wire.clients import Client
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, who: str, brand_id: str | None, page: Page) -> Slice[Client]:
    """A page of a user's clients, oldest first.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return await store.snapshot(_page, tenant.app_id, who, brand_id, page)


async def _page(reader: Reader, app_id: str, who: str, brand_id: str | None, page: Page) -> Slice[Client]:
    user = await users.find(reader, app_id, who, brand_id)
    found = await clients.page(reader, app_id, user.id, page)
    return Slice([views.client(one) for one in found.records], found.precedes, found.follows)


async def remove(store: Store, tenant: Tenant, who: str, brand_id: str | None, client_id: str) -> None:
    """Remove a client and end its associations with conversations.

    Raises:
        UserNotFound, ClientNotFound: it does not exist in this app.
        BadRequest: it is the SDK client.
    """
    await store.write(_remove, tenant, who, brand_id, client_id)


async def _remove(tx: Tx, tenant: Tenant, who: str, brand_id: str | None, client_id: str) -> None:
    seats = await lock_seats(tx, tenant.app_id, (await users.find(tx, tenant.app_id, who, brand_id)).id)
    if seats is None:
        raise UserNotFound
    if (client := await clients.get(tx, tenant.app_id, seats.user.id, client_id)) is None:
        raise ClientNotFound
    if client.type == "sdk":
        raise BadRequest("Cannot remove a client of type 'sdk'")
    changes = Changes(tx.now)
    for participant in seats.participants:
        changes.end_association(seats.conversations[participant.conversation_id], participant, client_id)
    client_removed(changes.journal, tenant, seats.user, client)
    await changes.save(tx)
    await clients.remove(tx, tenant.app_id, seats.user.id, client_id)
