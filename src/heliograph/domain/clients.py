"""The verbs of clients."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain import contents, links, stand_ins, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.clients import client_added, client_removed, client_updated
from heliograph.domain.links import Parties
from heliograph.domain.loading import load_client, load_user
from heliograph.domain.seats import load_seats
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, ConversationNotFound, IntegrationNotFound, NotAMember
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, integrations
from heliograph.storage.rows.addresses import ClientAddress
from heliograph.storage.rows.clients import StoredClient, StoredLink
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.store import Store
from heliograph.wire.clients import Client, ClientType
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.events import Problem
from heliograph.wire.linking import ClientCreateBody, ClientOutcomeBody, MailgunCriteriaBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.paging import Page, Slice

_NOT_PERSONAL = f"target.conversationId should be of a conversation of type {PERSONAL}"
_ENCODER = msgspec.json.Encoder()


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


class LinkRequest(Struct, frozen=True):
    """A request to link a channel to a user. `sent` is what the channel is to send, as JSON, or None."""

    type: ClientType
    external_id: str
    display_name: str
    address: ClientAddress
    link: StoredLink
    sent: Raw | None


async def create(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: ClientCreateBody
) -> Client:
    """Create a pending client, or find the client that an earlier request has created.

    Raises:
        BadRequest: the conversation is not personal, the integration is of another type, or the message breaks a rule.
        UserNotFound, ConversationNotFound, NotAMember, IntegrationNotFound: it does not exist in this app.
    """
    return await store.write(_create, tenant, id_or_external_id, brand_id, _request(tenant, body))


def _request(tenant: Tenant, body: ClientCreateBody) -> LinkRequest:
    criteria = body.match_criteria
    given = criteria.address if isinstance(criteria, MailgunCriteriaBody) else criteria.phone_number
    external_id = given if isinstance(criteria, MailgunCriteriaBody) else "".join(given.replace("-", "").split())
    link = StoredLink(body.target.conversation_id, body.confirmation.type, primary=criteria.primary is not False)
    return LinkRequest(
        type=criteria.__struct_config__.tag,  # type: ignore[arg-type]
        external_id=external_id,
        display_name=given,
        address=ClientAddress(criteria.integration_id, external_id.lower()),
        link=link,
        sent=_sent(tenant, body, external_id),
    )


def _sent(tenant: Tenant, body: ClientCreateBody, external_id: str) -> Raw | None:
    """The confirmation message as the channel is to send it."""
    message, criteria = body.confirmation.message, body.match_criteria
    if message is None:
        return None
    sent = {"to": external_id, "message": _message(tenant, message)}
    if isinstance(criteria, MailgunCriteriaBody) and criteria.subject is not None:
        sent["subject"] = criteria.subject
    return Raw(_ENCODER.encode(sent))


def _message(tenant: Tenant, message: MessagePost) -> dict[str, object]:
    author = {"displayName": message.author.display_name, "avatarUrl": message.author.avatar_url}
    shown = {name: value for name, value in author.items() if value is not None}
    content = contents.to_api(message.content, {}, masks_cards=tenant.masks_cards)
    return {"author": {"type": message.author.type, **shown}, "content": content}


async def _create(tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, request: LinkRequest) -> Client:
    # The lock keeps the integration from being deleted. Integrations are locked before conversations and users.
    integration = await integrations.get(tx, tenant.app_id, request.address.integration_id, lock=Lock.KEEP)
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id)
    changes = Changes(tx.now)
    key = (tenant.app_id, user.id)
    parties = await links.lock_parties(tx, changes, key, request.link.conversation_id, request.address)
    conversation = _require_target(parties)
    _require_channel(integration, request)
    client = await clients.of_address(tx, tenant.app_id, user.id, request.address)
    if client is None:
        shown = await _add(tx, changes, tenant, parties, conversation, request)
    else:
        _attach_again(changes, tenant, parties, client, request)
        shown = views.client(client)
    await changes.save(tx)
    return shown


def _require_target(parties: Parties) -> StoredConversation:
    if parties.conversation is None:
        raise ConversationNotFound
    if parties.conversation.type != PERSONAL:
        raise BadRequest(_NOT_PERSONAL)
    if parties.participant is None:
        raise NotAMember
    return parties.conversation


def _require_channel(integration: StoredIntegration | None, request: LinkRequest) -> None:
    if integration is None:
        raise IntegrationNotFound
    if integration.type != request.type:
        raise BadRequest(f"matchCriteria.integrationId should be of an integration of type {request.type}")


async def _add(
    tx: Tx,
    changes: Changes,
    tenant: Tenant,
    parties: Parties,
    conversation: StoredConversation,
    request: LinkRequest,
) -> Client:
    """Add a pending client, and apply what its channel does immediately. Returns the client as it was before that."""
    client = StoredClient(
        id=ids.new(),
        app_id=tenant.app_id,
        user_id=parties.user.id,
        type=request.type,
        status="pending",
        integration_id=request.address.integration_id,
        external_id=request.external_id,
        linked_at=tx.now,
        display_name=request.display_name,
        address=request.address.address,
        link=request.link,
    )
    shown = views.client(client)
    await clients.add(tx, [client])
    client_added(changes.journal, tenant, parties.user, client, conversation)
    if request.sent is not None:
        changes.send(conversation, client.id, "confirmation", request.sent)
    if not stand_ins.has_recipient(request.address.address):
        await links.end(tx, changes, tenant, parties, client, "linkFailed", links.NO_RECIPIENT)
    elif request.link.confirmation == "immediate":
        await links.complete(tx, changes, tenant, parties, client)
    else:
        client_updated(changes.journal, tenant, parties.user, client, "matched", conversation)
    return shown


def _attach_again(
    changes: Changes, tenant: Tenant, parties: Parties, client: StoredClient, request: LinkRequest
) -> None:
    """Associate a client that is active already with the conversation of another request."""
    if client.status != "active" or not links.attach(changes, parties, client, first=request.link.primary):
        return
    client_updated(changes.journal, tenant, parties.user, client, "confirmed", parties.conversation)
    if request.sent is not None and parties.conversation is not None:
        changes.send(parties.conversation, client.id, "confirmation", request.sent)


async def settle(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, client_id: str, body: ClientOutcomeBody
) -> Client:
    """Apply an outcome that a channel or its user caused; returns the changed client, or the removed client.

    Raises:
        UserNotFound, ClientNotFound: it does not exist in this app.
        Conflict: the outcome cannot follow the status of the client.
    """
    return await store.write(_settle, tenant, id_or_external_id, brand_id, client_id, body)


async def _settle(
    tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, client_id: str, body: ClientOutcomeBody
) -> Client:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id)
    known = await load_client(tx, tenant.app_id, user.id, client_id)
    changes = Changes(tx.now)
    conversation_id = known.link.conversation_id if known.link else ""
    address = known.client_address if body.outcome == "confirmed" else None
    parties = await links.lock_parties(tx, changes, (tenant.app_id, user.id), conversation_id, address)
    # It may have changed before the user was locked.
    client = await load_client(tx, tenant.app_id, user.id, client_id)
    error = None if body.error is None else Problem(code=body.error.code, message=body.error.message)
    settled = await links.settle(tx, changes, tenant, parties, client, body.outcome, error)
    await changes.save(tx)
    return views.client(settled)


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
        changes.end_associations(seats.conversations[participant.conversation_id], participant, (client_id,))
    client_removed(changes.journal, tenant, seats.user, client)
    await changes.save(tx)
    await clients.remove(tx, tenant.app_id, client)
