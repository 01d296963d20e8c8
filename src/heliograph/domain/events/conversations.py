"""Events of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE, brief_user, full_user, truncated
from heliograph.domain.origins import API, Origin
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.events import ConversationCreatePayload, ConversationRemovePayload, CreationReason, Referral


def conversation_created(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    users: Sequence[StoredUser],
    participants: Sequence[StoredParticipant],
    reason: CreationReason = "none",
    origin: Origin = API,
    referral: Referral | None = None,
) -> None:
    """A conversation was created with these participants. The payload of a personal one shows its user."""
    user = users[0] if conversation.type == PERSONAL else None
    payload = ConversationCreatePayload(
        conversation=truncated(conversation),
        creation_reason=reason,
        source=origin.source if origin.client else SOURCE,
        referral=referral,
        user=brief_user(user) if user else None,
    )
    journal.record(
        tenant,
        "conversation:create",
        payload,
        conversation=conversation,
        user_id=user.id if user else None,
        members=participants,
        in_full=partial(_in_full, payload, user) if user else None,
        full_source=origin.full_source,
    )


def conversation_removed(journal: Journal, tenant: Tenant, conversation: StoredConversation) -> None:
    """A conversation was deleted."""
    payload = ConversationRemovePayload(conversation=truncated(conversation))
    journal.record(tenant, "conversation:remove", payload, conversation=conversation)


def _in_full(payload: ConversationCreatePayload, user: StoredUser) -> ConversationCreatePayload:
    return replace(payload, user=full_user(user))
