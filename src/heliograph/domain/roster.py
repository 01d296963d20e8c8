"""What the rules of the hot verbs need to know, and what they have decided so far.

A roster is filled with facts, decided upon call by call, and then written. Later calls see what earlier ones did.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from heliograph import ids
from heliograph.domain.events import Journal
from heliograph.domain.tenants import Tenant
from heliograph.errors import ApiError
from heliograph.storage.engine import Lock, TryAgain, Tx
from heliograph.storage.rows import clients, conversations, messages, outbox, participants, users
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.wire import times
from heliograph.wire.clients import ClientAssociation
from heliograph.wire.participants import Participant

NONE = "[]"
_ASSOCIATIONS = msgspec.json.Decoder(list[ClientAssociation])

Key = tuple[str, str]
"""(app id, id)."""
ExternalKey = tuple[str, str, str | None]
"""(app id, external id, brand id)."""
MemberKey = tuple[str, str, str]
"""(app id, conversation id, user id)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What every hot verb names: a conversation, and by one of two ids a user, if it names one."""

    tenant: Tenant
    conversation_id: str
    user_id: str | None
    user_external_id: str | None

    @property
    def external_key(self) -> ExternalKey | None:
        """The external id by which the user is named, with app and brand."""
        return None if self.user_external_id is None else (self.tenant.app_id, self.user_external_id, None)

    def named(self, roster: Roster) -> str | None:
        """The id of the user who is named, as far as it is known."""
        return self.user_id if (key := self.external_key) is None else roster.ids_of_external.get(key)


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule says no; nothing changed."""

    error: type[ApiError] | ApiError


