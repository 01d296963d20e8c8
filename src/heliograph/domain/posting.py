"""Posting messages, activities, postbacks and referrals: the verbs and their rules, without a database."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from heliograph import ids
from heliograph.domain import authors, channel_messages, controllers, views
from heliograph.domain.changes import Changes
from heliograph.domain.events.activities import activity_posted
from heliograph.domain.events.interactions import user_interacted
from heliograph.domain.events.messages import message_posted
from heliograph.domain.facts import Facts, Needs, UserReference
from heliograph.domain.origins import API, Origin
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import (
    BadRequest,
    ConversationNotFound,
    Locked,
    NotAMember,
    UserNotFound,
)
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import Routing, StoredMessage
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.activities import READ, ActivityType
from heliograph.wire.authors import USER, AuthorBody
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.events import PostbackWebhook, Referral
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION, SILENT, QuotedMessage

_NOT_PERSONAL = "destination is only applicable to conversations of type personal"
_NOT_ATTACHED = "The user has no client for the destination attached to the conversation"
_ENCODER = msgspec.json.Encoder()


class MessagePosted(Struct, frozen=True):
    """The message as responses show it, as JSON. It is encoded once, and both stored and sent."""

    message: Raw


class ActivityPosted(Struct, frozen=True):
    """The activity was recorded."""


class InteractionPosted(Struct, frozen=True):
    """The postback or the referral was recorded."""


class PostMessage(Struct, frozen=True):
    """Post a message of the business, or of a user who is a participant.

    The content and the metadata are JSON as responses show them. They are encoded once, and copied into the message and
    its event. `destination` is the id or the type of the only integration that the message goes to. `attachments` has
    the ids of the attachments that the content shows. `quoted` is the message that it responds to. With stand-ins, a
    message of the business is sent to the stand-in of the channel.
    """

    tenant: Tenant
    conversation_id: str
    author: AuthorBody
    content: Raw
    metadata: Raw | None
    routing: Routing | None
    destination: str | None
    attachments: tuple[str, ...] = ()
    origin: Origin = API
    quoted: QuotedMessage | None = None
    with_stand_ins: bool = False

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        user = _reference(self.author)
        return Needs(
            self.tenant.app_id,
            self.conversation_id,
            user,
            reach=self.destination is not None or (self.with_stand_ins and user is None),
            disclaimers=self.with_stand_ins and channel_messages.AI in (self.author.subtypes or ()),
            attachments=self.attachments,
        )

    def decide(self, facts: Facts, changes: Changes) -> MessagePosted | Refused:
        """Apply the rules of messages."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        if self.destination is not None and conversation.type != PERSONAL:
            return Refused(BadRequest(_NOT_PERSONAL))
        member = _member(self.author, conversation, facts)
        if isinstance(member, Refused):
            return member
        client = channel_messages.client_for(facts.reach(conversation), self.destination)
        if client is None and self.destination not in (None, SILENT):
            return Refused(BadRequest(_NOT_ATTACHED))
        if conversation.message_count >= MESSAGES_PER_CONVERSATION:
            return Refused(Locked)
        return self._post(conversation, member, client, facts, changes)

    def _post(
        self,
        conversation: StoredConversation,
        member: MemberAuthor | None,
        client: StoredClient | None,
        facts: Facts,
        changes: Changes,
    ) -> MessagePosted:
        user, participant = (member.user, member.participant) if member else (None, None)
        if member:
            _assign_responder(conversation, self.origin, changes)
        received = changes.received(conversation)
        author = authors.to_api(self.tenant, self.author, user)
        message = views.message(
            ids.new(), received, author, self.content, self.metadata, self.origin.source, self.quoted
        )
        shown = Raw(_ENCODER.encode(message))
        stored = StoredMessage(message.id, conversation.app_id, conversation.id, shown, self.routing)
        changes.post(conversation, stored, participant)
        for id in self.attachments:
            if (attachment := facts.attachment(conversation.app_id, id)) is not None:
                changes.show(attachment, stored)
        message_posted(changes.journal, self.tenant, conversation, user, message, self.origin)
        reach = facts.reach(conversation) if self.with_stand_ins and member is None else None
        if client is not None and reach is not None:
            channel_messages.deliver(changes, self.tenant, conversation, reach, client, stored)
        return MessagePosted(shown)


def _assign_responder(conversation: StoredConversation, origin: Origin, changes: Changes) -> None:
    """Give control to the responder of the origin if no switchboard integration is active, because a user acts."""
    if controllers.active(conversation) is not None:
        return
    if (responder := controllers.responder(conversation, origin.responder_id)) is not None:
        pending = controllers.pending(conversation)
        changes.set_control(conversation, responder, None if pending == responder else pending)


class PostActivity(Struct, frozen=True):
    """Record that the business or a participant has read the conversation, or starts or stops typing."""

    tenant: Tenant
    conversation_id: str
    author: AuthorBody
    type: ActivityType
    origin: Origin = API

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.tenant.app_id, self.conversation_id, _reference(self.author))

    def decide(self, facts: Facts, changes: Changes) -> ActivityPosted | Refused:
        """Apply the rules of activities. Reading is the only activity that changes the conversation."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        member = _member(self.author, conversation, facts)
        if isinstance(member, Refused):
            return member
        if self.type == READ and member is None:
            changes.read_by_business(conversation)
        elif self.type == READ and member is not None:
            changes.read(conversation, member.participant)
        changes.touch(conversation)
        user = member.user if member else None
        activity_posted(changes.journal, self.tenant, conversation, user, self.type, self.origin)
        return ActivityPosted()


class PostInteraction(Struct, frozen=True):
    """Report that a participant has pressed a postback button, or was referred to the conversation."""

    tenant: Tenant
    conversation_id: str
    author: AuthorBody
    interaction: PostbackWebhook | Referral
    origin: Origin

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.tenant.app_id, self.conversation_id, _reference(self.author))

    def decide(self, facts: Facts, changes: Changes) -> InteractionPosted | Refused:
        """Apply the rules of interactions. A postback gives control to the responder, a referral does not."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        member = _member(self.author, conversation, facts)
        if member is None or isinstance(member, Refused):
            return member or Refused(UserNotFound)
        if isinstance(self.interaction, PostbackWebhook):
            _assign_responder(conversation, self.origin, changes)
        changes.touch(conversation)
        user_interacted(changes.journal, self.tenant, conversation, member.user, self.interaction, self.origin)
        return InteractionPosted()


class MemberAuthor(Struct, frozen=True):
    """A user who is in the conversation."""

    user: StoredUser
    participant: StoredParticipant


def _reference(author: AuthorBody) -> UserReference | None:
    if author.type != USER:
        return None
    return UserReference(author.user_id, author.user_external_id, author.brand_id)


def _member(author: AuthorBody, conversation: StoredConversation, facts: Facts) -> MemberAuthor | Refused | None:
    """The user who is the author; None for the business."""
    if (reference := _reference(author)) is None:
        return None
    if (user := facts.user(conversation, reference)) is None:
        return Refused(UserNotFound)
    if (participant := facts.participant(conversation, user)) is None:
        return Refused(NotAMember)
    return MemberAuthor(user, participant)
