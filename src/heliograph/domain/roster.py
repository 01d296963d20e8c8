"""What the rules of membership need to know, and what they have decided so far.

A roster is filled with facts, decided upon call by call, and then written. Later calls see what earlier ones did.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from heliograph import ids
from heliograph.domain.events import Journal
from heliograph.domain.tenants import Tenant
from heliograph.storage import clients, conversations, events, participants, users
from heliograph.storage.clients import StoredClient
from heliograph.storage.conversations import StoredConversation
from heliograph.storage.engine import Lock, TryAgain, Tx
from heliograph.storage.participants import StoredParticipant
from heliograph.storage.users import StoredUser
from heliograph.wire.clients import ClientAssociation

NONE = "[]"
_ASSOCIATIONS = msgspec.json.Decoder(list[ClientAssociation])

Key = tuple[str, str]
"""(app id, id)."""
MemberKey = tuple[str, str, str]
"""(app id, conversation id, user id)."""


class Roster:
    """Conversations, users and who is in what, at one moment of one transaction."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.journal = Journal(now)
        self.conversations: dict[Key, StoredConversation] = {}
        self.users: dict[Key, StoredUser] = {}
        self.ids_of_external: dict[Key, str] = {}
        self.sdk_clients: dict[Key, str] = {}
        self.participants: dict[MemberKey, StoredParticipant] = {}
        self.users_of_participants: dict[MemberKey, str] = {}  # keyed by participant id in the place of the user id
        self._added: dict[MemberKey, StoredParticipant] = {}
        self._removed: dict[MemberKey, StoredParticipant] = {}
        self._associated: dict[MemberKey, StoredParticipant] = {}
        self._counted: dict[Key, StoredConversation] = {}
        self._clients: list[StoredClient] = []

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
        self._count(conversation, -1)

    def _count(self, conversation: StoredConversation, change: int) -> None:
        conversation.participant_count += change
        self._counted[conversation.app_id, conversation.id] = conversation

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
        if self._clients:
            await clients.add(tx, self._clients)
        if self._counted:
            newest = ids.new()
            for conversation in self._counted.values():
                conversation.newest_id = newest
            await conversations.set_counts(tx, list(self._counted.values()))
        if self.journal.events:
            await events.add(tx, self.journal.events)


def shown_associations(stored: str) -> list[ClientAssociation]:
    """The client associations of a participant, the most recently active client first."""
    return [] if stored == NONE else _ASSOCIATIONS.decode(stored)


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
