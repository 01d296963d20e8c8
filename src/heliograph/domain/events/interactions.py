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
from heliograph.wire.events import ConversationPostbackPayload, ConversationReferralPayload, PostbackWebhook, Referral


def postback_sent(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser,
    postback: PostbackWebhook,
    origin: Origin,
) -> None:
    """A user pressed a postback button."""
    payload = ConversationPostbackPayload(
        postback=postback, conversation=truncated(conversation), user=brief_user(user), source=origin.source
    )
    journal.record(
        tenant,
        "conversation:postback",
        payload,
        conversation=conversation,
        in_full=partial(_postback_in_full, payload, user),
        full_source=origin.full_source,
    )


def referred(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser,
    referral: Referral,
    origin: Origin,
) -> None:
    """A user was referred to a conversation."""
    payload = ConversationReferralPayload(
        conversation=truncated(conversation), user=brief_user(user), source=origin.source, referral=referral
    )
    journal.record(
        tenant,
        "conversation:referral",
        payload,
        conversation=conversation,
        in_full=partial(_referral_in_full, payload, user),
        full_source=origin.full_source,
    )


def _postback_in_full(payload: ConversationPostbackPayload, user: StoredUser) -> ConversationPostbackPayload:
    return replace(payload, user=full_user(user))


def _referral_in_full(payload: ConversationReferralPayload, user: StoredUser) -> ConversationReferralPayload:
    return replace(payload, user=full_user(user))
