"""Posting messages and activities: the rules, applied to one call at a time. They know no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import msgspec
from msgspec import Raw

from heliograph import ids
from heliograph.domain.events import API_CONVERSATIONS
from heliograph.domain.roster import Call, ExternalKey, Refused, Roster
from heliograph.errors import (
    BadRequest,
    ConversationNotFound,
    Locked,
    NotAMember,
    UserNotFound,
)
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire import times
from heliograph.wire.activities import READ, ActivityType
from heliograph.wire.authors import USER, Author, AuthorBody
from heliograph.wire.contents import Content
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION, Message

_IN_A_GROUP = "destination is only applicable to conversations of type personal"
_NOT_ATTACHED = "The user has no client for the destination attached to the conversation"
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Spoken(Call):
    """What has an author: the business, or a user who has to be a participant."""

    author: AuthorBody

    @property
    def external_key(self) -> ExternalKey | None:
        """The external id by which the user is named, with app and brand."""
        if self.user_external_id is None:
            return None
        return (self.tenant.app_id, self.user_external_id, self.author.brand_id)


@dataclass(frozen=True, slots=True)
class Post(Spoken):
    """Say something: `content` is JSON as it will be shown, and so is the metadata.

    `routing` is what else is kept, as JSON, and `destination` what it names: an integration or a type of them.
    """

    content: bytes
    metadata: str | None
    routing: str | None
    destination: str | None


@dataclass(frozen=True, slots=True)
class Act(Spoken):
    """Read everything, or begin or cease typing."""

    type: ActivityType


@dataclass(frozen=True, slots=True)
class Posted:
    """The message as it is shown from now on, as JSON."""

    shown: bytes


@dataclass(frozen=True, slots=True)
class Acted:
    """The activity was recorded."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A user who may speak in a conversation."""

    user: StoredUser
    participant: StoredParticipant


def decide_post(call: Post, roster: Roster) -> Posted | Refused:
    """Who may say something, and how much there may be."""
    if (conversation := roster.conversation_of(call)) is None:
        return Refused(ConversationNotFound)
    if call.destination is not None and conversation.type != PERSONAL:
        return Refused(BadRequest(_IN_A_GROUP))
    speaker = _speaker(call, roster)
    if isinstance(speaker, Refused):
        return speaker
    reachable = roster.channels.get((conversation.app_id, conversation.id), set())
    if call.destination is not None and call.destination not in reachable:
        return Refused(BadRequest(_NOT_ATTACHED))
    if conversation.message_count >= MESSAGES_PER_CONVERSATION:
        return Refused(Locked)
    message = _message(call, speaker, roster.received(conversation))
    shown = _ENCODER.encode(message)
    stored = StoredMessage(message.id, conversation.app_id, conversation.id, shown.decode(), call.routing)
    roster.say(conversation, stored, speaker.participant if speaker else None)
    roster.journal.said(call.tenant, conversation, speaker.user if speaker else None, message)
    return Posted(shown)


def decide_act(call: Act, roster: Roster) -> Acted | Refused:
    """Who may do something. Reading is the one activity that leaves a trace."""
    if (conversation := roster.conversation_of(call)) is None:
        return Refused(ConversationNotFound)
    speaker = _speaker(call, roster)
    if isinstance(speaker, Refused):
        return speaker
    if call.type == READ and speaker is None:
        roster.read_by_business(conversation)
    elif call.type == READ and speaker is not None:
        roster.read(conversation, speaker.participant)
    roster.touch(conversation)
    roster.journal.acted(call.tenant, conversation, speaker.user if speaker else None, call.type)
    return Acted()


def _speaker(call: Spoken, roster: Roster) -> Speaker | Refused | None:
    """The user who speaks, None for the business."""
    if call.author.type != USER:
        return None
    if (user := roster.user_of(call)) is None:
        return Refused(UserNotFound)
    if (participant := roster.participant_of(call, user)) is None:
        return Refused(NotAMember)
    return Speaker(user, participant)


def _message(call: Post, speaker: Speaker | None, received: int) -> Message:
    author = call.author
    return Message(
        id=ids.new(),
        received=times.to_text(received),
        author=Author(
            type=author.type,
            subtypes=author.subtypes,
            user_id=speaker.user.id if speaker else None,
            display_name=author.display_name,
            avatar_url=author.avatar_url,
        ),
        # These are JSON already.
        content=cast(Content, Raw(call.content)),
        source=API_CONVERSATIONS,
        metadata=None if call.metadata is None else cast("dict[str, object]", Raw(call.metadata.encode())),
    )
