"""Events of messages."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import brief_user, full_author, truncated
from heliograph.domain.origins import Origin
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import AuthorWebhook
from heliograph.wire.events import ConversationMessagePayload, MessageWebhook
from heliograph.wire.messages import Message


def message_posted(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser | None,
    message: Message,
    origin: Origin,
) -> None:
    """A message was posted by a user or, without one, by the business."""
    payload = ConversationMessagePayload(conversation=truncated(conversation), message=_message(message, user))
    journal.record(
        tenant,
        "conversation:message",
        payload,
        conversation=conversation,
        in_full=partial(_in_full, payload, user) if user else None,
        full_source=origin.full_source,
    )


def _message(message: Message, user: StoredUser | None) -> MessageWebhook:
    author = message.author
    return MessageWebhook(
        id=message.id,
        received=message.received,
        author=AuthorWebhook(
            type=author.type,
            subtypes=author.subtypes,
            user_id=author.user_id,
            display_name=author.display_name,
            avatar_url=author.avatar_url,
            user=brief_user(user) if user else None,
        ),
        content=message.content,
        source=message.source,
        quoted_message=message.quoted_message,
        metadata=message.metadata,
    )


def _in_full(payload: ConversationMessagePayload, user: StoredUser) -> ConversationMessagePayload:
    message = payload.message
    return replace(payload, message=replace(message, author=full_author(message.author, user)))
