"""Events of clients. They are about the user, so that all events of a client are delivered in order."""

from __future__ import annotations

from heliograph.domain import views
from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE, brief_user, truncated
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Source
from heliograph.wire.conversations import ConversationTruncated
from heliograph.wire.events import (
    ClientAddPayload,
    ClientRemovePayload,
    ClientRemoveReason,
    ClientUpdatePayload,
    ClientUpdateReason,
    Problem,
)


def client_added(
    journal: Journal,
    tenant: Tenant,
    user: StoredUser,
    client: StoredClient,
    linked_to: StoredConversation | None = None,
    source: Source = SOURCE,
) -> None:
    """A client of a user was created: by a link request for this conversation or, without one, for an SDK."""
    payload = ClientAddPayload(
        user=brief_user(user),
        client=views.client(client),
        reason="sdkLogin" if linked_to is None else "channelLinking",
        source=source,
        conversation=_truncated(linked_to),
    )
    journal.record(tenant, "client:add", payload, user_id=user.id)


def client_updated(
    journal: Journal,
    tenant: Tenant,
    user: StoredUser,
    client: StoredClient,
    reason: ClientUpdateReason,
    conversation: StoredConversation | None,
) -> None:
    """The status of a client changed, or its channel has found the user."""
    payload = ClientUpdatePayload(
        user=brief_user(user), client=views.client(client), reason=reason, conversation=_truncated(conversation)
    )
    journal.record(tenant, "client:update", payload, user_id=user.id)


def client_removed(
    journal: Journal,
    tenant: Tenant,
    user: StoredUser,
    client: StoredClient,
    reason: ClientRemoveReason = "api",
    *,
    conversation: StoredConversation | None = None,
    error: Problem | None = None,
) -> None:
    """A client of a user was removed."""
    payload = ClientRemovePayload(
        user=brief_user(user),
        client=views.client(client),
        reason=reason,
        source=SOURCE,
        conversation=_truncated(conversation),
        error=error,
    )
    journal.record(tenant, "client:remove", payload, user_id=user.id)


def _truncated(conversation: StoredConversation | None) -> ConversationTruncated | None:
    return None if conversation is None else truncated(conversation)
