"""The verbs of clients."""

from __future__ import annotations

import msgspec

from heliograph.domain import users
from heliograph.domain.events import Journal, shown_client
from heliograph.domain.roster import seats_of, shown_associations
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, ClientNotFound, UserNotFound
from heliograph.storage import clients, conversations, events, participants
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire.clients import Client
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, who: str, brand_id: str | None, page: Page) -> Slice[Client]:
    """A page of a user's clients, oldest first.

    Raises:
        UserNotFound: there is no such user in this app.
    """
    return await store.snapshot(_page, tenant.app_id, who, brand_id, page)


async def _page(reader: Reader, app_id: str, who: str, brand_id: str | None, page: Page) -> Slice[Client]:
    user = await users.find(reader, app_id, who, brand_id)
    found = await clients.page(reader, app_id, user.id, page)
    return Slice([shown_client(one) for one in found.records], found.precedes, found.follows)


async def remove(store: Store, tenant: Tenant, who: str, brand_id: str | None, client_id: str) -> None:
    """Remove a client and end its associations with conversations.

    Raises:
        UserNotFound, ClientNotFound: there is no such thing in this app.
        BadRequest: it is the SDK client.
    """
    await store.write(_remove, tenant, who, brand_id, client_id)


async def _remove(tx: Tx, tenant: Tenant, who: str, brand_id: str | None, client_id: str) -> None:
    seats = await seats_of(tx, tenant.app_id, (await users.find(tx, tenant.app_id, who, brand_id)).id)
    if seats is None:
        raise UserNotFound
    user = seats.user
    if (client := await clients.get(tx, tenant.app_id, user.id, client_id)) is None:
        raise ClientNotFound
    if client.type == "sdk":
        raise BadRequest("Cannot remove a client of type 'sdk'")
    await _end_associations(tx, seats.participants, client_id)
    await clients.remove(tx, tenant.app_id, user.id, client_id)
    journal = Journal(tx.now)
    journal.client_removed(tenant, user, client)
    await events.add(tx, journal.events, journal.in_full)


async def _end_associations(tx: Tx, seats: list[StoredParticipant], client_id: str) -> None:
    changed = []
    for participant in seats:
        associations = shown_associations(participant.client_associations)
        left = [one for one in associations if one.client_id != client_id]
        if len(left) < len(associations):
            participant.client_associations = msgspec.json.encode(left).decode()
            changed.append(participant)
    await participants.set_associations(tx, changed)
    if changed:
        await conversations.touch(tx, changed[0].app_id, [participant.conversation_id for participant in changed])
