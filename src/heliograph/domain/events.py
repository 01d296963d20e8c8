"""Events: what is recorded of each change, and how webhooks will show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from heliograph import ids
from heliograph.domain import metadata
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.rows import users
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.log_rows import StoredEvent
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire import events as wire
from heliograph.wire import times
from heliograph.wire.activities import READ, Activity, ActivityType
from heliograph.wire.authors import BUSINESS, USER, AuthorWebhook, Source
from heliograph.wire.base import Answer
from heliograph.wire.clients import Client
from heliograph.wire.conversations import PERSONAL, ConversationTruncated
from heliograph.wire.messages import Message
from heliograph.wire.users import Profile, UserWebhook

_SOURCE = Source(type="api")
API_CONVERSATIONS = Source(type="api:conversations")
"""The source of messages and activities that came through this API."""
_AUTHORED: dict[wire.EventType, str] = {
    "conversation:message": "message",
    "conversation:read": "activity",
    "conversation:typing": "activity",
}
_ABOUT_A_USER: tuple[wire.EventType, ...] = ("conversation:create", "user:update")


class Journal:
    """The events of a transaction, in the order in which they happened.

    `in_full` makes, by event id, the payload for webhooks that ask for full users, where that is another one.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self.events: list[StoredEvent] = []
        self.in_full: dict[str, Callable[[], Answer]] = {}

    def joined(
        self, tenant: Tenant, conversation: StoredConversation, user: StoredUser, participant: StoredParticipant
    ) -> None:
        """A user joined a group."""
        payload = wire.MembershipPayload(conversation=_conversation(conversation), user=_user(user))
        self._record(tenant, "conversation:join", payload, conversation.id, user.id, [participant])

    def left(
        self, tenant: Tenant, conversation: StoredConversation, user: StoredUser, participant: StoredParticipant
    ) -> None:
        """A user left a group."""
        payload = wire.MembershipPayload(conversation=_conversation(conversation), user=_user(user))
        self._record(tenant, "conversation:leave", payload, conversation.id, user.id, [participant])

    def conversation_created(
        self,
        tenant: Tenant,
        conversation: StoredConversation,
        users: Sequence[StoredUser],
        participants: Sequence[StoredParticipant],
    ) -> None:
        """A conversation was created, with these participants in it from the start."""
        user = users[0] if conversation.type == PERSONAL else None
        payload = wire.ConversationCreatePayload(
            conversation=_conversation(conversation),
            creation_reason="none",
            source=_SOURCE,
            user=_user(user) if user else None,
        )
        full = partial(_full_subject, payload, user) if user else None
        self._record(
            tenant, "conversation:create", payload, conversation.id, user.id if user else None, participants, full=full
        )

    def conversation_removed(self, tenant: Tenant, conversation: StoredConversation) -> None:
        """A conversation was deleted."""
        payload = wire.ConversationRemovePayload(conversation=_conversation(conversation))
        self._record(tenant, "conversation:remove", payload, conversation.id, None)

    def said(self, tenant: Tenant, conversation: StoredConversation, user: StoredUser | None, message: Message) -> None:
        """A message was posted, by a user or, without one, by the business."""
        author = message.author
        shown = wire.MessageWebhook(
            id=message.id,
            received=message.received,
            author=AuthorWebhook(
                type=author.type,
                subtypes=author.subtypes,
                user_id=author.user_id,
                display_name=author.display_name,
                avatar_url=author.avatar_url,
                user=_user(user) if user else None,
            ),
            content=message.content,
            source=message.source,
            metadata=message.metadata,
        )
        payload = wire.ConversationMessagePayload(conversation=_conversation(conversation), message=shown)
        full = partial(_full_message, payload, user) if user else None
        self._record(tenant, "conversation:message", payload, conversation.id, None, full=full)

    def acted(
        self, tenant: Tenant, conversation: StoredConversation, user: StoredUser | None, type: ActivityType
    ) -> None:
        """A user or, without one, the business has read the conversation, or is typing, or is not any more."""
        author = (
            AuthorWebhook(type=BUSINESS)
            if user is None
            else AuthorWebhook(type=USER, user_id=user.id, user=_user(user))
        )
        payload = wire.ActivityPayload(
            conversation=_conversation(conversation),
            activity=Activity(type=type, source=API_CONVERSATIONS, author=author),
        )
        full = partial(_full_activity, payload, user) if user else None
        event: wire.EventType = "conversation:read" if type == READ else "conversation:typing"
        self._record(tenant, event, payload, conversation.id, None, full=full)

    def client_added(self, tenant: Tenant, user: StoredUser, client: StoredClient) -> None:
        """An SDK client was made for a user."""
        payload = wire.ClientAddPayload(
            user=_user(user), client=shown_client(client), reason="sdkLogin", source=_SOURCE
        )
        self._record(tenant, "client:add", payload, None, user.id)

    def client_removed(self, tenant: Tenant, user: StoredUser, client: StoredClient) -> None:
        """A client was removed."""
        payload = wire.ClientRemovePayload(user=_user(user), client=shown_client(client), reason="api", source=_SOURCE)
        self._record(tenant, "client:remove", payload, None, user.id)

    def user_updated(self, tenant: Tenant, user: StoredUser) -> None:
        """A user was changed."""
        payload = wire.UserUpdatePayload(user=_user(user), source=_SOURCE)
        self._record(tenant, "user:update", payload, None, user.id, full=partial(_full_subject, payload, user))

    def user_removed(self, tenant: Tenant, user: StoredUser) -> None:
        """A user was deleted."""
        self._record(tenant, "user:remove", wire.UserRemovePayload(user=_user(user)), None, user.id)

    def _record(
        self,
        tenant: Tenant,
        type: wire.EventType,
        payload: Answer,
        conversation_id: str | None,
        user_id: str | None,
        members: Sequence[StoredParticipant] | None = None,
        *,
        full: Callable[[], Answer] | None = None,
    ) -> None:
        """Record an event; `full` makes the payload for webhooks that ask for full users, where that is another one."""
        id = ids.new()
        if full is not None:
            self.in_full[id] = full
        pairs = None if members is None else msgspec.json.encode([(one.id, one.user_id) for one in members]).decode()
        self.events.append(
            StoredEvent(
                id=id,
                app_id=tenant.app_id,
                type=type,
                conversation_id=conversation_id,
                user_id=user_id,
                members=pairs,
                key_id=tenant.key_id,
                created_at=self.now,
                payload=msgspec.json.encode(payload).decode(),
            )
        )


