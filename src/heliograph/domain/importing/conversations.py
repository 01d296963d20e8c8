"""Imported conversations, with their messages and participants."""

from __future__ import annotations

from copy import copy

import msgspec

from heliograph.domain import views
from heliograph.domain.importing.changes import ImportChanges
from heliograph.domain.importing.records import (
    Entries,
    EntryOfConversation,
    MessageEntry,
    Outcome,
    RowKey,
    milliseconds,
    milliseconds_or_none,
)
from heliograph.domain.importing.users import ImportedUsers
from heliograph.domain.membership_causes import cause_of
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Tx
from heliograph.storage.rows import conversations, history, messages, participants
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.conversations import PERSONAL
from heliograph.wire.imports import ImportedConversation, ImportedParticipant, LeaveRecord
from heliograph.wire.messages import MESSAGES_PER_CONVERSATION


class ImportedConversations:
    """The conversations of an app that an import changes, by id. Existing ones are locked."""

    def __init__(self, app_id: str, known: dict[str, StoredConversation], changes: ImportChanges) -> None:
        self.app_id = app_id
        self.known = known
        self._changes = changes

    def require(self, conversation_id: str) -> StoredConversation:
        """The conversation with this id.

        Raises:
            BadRequest: it does not exist in the app.
        """
        if (conversation := self.known.get(conversation_id)) is None:
            raise BadRequest(f"the app has no conversation {conversation_id}")
        return conversation

    async def put(self, tx: Tx, given: ImportedConversation) -> Outcome:
        """Store a conversation.

        Raises:
            BadRequest: it is of another type.
        """
        conversation = self.known.get(given.id)
        if conversation is None:
            conversation = self._new(given)
            self._fill(conversation, given)
            self.known[given.id] = conversation
            self._changes.create_conversation(conversation)
            return "created"
        if conversation.type != given.type:
            raise BadRequest(f"conversation: type of an existing conversation cannot change: {conversation.type}")
        before = copy(conversation)
        self._fill(conversation, given)
        if conversation == before:
            return "unchanged"
        await conversations.change(tx, before, conversation)
        self._changes.touch(conversation)
        return "updated"

    def _fill(self, conversation: StoredConversation, given: ImportedConversation) -> None:
        updated = milliseconds_or_none("conversation.lastUpdatedAt", given.last_updated_at)
        read = milliseconds_or_none("conversation.businessLastRead", given.business_last_read)
        conversation.display_name, conversation.description = given.display_name, given.description
        conversation.icon_url, conversation.metadata = given.icon_url, given.metadata or None
        self._changes.set_times(conversation, updated, read)

    def _new(self, given: ImportedConversation) -> StoredConversation:
        created = milliseconds_or_none("conversation.createdAt", given.created_at)
        updated = milliseconds_or_none("conversation.lastUpdatedAt", given.last_updated_at)
        known = [one for one in (created, updated, self._changes.now) if one is not None]
        return StoredConversation(
            app_id=self.app_id,
            id=given.id,
            type=given.type,
            is_default=bool(given.is_default) and given.type == PERSONAL,
            participant_count=0,
            message_seq=0,
            last_updated_at=known[0] if updated is None else updated,
            business_last_read=None,
            display_name=None,
            description=None,
            icon_url=None,
            metadata=None,
            created_at=known[0],
        )


class ImportedMessages:
    """The messages of an import, and the existing messages with the same ids."""

    def __init__(self, conversations: ImportedConversations, shown: dict[RowKey, msgspec.Raw], changes: ImportChanges):
        self._conversations = conversations
        self._shown = shown
        self._changes = changes

    @classmethod
    async def load(
        cls, tx: Tx, conversations: ImportedConversations, entries: Entries, changes: ImportChanges
    ) -> ImportedMessages:
        """The existing messages of these records."""
        app_id = conversations.app_id
        keys = {(app_id, one.conversation_id, one.value.id) for one in entries.messages}
        return cls(conversations, await messages.get_json_many(tx, keys) if keys else {}, changes)

    async def put(self, tx: Tx, entry: MessageEntry) -> Outcome:
        """Store a message, with all its fields.

        Raises:
            BadRequest: the conversation does not exist, or has reached the limit of messages.
        """
        conversation = self._conversations.require(entry.conversation_id)
        given = entry.value
        key = conversation.id, given.id
        before = self._shown.get(key)
        if before is not None and msgspec.json.decode(before) == msgspec.json.decode(entry.raw):
            return "unchanged"
        if before is None and conversation.message_count >= MESSAGES_PER_CONVERSATION:
            raise BadRequest(f"message: a conversation has at most {MESSAGES_PER_CONVERSATION} messages")
        received = milliseconds("message.received", given.received)
        self._shown[key] = entry.raw
        if before is None:
            stored = StoredMessage(given.id, conversation.app_id, conversation.id, entry.raw)
            self._changes.keep(conversation, stored, received)
            return "created"
        await messages.set_json(tx, conversation.app_id, conversation.id, given.id, entry.raw)
        return "updated"


