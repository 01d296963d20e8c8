"""The verbs of conversations."""

from __future__ import annotations

from copy import copy
from typing import Any

from msgspec import UNSET

from heliograph import ids
from heliograph.domain import controllers, metadata, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.conversations import conversation_created, conversation_removed
from heliograph.domain.facts import FactBook
from heliograph.domain.last_seen import see
from heliograph.domain.loading import load_conversation, load_named_user, load_user
from heliograph.domain.origins import API, Origin, load_origin
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, TooManyParticipants
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, conversations, participants, switchboards, users
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire.conversations import PERSONAL, Conversation, ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.events import Referral
from heliograph.wire.inbound import BeginConversationBody
from heliograph.wire.paging import Page, Slice
from heliograph.wire.participants import ParticipantBody

_OWNER = "Conversation"


async def create(store: Store, tenant: Tenant, body: ConversationCreateBody, limit: int) -> Conversation:
    """Create a conversation with its first participants. A user who is named twice becomes one participant.

    Raises:
        BadRequest: the metadata is too large, or there are more users than the limit allows.
        UserNotFound: a user is not in this app.
    """
    # Validation errors take precedence over 404s.
    checked = metadata.without_nulls(body.metadata, _OWNER)
    return views.conversation(await store.write(add, tenant, body, checked, limit))


async def add(
    tx: Tx,
    tenant: Tenant,
    body: ConversationCreateBody,
    metadata: dict[str, Any] | None,
    limit: int,
    id: str | None = None,
) -> StoredConversation:
    """Store a conversation with its first participants, with a new id unless one is given.

    Raises:
        TooManyParticipants, UserNotFound: as `create`.
    """
    lock = Lock.CHANGE if body.type == PERSONAL else Lock.KEEP
    members = await _members(tx, tenant, body.participants or [], lock)
    if len(members) > limit:
        raise TooManyParticipants
    conversation = _new(tx.now, tenant, body)
    conversation.id = id or conversation.id
    conversation.metadata = metadata
    await _assign_responder(tx, conversation, API)
    if body.type == PERSONAL:
        await _make_default(tx, conversation, members[0][0])
    facts = FactBook()
    facts.add_sdk_clients(await clients.sdk_clients(tx, [(user.app_id, user.id) for user, _ in members]))
    changes = Changes(tx.now, facts)
    changes.create_conversation(conversation)
    joined = [
        changes.admit(tenant, conversation, user, subscribe=subscribe, reason="create") for user, subscribe in members
    ]
    conversation_created(changes.journal, tenant, conversation, [user for user, _ in members], joined)
    await changes.save(tx)
    return conversation


async def begin(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: BeginConversationBody
) -> Conversation:
    """Begin a personal conversation as a user would do on a device or on a channel.

    Raises:
        UserNotFound, DeviceNotFound, ClientNotFound: it does not exist in this app.
    """
    return views.conversation(await store.write(_begin, tenant, id_or_external_id, brand_id, body))


async def _begin(
    tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, body: BeginConversationBody
) -> StoredConversation:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id, lock=Lock.CHANGE)
    origin = await load_origin(tx, user, body.device_id, body.client_id)
    conversation = _new(tx.now, tenant, ConversationCreateBody(type=PERSONAL))
    await _assign_responder(tx, conversation, origin)
    await _make_default(tx, conversation, user)
    changes = Changes(tx.now)
    changes.create_conversation(conversation)
    participant = changes.admit(tenant, conversation, user, subscribe=False, reason="create")
    origin = await see(tx, tenant, origin, conversation, participant, changes)
    referral = None if body.referral is None else Referral(code=body.referral.code, details=body.referral.details)
    conversation_created(changes.journal, tenant, conversation, [user], [participant], body.reason, origin, referral)
    await changes.save(tx)
    return conversation


def _new(now: int, tenant: Tenant, body: ConversationCreateBody) -> StoredConversation:
    """A conversation without participants and metadata."""
    return StoredConversation(
        app_id=tenant.app_id,
        id=ids.new(),
        type=body.type,
        is_default=False,
        participant_count=0,
        message_seq=0,
        last_updated_at=now,
        business_last_read=None,
        display_name=body.display_name,
        description=body.description,
        icon_url=body.icon_url,
        metadata=None,
        created_at=now,
    )


