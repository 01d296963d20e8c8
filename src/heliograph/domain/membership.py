"""Joining and leaving: the rules, applied to one call at a time. They know no database."""

from __future__ import annotations

from dataclasses import dataclass

from heliograph.domain.roster import Call, Refused, Roster, shown
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


@dataclass(frozen=True, slots=True)
class Join(Call):
    """Add a user, named by exactly one of the two ids, to a group of at most `limit` participants."""

    subscribe: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Leave(Call):
    """Remove a participant, named by exactly one of the three ids."""

    participant_id: str | None

    def named(self, roster: Roster) -> str | None:
        """The id of the user who is named, as far as it is known."""
        if self.participant_id is None:
            return Call.named(self, roster)
        return roster.users_of_participants.get((self.tenant.app_id, self.conversation_id, self.participant_id))


@dataclass(frozen=True, slots=True)
class Joined:
    """The user is in the conversation: `added` just now, or before.

    `shown` is how it was then: later calls of the batch may change the participant.
    """

    participant: StoredParticipant
    shown: Participant
    added: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The user is not in the conversation any more."""

    participant: StoredParticipant


def decide_join(call: Join, roster: Roster) -> Joined | Refused:
    """Who gets in. Joining twice changes nothing the second time, but may add the missing SDK client."""
    if (conversation := roster.conversation_of(call)) is None:
        return Refused(ConversationNotFound)
    if conversation.type != SDK_GROUP:
        return Refused(NotAGroup)
    if (user := roster.user_of(call)) is None:
        return Refused(UserNotFound)
    if (already := roster.participant_of(call, user)) is not None:
        if call.subscribe:
            roster.subscribe(call.tenant, conversation, already, user)
        return Joined(already, shown(already, conversation), added=False)
    if conversation.participant_count >= call.limit:
        return Refused(TooManyParticipants)
    participant = roster.admit(call.tenant, conversation, user, subscribe=call.subscribe)
    roster.journal.joined(call.tenant, conversation, user, participant)
    return Joined(participant, shown(participant, conversation), added=True)


def decide_leave(call: Leave, roster: Roster) -> Left | Refused:
    """Who gets out. The conversation stays, even with nobody in it."""
    if (conversation := roster.conversation_of(call)) is None:
        return Refused(ConversationNotFound)
    if conversation.type != SDK_GROUP:
        return Refused(NotAGroup)
    if (user := roster.user_of(call)) is None:
        return Refused(UserNotFound if call.participant_id is None else NotAMember)
    if (participant := roster.participant_of(call, user)) is None:
        return Refused(NotAMember)
    # The user may have come back since under another participant id.
    if call.participant_id not in (None, participant.id):
        return Refused(NotAMember)
    roster.dismiss(conversation, participant)
    roster.journal.left(call.tenant, conversation, user, participant)
    return Left(participant)