class ImportedMembers:
    """The participants of an import, and the existing participants with the same ids or users."""

    def __init__(
        self,
        tenant: Tenant,
        users: ImportedUsers,
        conversations: ImportedConversations,
        found: list[StoredParticipant],
        ended: set[RowKey],
        changes: ImportChanges,
    ) -> None:
        self._tenant = tenant
        self._ended = ended
        self._users = users
        self._conversations = conversations
        self._by_id: dict[RowKey, StoredParticipant] = {(one.conversation_id, one.id): one for one in found}
        self._by_user: dict[RowKey, StoredParticipant] = {(one.conversation_id, one.user_id): one for one in found}
        self._changes = changes

    @classmethod
    async def load(
        cls,
        tx: Tx,
        tenant: Tenant,
        users: ImportedUsers,
        conversations: ImportedConversations,
        entries: Entries,
        changes: ImportChanges,
    ) -> ImportedMembers:
        """The existing participants of these records."""
        app_id = conversations.app_id
        given = [(one.conversation_id, one.value) for one in entries.participants]
        for conversation in conversations.known.values():
            unread = [one.unread_count for conversation_id, one in given if conversation_id == conversation.id]
            if unread:
                await changes.make_room(tx, conversation, max(unread))
        keys = {(app_id, *key) for key in entries.participant_keys()}
        members = {(app_id, conversation_id, one.user_id) for conversation_id, one in given}
        if members:
            keys.update(await participants.ids_of_members(tx, members))
        found = await participants.get_many(tx, keys) if keys else []
        joining = [(app_id, conversation_id, one.id) for conversation_id, one in given]
        ended = await history.existing(tx, joining) if joining else set()
        return cls(tenant, users, conversations, found, ended, changes)

    async def remove(self, tx: Tx, given: LeaveRecord) -> Outcome:
        """Remove a participant who has left.

        Raises:
            BadRequest: the conversation does not exist.
        """
        conversation = self._conversations.require(given.conversation_id)
        participant = self._by_id.pop((conversation.id, given.participant_id), None)
        if participant is None:
            return "unchanged"
        self._by_user.pop((conversation.id, participant.user_id), None)
        self._ended.add((conversation.id, participant.id))
        if conversation.is_default:
            await self._users.forget_default(tx, participant.user_id, conversation.id)
        self._changes.dismiss(self._tenant, conversation, participant, "import")
        return "updated"

    async def put(self, tx: Tx, entry: EntryOfConversation[ImportedParticipant]) -> Outcome:
        """Store a participant.

        Raises:
            BadRequest: the conversation or the user does not exist, the user is in it as another participant, or the
                conversation is personal and has a participant.
        """
        given = entry.value
        conversation = self._conversations.require(entry.conversation_id)
        user = self._users.require(given.user_id)
        known = self._by_id.get((conversation.id, given.id))
        other = self._by_user.get((conversation.id, user.id))
        if other is not None and other.id != given.id:
            raise BadRequest(f"participant: the user is in the conversation already, as the participant {other.id}")
        if known is None and conversation.type == PERSONAL and conversation.participant_count:
            raise BadRequest("participant: a conversation of type personal has exactly one")
        if known is not None:
            return await self._change(tx, conversation, known, user, given)
        participant = self._new(conversation, user, given)
        again = (conversation.id, given.id) in self._ended
        self._changes.place(conversation, participant, again=again)
        self._remember(participant)
        await self._make_default(tx, conversation, user)
        return "created"

    async def _make_default(self, tx: Tx, conversation: StoredConversation, user: StoredUser) -> None:
        """Make an imported default conversation the default of its user, unless the user has another one."""
        if conversation.is_default and not await self._users.make_default(tx, user, conversation.id):
            self._changes.set_default(conversation, False)

    def _new(self, conversation: StoredConversation, user: StoredUser, given: ImportedParticipant) -> StoredParticipant:
        return StoredParticipant(
            id=given.id,
            user_id=user.id,
            user_external_id=user.external_id,
            client_associations=given.client_associations or [],
            seen_seq=conversation.message_seq - given.unread_count,
            last_read=milliseconds_or_none("participant.lastRead", given.last_read),
            app_id=conversation.app_id,
            conversation_id=conversation.id,
            origin=cause_of(self._tenant, "import"),
        )

    async def _change(
        self,
        tx: Tx,
        conversation: StoredConversation,
        known: StoredParticipant,
        user: StoredUser,
        given: ImportedParticipant,
    ) -> Outcome:
        moved = known.user_id != user.id  # the users were merged
        before = views.participant(known, conversation)
        wanted = self._new(conversation, user, given)
        for name in ("client_associations", "last_read", "seen_seq", "user_external_id"):
            setattr(known, name, getattr(wanted, name))
        if not moved and views.participant(known, conversation) == before:
            return "unchanged"
        if moved:
            self._by_user.pop((conversation.id, known.user_id), None)
            if conversation.is_default:
                await self._users.forget_default(tx, known.user_id, conversation.id)
                await self._make_default(tx, conversation, user)
            self._changes.hand_over(self._tenant, conversation, known, user)
        self._changes.update_participant(conversation, known)
        self._remember(known)
        return "updated"

    def _remember(self, participant: StoredParticipant) -> None:
        self._by_id[participant.conversation_id, participant.id] = participant
        self._by_user[participant.conversation_id, participant.user_id] = participant
