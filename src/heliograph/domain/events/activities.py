"""Events of activities: reading and typing."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import brief_user, full_author, truncated
from heliograph.domain.origins import Origin
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.activities import READ, Activity, ActivityType
from heliograph.wire.authors import BUSINESS, USER, AuthorWebhook
from heliograph.wire.events import ActivityPayload


def activity_posted(
    journal: Journal,
    tenant: Tenant,
    conversation: StoredConversation,
    user: StoredUser | None,
    type: ActivityType,
    origin: Origin,
) -> None:
    """A user or, without one, the business has read the conversation, or starts or stops typing."""
    author = (
        AuthorWebhook(type=BUSINESS)
        if user is None
        else AuthorWebhook(type=USER, user_id=user.id, user=brief_user(user))
    )
    payload = ActivityPayload(
        conversation=truncated(conversation),
        activity=Activity(type=type, source=origin.source, author=author),
    )
    journal.record(
        tenant,
        "conversation:read" if type == READ else "conversation:typing",
        payload,
        conversation=conversation,
        in_full=partial(_in_full, payload, user) if user else None,
        full_source=origin.full_source,
    )


def _in_full(payload: ActivityPayload, user: StoredUser) -> ActivityPayload:
    activity = payload.activity
    return replace(payload, activity=replace(activity, author=full_author(activity.author, user)))
