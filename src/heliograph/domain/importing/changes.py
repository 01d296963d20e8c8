"""The changes of an import: records of the past, without events."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain.changes import Changes
from heliograph.storage.engine import Tx
from heliograph.storage.rows import conversations, participants, terms
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.messages import StoredMessage
from heliograph.storage.rows.participants import StoredParticipant


class ImportChanges(Changes):
    """Changes that keep the ids and the times of another server.

    Ids that are created later are greater than the ids of imported participants and messages, so lists show later joins
    and messages after them.
    """

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self._places: list[tuple[StoredConversation, str]] = []
        """The conversation and the id of each new participant and message, which no event contains."""

    async def save(self, tx: Tx) -> None:
        """Store all changes, and the terms by which search finds the new records."""
        await super().save(tx)
        if self._places:
            app_id = self._places[0][0].app_id
            await terms.add_imported(tx, app_id, [(conversation.id, id) for conversation, id in self._places])

    def place(self, conversation: StoredConversation, participant: StoredParticipant, *, again: bool) -> None:
        """Add an imported participant. If its membership has ended here before (`again`), a new membership begins
        now."""
        ids.follow(participant.id)
        if again:
            participant.since = ids.new()
        self._participants.add(participant)
        conversation.participant_count += 1
        self._places.append((conversation, participant.id))
        self.touch(conversation)

    def keep(self, conversation: StoredConversation, message: StoredMessage, received: int) -> None:
        """Add a message that was received in the past. Participants have not read it until they are imported again."""
        ids.follow(message.id)
        conversation.message_seq += 1
        conversation.message_count += 1
        conversation.last_updated_at = max(conversation.last_updated_at, received)
        if conversation.checked_at is None:
            conversation.checked_at = conversations.NEVER
            self._conversations.watched[conversation.app_id, conversation.id] = conversation
        self._messages.append(message)
        self._places.append((conversation, message.id))
        self.touch(conversation)

    def set_times(self, conversation: StoredConversation, updated: int | None, read_by_business: int | None) -> None:
        """Set the times of a conversation that are known. They never go back."""
        if updated is not None:
            conversation.last_updated_at = max(conversation.last_updated_at, updated)
        if read_by_business is not None:
            conversation.business_last_read = max(read_by_business, conversation.business_last_read or 0)

    async def make_room(self, tx: Tx, conversation: StoredConversation, unread: int) -> None:
        """Raise `message_seq` if a participant has more unread messages than there are: some were deleted on the other
        server."""
        missing = unread - (conversation.message_seq - conversation.floor_seq)
        if missing <= 0:
            return
        await participants.raise_seen(tx, conversation.app_id, conversation.id, conversation.floor_seq, missing)
        conversation.message_seq += missing
        if conversation.idle_seq is not None:
            conversation.idle_seq += missing
            self._conversations.watched[conversation.app_id, conversation.id] = conversation
        self.touch(conversation)