async def show_full_users(reader: Reader, app_id: str, events: Sequence[StoredEvent]) -> None:
    """Complete the users in the payloads of these events, as `include_full_user` does for a webhook.

    A payload that was stored in full is taken; otherwise the user is the present one, if it still exists.
    """
    missing: list[tuple[StoredEvent, dict[str, Any], dict[str, Any]]] = []
    for event in events:
        if event.full_payload is not None:
            event.payload = event.full_payload
        elif event.type in _AUTHORED or event.type in _ABOUT_A_USER:
            payload = msgspec.json.decode(event.payload)
            if user := _holder_of_user(event.type, payload).get("user"):
                missing.append((event, payload, user))
    keys = sorted({(app_id, user["id"]) for _, _, user in missing})
    found = {user.id: user for user in await users.get_many(reader, keys)} if keys else {}
    for event, payload, user in missing:
        if user["id"] in found:
            user.update(msgspec.to_builtins(_full_user(found[user["id"]])))
            event.payload = msgspec.json.encode(payload).decode()


def _holder_of_user(type: wire.EventType, payload: dict[str, Any]) -> dict[str, Any]:
    holder: dict[str, Any] = payload[_AUTHORED[type]]["author"] if type in _AUTHORED else payload
    return holder


def shown_client(client: StoredClient) -> Client:
    """A client as answers and webhooks show it."""
    return Client(
        id=client.id,
        type=client.type,
        status=client.status,
        integration_id=client.integration_id,
        external_id=client.external_id,
        last_seen=times.to_text(client.last_seen) if client.last_seen is not None else None,
        linked_at=times.to_text(client.linked_at) if client.linked_at is not None else None,
        display_name=client.display_name,
        avatar_url=client.avatar_url,
        info=msgspec.json.decode(client.info) if client.info else None,
        raw=msgspec.json.decode(client.raw) if client.raw else None,
    )


def _conversation(conversation: StoredConversation) -> ConversationTruncated:
    return ConversationTruncated(
        id=conversation.id, type=conversation.type, metadata=metadata.shown(conversation.metadata) or None
    )


def _user(user: StoredUser) -> UserWebhook:
    return UserWebhook(
        id=user.id, authenticated=bool(user.authenticated), external_id=user.external_id, brand_id=user.brand_id
    )


def _full_subject(
    payload: wire.ConversationCreatePayload | wire.UserUpdatePayload, user: StoredUser
) -> wire.ConversationCreatePayload | wire.UserUpdatePayload:
    return replace(payload, user=_full_user(user))


def _full_message(payload: wire.ConversationMessagePayload, user: StoredUser) -> wire.ConversationMessagePayload:
    message = payload.message
    return replace(payload, message=replace(message, author=_full_author(message.author, user)))


def _full_activity(payload: wire.ActivityPayload, user: StoredUser) -> wire.ActivityPayload:
    activity = payload.activity
    return replace(payload, activity=replace(activity, author=_full_author(activity.author, user)))


def _full_author(author: AuthorWebhook, user: StoredUser) -> AuthorWebhook:
    return replace(author, user=_full_user(user))


def _full_user(user: StoredUser) -> UserWebhook:
    return replace(
        _user(user),
        signed_up_at=times.to_text(user.signed_up_at),
        to_be_retained=None if user.to_be_retained is None else bool(user.to_be_retained),
        profile=msgspec.json.decode(user.profile, type=Profile),
        metadata=metadata.shown(user.metadata),
        identities=[],
    )
