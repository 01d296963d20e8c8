"""Conversations and users as the payloads of events show them."""

from __future__ import annotations

from msgspec.structs import replace

from heliograph.domain import controllers, views
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import AuthorWebhook, Source
from heliograph.wire.conversations import ConversationTruncated
from heliograph.wire.users import UserWebhook

SOURCE = Source(type="api")
"""The source of changes that are made through the API."""


def truncated(conversation: StoredConversation) -> ConversationTruncated:
    """A conversation, as payloads show it."""
    shown = ConversationTruncated(id=conversation.id, type=conversation.type, metadata=conversation.metadata or None)
    if controllers.enabled(conversation) is not None:
        shown.active_switchboard_integration = controllers.to_api(controllers.active(conversation))
        shown.pending_switchboard_integration = controllers.to_api(controllers.pending(conversation))
    return shown


def brief_user(user: StoredUser) -> UserWebhook:
    """A user, for webhooks without `includeFullUser`."""
    return UserWebhook(
        id=user.id,
        authenticated=user.authenticated,
        external_id=user.external_id,
        zendesk_id=user.zendesk_id,
        brand_id=user.brand_id,
    )


def full_user(user: StoredUser) -> UserWebhook:
    """A user, for webhooks with `includeFullUser`."""
    full = views.user(user)
    return replace(
        brief_user(user),
        signed_up_at=full.signed_up_at,
        to_be_retained=full.to_be_retained,
        profile=full.profile,
        metadata=full.metadata,
        identities=full.identities,
    )


def full_author(author: AuthorWebhook, user: StoredUser) -> AuthorWebhook:
    """The author of a message or an activity, for webhooks with `includeFullUser`."""
    return replace(author, user=full_user(user))
