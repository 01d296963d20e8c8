"""The changes of a transaction: recorded while the rules decide, and saved together.

This is the only place that changes the counts of a conversation.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Raw

from heliograph import ids
from heliograph.domain.conversation_changes import ConversationChanges
from heliograph.domain.events.clients import client_added
from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE
from heliograph.domain.facts import FactBook
from heliograph.domain.membership_causes import cause_of
from heliograph.domain.participant_changes import ParticipantChanges
from heliograph.domain.tenants import Tenant
from heliograph.domain.user_edits import UserEdits
from heliograph.storage.engine import Tx
from heliograph.storage.rows import attachments, clients, conversations, messages, outbound
from heliograph.storage.rows.attachments import StoredAttachment, Use
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.outbound import StoredOutbound
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.switchboards import StoredSwitchboardIntegration
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Source
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.history import MembershipReason
from heliograph.wire.outbound import OutboundKind


class Changes:
    """The unit of work: the changes of a transaction, and their events.

    It keeps the `facts` up to date, so each verb sees the changes of the verbs before it. Conversations must be new, or
    locked by the transaction.
    """

    def __init__(self, now: int, facts: FactBook | None = None) -> None:
        self.now = now
        self.journal = Journal(now)
        self.users = UserEdits()
        self.facts = FactBook() if facts is None else facts
        self._conversations = ConversationChanges()
        self._participants = ParticipantChanges()
        self._clients: list[StoredClient] = []
        self._messages: list[StoredMessage] = []
        self._uses: list[Use] = []
        self._outbound: list[StoredOutbound] = []
        self._deleted_messages: list[tuple[StoredConversation, str]] = []

    def create_conversation(self, conversation: StoredConversation) -> None:
        """Create a conversation. Its participants are added by `admit`."""
        self._conversations.created.append(conversation)

    def delete_conversation(self, tenant: Tenant, conversation: StoredConversation) -> None:
        """Delete a conversation with its participants and messages."""
        cause = cause_of(tenant, "conversationRemove")
        self._conversations.deleted[conversation.app_id, conversation.id] = conversation, cause

    def touch(self, conversation: StoredConversation) -> None:
        """Give the conversation a new version. All ids that are created later, in any process, are greater than it."""
        self._conversations.changed[conversation.app_id, conversation.id] = conversation

    def set_control(
        self,
        conversation: StoredConversation,
        active: StoredSwitchboardIntegration | None,
        pending: StoredSwitchboardIntegration | None,
    ) -> None:
        """Set which switchboard integrations are active and pending in a conversation."""
        conversation.active_id = active.id if active else None
        conversation.pending_id = pending.id if pending else None
        self._conversations.controlled[conversation.app_id, conversation.id] = conversation
        self.touch(conversation)

    def admit(
        self,
        tenant: Tenant,
        conversation: StoredConversation,
        user: StoredUser,
        *,
        subscribe: bool,
        reason: MembershipReason = "join",
    ) -> StoredParticipant:
        """Add a user who is not in the conversation, with no unread messages."""
        id = ids.new()
        participant = StoredParticipant(
            id=id,
            user_id=user.id,
            user_external_id=user.external_id,
            client_associations=[],
            seen_seq=conversation.message_seq,
            last_read=None,
            app_id=conversation.app_id,
            conversation_id=conversation.id,
            origin=cause_of(tenant, reason, id),
        )
        if subscribe:
            self._associate(tenant, participant, user)
        self._participants.add(participant)
        self.facts.add_participant(participant)
        conversation.participant_count += 1
        self.touch(conversation)
        return participant

    def subscribe(
        self, tenant: Tenant, conversation: StoredConversation, participant: StoredParticipant, user: StoredUser
    ) -> None:
        """Associate the user's SDK client with a participant, unless it is associated already."""
        if self._associate(tenant, participant, user):
            self._participants.set_associations(participant)
            self.touch(conversation)

    def associate_first(
        self, conversation: StoredConversation, participant: StoredParticipant, client: StoredClient
    ) -> None:
        """Make a client the first one that is associated with a participant."""
        first = ClientAssociation(type=client.type, client_id=client.id)
        if participant.client_associations[:1] != [first]:
            others = [one for one in participant.client_associations if one.client_id != client.id]
            participant.client_associations = [first, *others]
            self._participants.set_associations(participant)
            self.touch(conversation)

    def associate(
        self, conversation: StoredConversation, participant: StoredParticipant, client: StoredClient, *, first: bool
    ) -> bool:
        """Associate a client with a participant, as the first or the last one.

        Returns whether anything changed: a client that is associated already stays where it is.
        """
        associations = participant.client_associations
        if any(one.client_id == client.id for one in associations):
            return False
        added = [ClientAssociation(type=client.type, client_id=client.id)]
        participant.client_associations = [*added, *associations] if first else [*associations, *added]
        self._participants.set_associations(participant)
        self.touch(conversation)
        return True

    def end_associations(
        self, conversation: StoredConversation, participant: StoredParticipant, client_ids: Collection[str]
    ) -> None:
        """End the associations of a participant with these clients, if they exist."""
        left = [one for one in participant.client_associations if one.client_id not in client_ids]
        if len(left) < len(participant.client_associations):
            participant.client_associations = left
            self._participants.set_associations(participant)
            self.touch(conversation)

    def send(self, conversation: StoredConversation, client_id: str, kind: OutboundKind, content: Raw) -> None:
        """Record what would be sent to the channel of a client. `content` is a JSON object.

        The conversation must be one that the transaction has locked, so that the row is deleted with it.
        """
        self._outbound.append(
            StoredOutbound(
                id=ids.new(),
                app_id=conversation.app_id,
                conversation_id=conversation.id,
                client_id=client_id,
                kind=kind,
                content=content,
                created_at=self.now,
            )
        )

    def dismiss(
        self,
        tenant: Tenant,
        conversation: StoredConversation,
        participant: StoredParticipant,
        reason: MembershipReason = "leave",
    ) -> None:
        """Remove a participant from the conversation."""
        left_id = ids.new()
        self._participants.end(participant, left_id, cause_of(tenant, reason, left_id))
        self._participants.remove(participant)
        self.facts.remove_participant(participant)
        conversation.participant_count -= 1
        self.touch(conversation)

    def update_participant(self, conversation: StoredConversation, participant: StoredParticipant) -> None:
        """Store a participant whose external id, associations or unread messages were changed."""
        self._participants.owned[participant.conversation_id, participant.id] = participant
        self.touch(conversation)

    def hand_over(
        self, tenant: Tenant, conversation: StoredConversation, participant: StoredParticipant, user: StoredUser
    ) -> None:
        """Assign a participant to another user, who is not in the conversation."""
        cause = cause_of(tenant, "merge")
        self._participants.end(participant, ids.new(), cause)
        participant.since, participant.origin = ids.new(), cause
        self.facts.remove_participant(participant)
        self._participants.moved.append((participant.user_id, participant))
        participant.user_id, participant.user_external_id = user.id, user.external_id
        self.facts.add_participant(participant)
        self.update_participant(conversation, participant)

    def set_default(self, conversation: StoredConversation, is_default: bool) -> None:
        """Set whether the conversation is the default one of its user."""
        conversation.is_default = is_default
        self._conversations.defaults.append(conversation)

    def received(self, conversation: StoredConversation) -> int:
        """The time at which a new message is received: not earlier than the message before it."""
        return max(self.now, conversation.last_updated_at)

    def post(self, conversation: StoredConversation, message: StoredMessage, author: StoredParticipant | None) -> None:
        """Add a message that is received now. A participant who is its author has read all messages."""
        conversation.last_updated_at = self.received(conversation)
        conversation.message_seq += 1
        conversation.message_count += 1
        self.touch(conversation)
        if conversation.checked_at is None:
            conversation.checked_at = conversations.NEVER
            self._conversations.watched[conversation.app_id, conversation.id] = conversation
        self._messages.append(message)
        if author is not None:
            self.read(conversation, author)

    def show(self, attachment: StoredAttachment, message: StoredMessage) -> None:
        """Tie an attachment to a new message that shows it."""
        attachment.uses += 1
        self._uses.append(Use(attachment, message.conversation_id, message.id))

    def read(self, conversation: StoredConversation, participant: StoredParticipant) -> None:
        """Mark all messages as read by a participant. Without messages, nothing changes."""
        seen = (conversation.message_seq, conversation.last_updated_at)
        if conversation.message_seq and seen != (participant.seen_seq, participant.last_read):
            participant.seen_seq, participant.last_read = seen
            self._participants.set_seen(participant)

    def read_by_business(self, conversation: StoredConversation) -> None:
        """Mark all messages as read by the business."""
        conversation.business_last_read = max(self.now, conversation.business_last_read or 0)
        self.touch(conversation)

    def message_deleted(self, conversation: StoredConversation, message_id: str) -> None:
        """Count a message that was deleted. The other unread messages stay unread."""
        conversation.message_count -= 1
        self._deleted_messages.append((conversation, message_id))
        self.touch(conversation)

    def delete_messages(self, conversation: StoredConversation) -> None:
        """Delete all messages, which leaves no participant with unread messages."""
        conversation.message_count = 0
        conversation.floor_seq = conversation.message_seq
        conversation.checked_at = None
        self._conversations.watched[conversation.app_id, conversation.id] = conversation
        self._conversations.emptied.append(conversation)
        self.touch(conversation)

    def _associate(self, tenant: Tenant, participant: StoredParticipant, user: StoredUser) -> bool:
        client_id = self.sdk_client(tenant, user)
        associations = participant.client_associations
        if any(association.client_id == client_id for association in associations):
            return False
        # A new list, because responses to earlier verbs of the batch hold the old one.
        participant.client_associations = [ClientAssociation(type="sdk", client_id=client_id), *associations]
        return True

    def sdk_client(self, tenant: Tenant, user: StoredUser) -> str:
        """The id of the user's SDK client, which is created if it is missing. The facts must include it."""
        return self.facts.sdk_client(user) or self.add_sdk_client(tenant, user)

    def add_sdk_client(self, tenant: Tenant, user: StoredUser, source: Source = SOURCE) -> str:
        """Create the SDK client of a user who has none; returns its id."""
        client = StoredClient(
            id=ids.new(),
            app_id=user.app_id,
            user_id=user.id,
            type="sdk",
            status="active",
            last_seen=self.now,
            linked_at=self.now,
        )
        self.facts.add_sdk_clients({(user.app_id, user.id): client.id})
        self._clients.append(client)
        client_added(self.journal, tenant, user, client, source=source)
        return client.id

    async def save(self, tx: Tx) -> None:
        """Store all changes, and their events."""
        # First, because the events need a query: PostgreSQL can combine the writes after the last query.
        await self.journal.save(tx, self.facts.apps_without_webhooks)
        await self._participants.save(tx)
        if self._clients:
            await clients.add(tx, self._clients)
        if self._messages:
            await messages.add(tx, self._messages)
        if self._uses:
            await attachments.tie(tx, self._uses)
        if self._outbound:
            await outbound.add(tx, self._outbound)
        for conversation, message_id in self._deleted_messages:
            await attachments.release(tx, conversation.app_id, conversation.id, message_id)
        await self._conversations.save(tx)
        await self.users.save(tx)
