"""The verbs of clients."""

from __future__ import annotations

from heliograph.domain import views
from heliograph.domain.changes import Changes
from heliograph.domain.events.clients import client_removed
from heliograph.domain.loading import load_client, load_user
from heliograph.domain.seats import load_seats
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import clients
from heliograph.storage.store import Store
from heliograph.wire.clients import Client
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, page: Page) -> Slice[Client]:
    """A page of a user's clients, oldest first.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return await store.snapshot(_page, tenant.app_id, id_or_external_id, brand_id, page)


async def _page(reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None, page: Page) -> Slice[Client]:
    user = await load_user(reader, app_id, id_or_external_id, brand_id)
    found = await clients.page(reader, app_id, user.id, page)
    return found.holding([views.client(one) for one in found.records])


async def remove(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, client_id: str) -> None:
    """Remove a client and end its associations with conversations.

    Raises:
        UserNotFound, ClientNotFound: it does not exist in this app.
        BadRequest: it is the SDK client.
    """
    await store.write(_remove, tenant, id_or_external_id, brand_id, client_id)


async def _remove(tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, client_id: str) -> None:
    seats = await load_seats(tx, tenant.app_id, id_or_external_id, brand_id)
    client = await load_client(tx, tenant.app_id, seats.user.id, client_id)
    if client.type == "sdk":
        raise BadRequest("Cannot remove a client of type 'sdk'")
    changes = Changes(tx.now)
    for participant in seats.participants:
        changes.end_association(seats.conversations[participant.conversation_id], participant, client_id)
    client_removed(changes.journal, tenant, seats.user, client)
    await changes.save(tx)
    await clients.remove(tx, tenant.app_id, seats.user.id, client_id)
