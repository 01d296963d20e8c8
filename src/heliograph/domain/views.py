"""Stored rows as responses show them: participants, conversations, messages, users and clients."""

from __future__ import annotations

from typing import Any

from msgspec import Raw

from heliograph.domain import controllers
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire import times
from heliograph.wire.authors import Author, Source
from heliograph.wire.base import encoded
from heliograph.wire.clients import Client
from heliograph.wire.contents import Content
from heliograph.wire.conversations import Conversation
from heliograph.wire.devices import Device
from heliograph.wire.messages import Message, QuotedMessage
from heliograph.wire.participants import Participant
from heliograph.wire.users import Profile, User

API_CONVERSATIONS = Source(type="api:conversations")
"""The source of messages and activities that are posted through this API."""


def participant(stored: StoredParticipant, conversation: StoredConversation) -> Participant:
    """A participant, with the number of messages that it has not read."""
    return Participant(
        id=stored.id,
        user_id=stored.user_id,
        unread_count=conversation.message_seq - max(stored.seen_seq, conversation.floor_seq),
        client_associations=stored.client_associations,
        user_external_id=stored.user_external_id,
        last_read=times.optional_text(stored.last_read),
    )


def conversation(stored: StoredConversation) -> Conversation:
    """A conversation."""
    return Conversation(
        id=stored.id,
        type=stored.type,
        is_default=stored.is_default,
        last_updated_at=times.to_text(stored.last_updated_at),
        created_at=times.to_text(stored.created_at),
        metadata=stored.metadata or None,
        active_switchboard_integration=controllers.to_api(controllers.active(stored)),
        pending_switchboard_integration=controllers.to_api(controllers.pending(stored)),
        display_name=stored.display_name,
        description=stored.description,
        icon_url=stored.icon_url,
        business_last_read=times.optional_text(stored.business_last_read),
    )


def message(
    id: str,
    received: int,
    author: Author,
    content: Raw,
    metadata: Raw | None,
    source: Source,
    quoted: QuotedMessage | None,
) -> Message:
    """A message. The content and the metadata are JSON."""
    return Message(
        id=id,
        received=times.to_text(received),
        author=author,
        content=encoded(Content, content),
        source=source,
        quoted_message=quoted,
        metadata=None if metadata is None else encoded(dict[str, Any], metadata),
    )


def user(stored: StoredUser) -> User:
    """A user."""
    return User(
        id=stored.id,
        authenticated=stored.authenticated,
        signed_up_at=times.to_text(stored.signed_up_at),
        profile=encoded(Profile, stored.profile),
        metadata=encoded(dict[str, Any], stored.metadata),
        identities=stored.identities,
        external_id=stored.external_id,
        zendesk_id=stored.zendesk_id,
        brand_id=stored.brand_id,
        to_be_retained=stored.to_be_retained,
    )


def device(stored: StoredDevice) -> Device:
    """A device of a user."""
    return Device(
        id=stored.id,
        type=stored.type,
        guid=stored.guid,
        client_id=stored.client_id,
        status=stored.status,
        integration_id=stored.integration_id,
        last_seen=times.to_text(stored.last_seen),
        push_notification_token=stored.push_notification_token,
        info=stored.info,
        app_version=stored.app_version,
    )


def client(stored: StoredClient) -> Client:
    """A client of a user. A pending one does not show the address that the link request names."""
    if stored.status == "pending":
        return Client(id=stored.id, type=stored.type, status=stored.status, integration_id=stored.integration_id)
    return Client(
        id=stored.id,
        type=stored.type,
        status=stored.status,
        integration_id=stored.integration_id,
        external_id=stored.external_id,
        last_seen=times.optional_text(stored.last_seen),
        linked_at=times.optional_text(stored.linked_at),
        display_name=stored.display_name,
        avatar_url=stored.avatar_url,
        info=stored.info,
        raw=stored.raw,
    )