class Roster:
    """Conversations, users and who is in what, at one moment of one transaction."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.journal = Journal(now)
        self.conversations: dict[Key, StoredConversation] = {}
        self.users: dict[Key, StoredUser] = {}
        self.ids_of_external: dict[ExternalKey, str] = {}
        self.sdk_clients: dict[Key, str] = {}
        self.channels: dict[Key, set[str]] = {}  # of personal conversations to which a destination is named
        self.participants: dict[MemberKey, StoredParticipant] = {}
        self.users_of_participants: dict[MemberKey, str] = {}  # keyed by participant id in the place of the user id
        self._added: dict[MemberKey, StoredParticipant] = {}
        self._removed: dict[MemberKey, StoredParticipant] = {}
        self._associated: dict[MemberKey, StoredParticipant] = {}
        self._seen: dict[MemberKey, StoredParticipant] = {}
        self._changed: dict[Key, StoredConversation] = {}
        self._clients: list[StoredClient] = []
        self._messages: list[StoredMessage] = []

    def conversation_of(self, call: Call) -> StoredConversation | None:
        """The conversation that a call names."""
        return self.conversations.get((call.tenant.app_id, call.conversation_id))

    def user_of(self, call: Call) -> StoredUser | None:
        """The user whom a call names."""
        user_id = call.named(self)
        return None if user_id is None else self.users.get((call.tenant.app_id, user_id))

    def participant_of(self, call: Call, user: StoredUser) -> StoredParticipant | None:
        """The user as a participant of the conversation that a call names."""
        return self.participants.get((call.tenant.app_id, call.conversation_id, user.id))

    def holds(self, participant: StoredParticipant) -> None:
        """Take in the fact that somebody is in a conversation."""
        app_id, conversation_id = participant.app_id, participant.conversation_id
        self.participants[app_id, conversation_id, participant.user_id] = participant
        self.users_of_participants[app_id, conversation_id, participant.id] = participant.user_id

    def admit(
        self, tenant: Tenant, conversation: StoredConversation, user: StoredUser, *, subscribe: bool
    ) -> StoredParticipant:
        """Put a user who is not in the conversation into it, with nothing unread."""
        participant = StoredParticipant(
            id=ids.new(),
            user_id=user.id,
            user_external_id=user.external_id,
            client_associations=NONE,
            seen_seq=conversation.message_seq,
            last_read=None,
            app_id=conversation.app_id,
            conversation_id=conversation.id,
        )
        if subscribe:
            self._associate(tenant, participant, user)
        key = (conversation.app_id, conversation.id, user.id)
        self._added[key] = self.participants[key] = participant
        self._count(conversation, 1)
        return participant

    def subscribe(
        self, tenant: Tenant, conversation: StoredConversation, participant: StoredParticipant, user: StoredUser
    ) -> None:
        """Associate the SDK client of somebody who is in the conversation already, unless it is."""
        if self._associate(tenant, participant, user):
            self._count(conversation, 0)
            key = (participant.app_id, participant.conversation_id, participant.user_id)
            if key not in self._added:
                self._associated[key] = participant

    def dismiss(self, conversation: StoredConversation, participant: StoredParticipant) -> None:
        """Take a participant out of the conversation."""
        key = (participant.app_id, participant.conversation_id, participant.user_id)
        del self.participants[key]
        # Who came and went within one transaction was never stored, and needs no deleting.
        if self._added.pop(key, None) is None:
            self._removed[key] = participant
        self._associated.pop(key, None)
        self._seen.pop(key, None)
        self._count(conversation, -1)

    def received(self, conversation: StoredConversation) -> int:
        """When a message that comes now was received: never before the one that came before it."""
        return max(self.now, conversation.last_updated_at)

    def say(self, conversation: StoredConversation, message: StoredMessage, author: StoredParticipant | None) -> None:
        """Add a message that was received now; its author, if that is a participant, has read everything."""
        conversation.last_updated_at = self.received(conversation)
        conversation.message_seq += 1
        conversation.message_count += 1
        self.touch(conversation)
        self._messages.append(message)
        if author is not None:
            self.read(conversation, author)

    def read(self, conversation: StoredConversation, participant: StoredParticipant) -> None:
        """A participant has read everything; where there was never a message, there is nothing to be read."""
        seen = (conversation.message_seq, conversation.last_updated_at)
        if conversation.message_seq and seen != (participant.seen_seq, participant.last_read):
            participant.seen_seq, participant.last_read = seen
            key = (participant.app_id, participant.conversation_id, participant.user_id)
            if key not in self._added:
                self._seen[key] = participant

    def read_by_business(self, conversation: StoredConversation) -> None:
        """The business has read everything."""
        conversation.business_last_read = max(self.now, conversation.business_last_read or 0)

    def touch(self, conversation: StoredConversation) -> None:
        """Something happened in the conversation: whatever happens later has a greater id, in every process."""
        self._count(conversation, 0)

    def _count(self, conversation: StoredConversation, change: int) -> None:
        conversation.participant_count += change
        self._changed[conversation.app_id, conversation.id] = conversation

    def _associate(self, tenant: Tenant, participant: StoredParticipant, user: StoredUser) -> bool:
        client_id = self.sdk_clients.get((user.app_id, user.id)) or self._new_sdk_client(tenant, user)
        associations = shown_associations(participant.client_associations)
        if any(association.client_id == client_id for association in associations):
            return False
        associations.insert(0, ClientAssociation(type="sdk", client_id=client_id))
        participant.client_associations = msgspec.json.encode(associations).decode()
        return True

    def _new_sdk_client(self, tenant: Tenant, user: StoredUser) -> str:
        client = StoredClient(
            id=ids.new(),
            app_id=user.app_id,
            user_id=user.id,
            type="sdk",
            status="active",
            last_seen=self.now,
            linked_at=self.now,
        )
        self.sdk_clients[user.app_id, user.id] = client.id
        self._clients.append(client)
        self.journal.client_added(tenant, user, client)
        return client.id

    async def save(self, tx: Tx) -> None:
        """Write everything that was decided, and its events."""
        if self._removed:
            await participants.remove(tx, list(self._removed.values()))
        if self._added:
            await participants.add(tx, list(self._added.values()))
        if self._associated:
            await participants.set_associations(tx, list(self._associated.values()))
        if self._seen:
            await participants.set_seen(tx, list(self._seen.values()))
        if self._clients:
            await clients.add(tx, self._clients)
        if self._messages:
            await messages.add(tx, self._messages)
        if self._changed:
            newest = ids.new()
            for conversation in self._changed.values():
                conversation.newest_id = newest
            await conversations.set_counts(tx, list(self._changed.values()))
        if self.journal.events:
            await outbox.add(tx, self.journal.events, self.journal.in_full)


def shown_associations(stored: str) -> list[ClientAssociation]:
    """The client associations of a participant, the most recently active client first."""
    return [] if stored == NONE else _ASSOCIATIONS.decode(stored)


def shown(participant: StoredParticipant, conversation: StoredConversation) -> Participant:
    """A participant as answers show it."""
    return Participant(
        id=participant.id,
        user_id=participant.user_id,
        unread_count=conversation.message_seq - max(participant.seen_seq, conversation.floor_seq),
        client_associations=shown_associations(participant.client_associations),
        user_external_id=participant.user_external_id,
        last_read=None if participant.last_read is None else times.to_text(participant.last_read),
    )


@dataclass(frozen=True, slots=True)
class Seats:
    """A user, and everything the user is in, held so that others can change nothing of it."""

    user: StoredUser
    conversations: dict[str, StoredConversation]  # by id
    participants: list[StoredParticipant]


async def seats_of(tx: Tx, app_id: str, user_id: str) -> Seats | None:
    """The seats of a user; None if there is no such user (any more).

    Raises:
        TryAgain: the user joined something in the meantime.
    """
    # Conversations are locked before users, everywhere; so what is to be locked has to be known beforehand.
    expected = [(app_id, one.conversation_id) for one in await participants.memberships(tx, app_id, user_id)]
    held = {one.id: one for one in await conversations.get_many(tx, expected, lock=Lock.REMOVE)}
    if (user := await users.get(tx, app_id, user_id, lock=Lock.REMOVE)) is None:
        return None
    memberships = await participants.memberships(tx, app_id, user_id)
    if any(one.conversation_id not in held for one in memberships):
        raise TryAgain
    seats = await participants.get_many(tx, [(app_id, one.conversation_id, one.participant_id) for one in memberships])
    return Seats(user, held, seats)
