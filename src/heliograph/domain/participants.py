"""The verbs of participants."""

from __future__ import annotations

from heliograph.domain.membership import Join, Joined, Leave, Refused, membership
from heliograph.domain.roster import shown_associations
from heliograph.domain.tenants import Tenant
from heliograph.errors import ConversationNotFound
from heliograph.storage import conversations, participants
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Reader
from heliograph.storage.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.paging import Page, Slice
from heliograph.wire.participants import Participant, ParticipantJoinBody, ParticipantLeaveBody


async def join(
    store: Store, tenant: Tenant, conversation_id: str, body: ParticipantJoinBody, limit: int
) -> Participant:
    """Add a user to a group of at most `limit` participants; who is in it already stays the same participant.

    Raises:
        BadRequest: the conversation is not a group, or it is full.
        ConversationNotFound, UserNotFound: there is no such thing in this app.
    """
    outcome = await store.submit(
        membership,
        Join(
            tenant,
            conversation_id,
            body.user_id,
            body.user_external_id,
            bool(body.subscribe_sdk_client),
            limit,
        ),
    )
    if isinstance(outcome, Refused):
        raise outcome.error
    assert isinstance(outcome, Joined)
    return shown(outcome.participant, outcome.conversation)


async def leave(store: Store, tenant: Tenant, conversation_id: str, body: ParticipantLeaveBody) -> None:
    """Remove a user from a group.

    Raises:
        BadRequest: the conversation is not a group.
        ConversationNotFound, UserNotFound, NotAMember: there is no such thing in this app.
    """
    outcome = await store.submit(
        membership, Leave(tenant, conversation_id, body.user_id, body.user_external_id, body.participant_id)
    )
    if isinstance(outcome, Refused):
        raise outcome.error


async def page(store: Store, tenant: Tenant, conversation_id: str, page: Page) -> Slice[Participant]:
    """A page of a conversation's participants, in the order of joining.

    Raises:
        ConversationNotFound: there is no such conversation in this app.
    """
    return await store.read(_page, tenant.app_id, conversation_id, page)


async def _page(reader: Reader, app_id: str, conversation_id: str, page: Page) -> Slice[Participant]:
    if (conversation := await conversations.get(reader, app_id, conversation_id)) is None:
        raise ConversationNotFound
    found = await participants.page(reader, app_id, conversation_id, page)
    return Slice([shown(one, conversation) for one in found.records], found.precedes, found.follows)


def shown(participant: StoredParticipant, conversation: StoredConversation) -> Participant:
    """A participant as answers show it."""
    return Participant(
        id=participant.id,
        user_id=participant.user_id,
        unread_count=conversation.message_seq - participant.seen_seq,
        client_associations=shown_associations(participant),
        user_external_id=participant.user_external_id,
        last_read=times.to_text(participant.last_read) if participant.last_read is not None else None,
    )