async def _make_default(tx: Tx, conversation: StoredConversation, user: StoredUser) -> None:
    """Make a personal conversation the default one of its user, if the user has none."""
    if user.default_conversation_id is None:
        conversation.is_default = True
        user.default_conversation_id = conversation.id
        await users.change(tx, user)


async def _assign_responder(tx: Tx, conversation: StoredConversation, origin: Origin) -> None:
    """Give control of a new conversation to the responder of its origin."""
    if (switchboard := await switchboards.of_app(tx, conversation.app_id)) is not None:
        conversation.switchboard = switchboard.state
        if (responder := controllers.responder(conversation, origin.responder_id)) is not None:
            conversation.active_id = responder.id


async def _members(tx: Tx, tenant: Tenant, named: list[ParticipantBody], lock: Lock) -> list[tuple[StoredUser, bool]]:
    """The named users without duplicates, and whether to subscribe their SDK client."""
    members: dict[str, tuple[StoredUser, bool]] = {}
    for one in named:
        user = await load_named_user(tx, tenant.app_id, one.user_id, one.user_external_id, lock=lock)
        before = user.id in members and members[user.id][1]
        members[user.id] = (user, before or bool(one.subscribe_sdk_client))
    return list(members.values())


async def get(store: Store, tenant: Tenant, conversation_id: str) -> Conversation:
    """A conversation.

    Raises:
        ConversationNotFound: it does not exist in this app.
    """
    return views.conversation(await store.read(load_conversation, tenant.app_id, conversation_id))


async def page_of_user(
    store: Store, tenant: Tenant, user_id: str | None, external_id: str | None, page: Page
) -> Slice[Conversation]:
    """A page of the conversations that a user is in, in the order of their ids.

    Raises:
        BadRequest: not exactly one of the two ids is given.
        UserNotFound: the user does not exist in this app.
    """
    if (user_id is None) == (external_id is None):
        raise BadRequest("exactly one of filter[userId], filter[userExternalId] is required")
    return await store.snapshot(_page_of_user, tenant.app_id, user_id, external_id, page)


async def _page_of_user(
    reader: Reader, app_id: str, user_id: str | None, external_id: str | None, page: Page
) -> Slice[Conversation]:
    user = await load_named_user(reader, app_id, user_id, external_id)
    found = await participants.membership_page(reader, app_id, user.id, page)
    stored = await conversations.get_many(reader, [(app_id, conversation_id) for conversation_id in found.records])
    by_id = {one.id: one for one in stored}
    return found.holding([views.conversation(by_id[one]) for one in found.records])


async def update(store: Store, tenant: Tenant, conversation_id: str, body: ConversationUpdateBody) -> Conversation:
    """Change the fields that the body has; null clears a field.

    Raises:
        BadRequest: the metadata would be too large.
        ConversationNotFound: it does not exist in this app.
    """
    return views.conversation(await store.write(_update, tenant, conversation_id, body))


async def _update(tx: Tx, tenant: Tenant, conversation_id: str, body: ConversationUpdateBody) -> StoredConversation:
    conversation = await load_conversation(tx, tenant.app_id, conversation_id, lock=Lock.CHANGE)
    before = copy(conversation)
    if body.display_name is not UNSET:
        conversation.display_name = body.display_name
    if body.description is not UNSET:
        conversation.description = body.description
    if body.icon_url is not UNSET:
        conversation.icon_url = body.icon_url
    conversation.metadata = metadata.merged(conversation.metadata, body.metadata, _OWNER)
    await conversations.change(tx, before, conversation)
    return conversation


async def delete(store: Store, tenant: Tenant, conversation_id: str) -> None:
    """Delete a conversation with its participants and messages.

    Raises:
        BadRequest: it is the default conversation of its user.
        ConversationNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, conversation_id)


async def _delete(tx: Tx, tenant: Tenant, conversation_id: str) -> None:
    conversation = await load_conversation(tx, tenant.app_id, conversation_id, lock=Lock.REMOVE)
    if conversation.is_default:
        raise BadRequest(f"Conversation {conversation.id} cannot be deleted because it is the default.")
    changes = Changes(tx.now)
    changes.delete_conversation(tenant, conversation)
    conversation_removed(changes.journal, tenant, conversation)
    await changes.save(tx)
