"""Joining and leaving a group: the verbs and their rules, without a database."""

from __future__ import annotations

from msgspec import Struct

from heliograph.domain import views
from heliograph.domain.changes import Changes
from heliograph.domain.events.participants import membership_changed
from heliograph.domain.facts import Facts, Needs, UserReference
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import (
    ConversationNotFound,
    NotAGroup,
    NotAMember,
    TooManyParticipants,
    UserNotFound,
)
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.wire.conversations import SDK_GROUP
from heliograph.wire.participants import Participant


class Joined(Struct, frozen=True, gc=False):
    """The user is in the conversation. `added` is whether this join added them.

    `response` shows the participant right after the join, because later verbs of the batch may change it.
    """

    participant: StoredParticipant
    response: Participant
    added: bool


class Left(Struct, frozen=True, gc=False):
    """The user is no longer in the conversation."""

    participant: StoredParticipant


class Join(Struct, frozen=True, gc=False):
    """Add a user to a group of up to `limit` participants, and their SDK client if `subscribe` is set."""

    tenant: Tenant
    conversation_id: str
    user: UserReference
    subscribe: bool
    limit: int

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.tenant.app_id, self.conversation_id, self.user, keep_user=True, sdk_client=self.subscribe)

    def decide(self, facts: Facts, changes: Changes) -> Joined | Refused:
        """Apply the join rules. A second join changes nothing but a missing SDK client, which it adds."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        if conversation.type != SDK_GROUP:
            return Refused(NotAGroup)
        if (user := facts.user(conversation, self.user)) is None:
            return Refused(UserNotFound)
        if (participant := facts.participant(conversation, user)) is not None:
            if self.subscribe:
                changes.subscribe(self.tenant, conversation, participant, user)
            return Joined(participant, views.participant(participant, conversation), added=False)
        if conversation.participant_count >= self.limit:
            return Refused(TooManyParticipants)
        participant = changes.admit(self.tenant, conversation, user, subscribe=self.subscribe)
        membership_changed(changes.journal, self.tenant, "conversation:join", conversation, user, participant)
        return Joined(participant, views.participant(participant, conversation), added=True)


class Leave(Struct, frozen=True, gc=False):
    """Remove a participant from a group. The group stays, even without participants."""

    tenant: Tenant
    conversation_id: str
    user: UserReference

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.tenant.app_id, self.conversation_id, self.user)

    def decide(self, facts: Facts, changes: Changes) -> Left | Refused:
        """Apply the leave rules."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        if conversation.type != SDK_GROUP:
            return Refused(NotAGroup)
        if (user := facts.user(conversation, self.user)) is None:
            return Refused(UserNotFound if self.user.participant_id is None else NotAMember)
        if (participant := facts.participant(conversation, user)) is None:
            return Refused(NotAMember)
        # The user may have left and joined again, as another participant.
        if self.user.participant_id not in (None, participant.id):
            return Refused(NotAMember)
        changes.dismiss(self.tenant, conversation, participant)
        membership_changed(changes.journal, self.tenant, "conversation:leave", conversation, user, participant)
        return Left(participant)
