"""Events of postbacks and referrals."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import brief_user, full_user, truncated
from heliograph.domain.origins import Origin
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.event_types import EventType
from heliograph.wire.events import (
    ConversationPostbackPayload,
    ConversationReferralPayload,
    PostbackWebhook,
    Referral,
)


def user_interacted(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser,
    interaction: PostbackWebhook | Referral,
    origin: Origin,
) -> None:
    """A user pressed a postback button, or was referred to a conversation."""
    type: EventType
    payload: ConversationPostbackPayload | ConversationReferralPayload
    shown, brief = truncated(conversation), brief_user(user)
    if isinstance(interaction, PostbackWebhook):
        type = "conversation:postback"
        payload = ConversationPostbackPayload(
            postback=interaction, conversation=shown, user=brief, source=origin.source
        )
    else:
        type = "conversation:referral"
        payload = ConversationReferralPayload(
            conversation=shown, user=brief, source=origin.source, referral=interaction
        )
    journal.record(
        tenant,
        type,
        payload,
        conversation=conversation,
        in_full=partial(_in_full, payload, user),
        full_source=origin.full_source,
    )


def _in_full(
    payload: ConversationPostbackPayload | ConversationReferralPayload, user: StoredUser
) -> ConversationPostbackPayload | ConversationReferralPayload:
    return replace(payload, user=full_user(user))
