"""The facts of a batch: the stored data that its rules read."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from heliograph.storage.rows.attachments import StoredAttachment
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.rows.verb_facts import VerbFacts

RowKey = tuple[str, str]
"""(app id, id)."""
ExternalKey = tuple[str, str, str | None]
"""(app id, external id, brand id)."""
MemberKey = tuple[str, str, str]
"""(app id, conversation id, user id)."""
ParticipantKey = tuple[str, str, str]
"""(app id, conversation id, participant id)."""


class UserReference(Struct, frozen=True, gc=False):
    """How a request names a user: by exactly one of three ids. An external id may be qualified by a brand."""

    user_id: str | None = None
    external_id: str | None = None
    brand_id: str | None = None
    participant_id: str | None = None


class Reach(Struct, frozen=True):
    """The user of a personal conversation, and the associated clients, in the order in which they are tried.

    `undisclosed` has the ids of their integrations that do not show the AI disclaimer, if a verb needs them.
    """

    user: StoredUser
    clients: list[StoredClient]
    undisclosed: frozenset[str] = frozenset()


class Needs(Struct, frozen=True, gc=False):
    """The facts that the rules of one verb read.

    Every verb needs its conversation, which stays locked until the batch is committed. A verb that names a user needs
    that user, and the user's participant in the conversation. The flags add to that:

    - `keep_user`: the user must not be deleted before the batch is committed.
    - `sdk_client`: the SDK client of the user.
    - `attachments`: the attachments with these ids.
    - `reach`: the user of a personal conversation, and the clients on which the user can be reached.
    - `disclaimers`: with `reach`, the integrations of these clients that do not show the AI disclaimer.
    """

    app_id: str
    conversation_id: str
    user: UserReference | None = None
    keep_user: bool = False
    sdk_client: bool = False
    reach: bool = False
    disclaimers: bool = False
    attachments: tuple[str, ...] = ()

    @property
    def conversation_key(self) -> RowKey:
        """The key of the conversation."""
        return self.app_id, self.conversation_id

    @property
    def external_key(self) -> ExternalKey | None:
        """The key of the external id that names the user, if one does."""
        if self.user is None or self.user.external_id is None:
            return None
        return self.app_id, self.user.external_id, self.user.brand_id

    @property
    def participant_key(self) -> ParticipantKey | None:
        """The key of the participant id that names the user, if one does."""
        if self.user is None or self.user.participant_id is None:
            return None
        return self.app_id, self.conversation_id, self.user.participant_id


class Facts:
    """Conversations, users and participants, as the verbs before this one in the batch left them. Read only."""

    def __init__(self) -> None:
        self._conversations: dict[RowKey, StoredConversation] = {}
        self._users: dict[RowKey, StoredUser] = {}
        self._users_of_external_ids: dict[ExternalKey, str] = {}
        self._users_of_participants: dict[ParticipantKey, str] = {}
        self._participants: dict[MemberKey, StoredParticipant] = {}
        self._sdk_clients: dict[RowKey, str] = {}
        self._reaches: dict[RowKey, Reach] = {}
        self._attachments: dict[RowKey, StoredAttachment] = {}

    def conversation(self, app_id: str, conversation_id: str) -> StoredConversation | None:
        """The conversation, or None if it does not exist in the app."""
        return self._conversations.get((app_id, conversation_id))

    def user_id(self, app_id: str, conversation_id: str, reference: UserReference) -> str | None:
        """The id of the referenced user. A user id in the reference is returned unchecked."""
        if reference.user_id is not None:
            return reference.user_id
        if reference.external_id is not None:
            return self._users_of_external_ids.get((app_id, reference.external_id, reference.brand_id))
        if reference.participant_id is not None:
            return self._users_of_participants.get((app_id, conversation_id, reference.participant_id))
        return None

    def user(self, conversation: StoredConversation, reference: UserReference) -> StoredUser | None:
        """The referenced user of the conversation's app, or None."""
        user_id = self.user_id(conversation.app_id, conversation.id, reference)
        return None if user_id is None else self._users.get((conversation.app_id, user_id))

    def participant(self, conversation: StoredConversation, user: StoredUser) -> StoredParticipant | None:
        """The user as a participant of the conversation, or None."""
        return self._participants.get((conversation.app_id, conversation.id, user.id))

    def sdk_client(self, user: StoredUser) -> str | None:
        """The id of the user's SDK client, or None."""
        return self._sdk_clients.get((user.app_id, user.id))

    def reach(self, conversation: StoredConversation) -> Reach | None:
        """The user of a personal conversation, and the clients on which the user can be reached."""
        return self._reaches.get((conversation.app_id, conversation.id))

    def attachment(self, app_id: str, id: str) -> StoredAttachment | None:
        """The attachment, or None if it does not exist in the app."""
        return self._attachments.get((app_id, id))


class FactBook(Facts):
    """Writable facts, for the batch, which gathers them, and for `Changes`, which keeps them up to date."""

    def __init__(self) -> None:
        super().__init__()
        self.apps_without_webhooks: set[str] = set()
        """The ids of apps that are known to have no webhooks."""

    def has_members(self, app_id: str, conversation_id: str) -> bool:
        """Whether the conversation exists and had participants before the batch."""
        conversation = self._conversations.get((app_id, conversation_id))
        return conversation is not None and conversation.participant_count > 0

    def has_participant(self, key: MemberKey) -> bool:
        """Whether the participant is known already."""
        return key in self._participants

    def stored_user(self, app_id: str, user_id: str) -> StoredUser | None:
        """The user with this id, or None."""
        return self._users.get((app_id, user_id))

    def add_conversation(self, conversation: StoredConversation) -> None:
        """Add a conversation that exists."""
        self._conversations[conversation.app_id, conversation.id] = conversation

    def add_verb_facts(self, found: VerbFacts) -> None:
        """Add the rows that exist of those that one statement has read."""
        if found.conversation is not None:
            self.add_conversation(found.conversation)
            if not found.has_webhooks:
                self.apps_without_webhooks.add(found.conversation.app_id)
        if found.user is not None:
            self.add_user(found.user)
        if found.participant is not None:
            self.add_participant(found.participant)

    def add_user(self, user: StoredUser) -> None:
        """Add a user that exists."""
        self._users[user.app_id, user.id] = user

    def add_users(self, users: Iterable[StoredUser]) -> None:
        """Add users that exist."""
        self._users.update({(user.app_id, user.id): user for user in users})

    def add_external_ids(self, users: dict[ExternalKey, str]) -> None:
        """Add the user ids of external ids."""
        self._users_of_external_ids.update(users)

    def add_participant(self, participant: StoredParticipant) -> None:
        """Add a participant of a conversation."""
        app_id, conversation_id, user_id = participant.app_id, participant.conversation_id, participant.user_id
        self._participants[app_id, conversation_id, user_id] = participant
        self._users_of_participants[app_id, conversation_id, participant.id] = user_id

    def remove_participant(self, participant: StoredParticipant) -> None:
        """Remove a participant that has left the conversation."""
        self._participants.pop((participant.app_id, participant.conversation_id, participant.user_id), None)

    def add_sdk_clients(self, clients: dict[RowKey, str]) -> None:
        """Add the SDK clients of users."""
        self._sdk_clients.update(clients)

    def add_attachment(self, attachment: StoredAttachment) -> None:
        """Add an attachment that exists."""
        self._attachments[attachment.app_id, attachment.id] = attachment

    def set_reach(self, conversation: StoredConversation, reach: Reach) -> None:
        """Set how the user of a personal conversation can be reached."""
        self._reaches[conversation.app_id, conversation.id] = reach
