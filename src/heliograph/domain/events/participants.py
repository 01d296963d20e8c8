"""Events of participants."""

from __future__ import annotations

from typing import Literal

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import brief_user, truncated
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.events import MembershipPayload


def membership_changed(
    journal: Journal,
    tenant: Tenant,
    type: Literal["conversation:join", "conversation:leave"],
    conversation: StoredConversation,
    user: StoredUser,
    participant: StoredParticipant,
) -> None:
    """A user joined or left a group."""
    payload = MembershipPayload(conversation=truncated(conversation), user=brief_user(user))
    journal.record(tenant, type, payload, conversation=conversation, user_id=user.id, members=[participant])
