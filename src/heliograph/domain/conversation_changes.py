"""The changes of conversations in a transaction. This is the only place that sets their `newest_id`."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain.facts import RowKey
from heliograph.domain.participant_changes import remove_all
from heliograph.storage.engine import Tx
from heliograph.storage.rows import attachments, conversations, messages, outbound
from heliograph.storage.rows.conversations import StoredConversation


class ConversationChanges:
    """Changes of conversations. A conversation that is created or deleted is not also updated."""

    def __init__(self) -> None:
        self.created: list[StoredConversation] = []
        self.changed: dict[RowKey, StoredConversation] = {}
        self.controlled: dict[RowKey, StoredConversation] = {}
        self.watched: dict[RowKey, StoredConversation] = {}
        self.defaults: list[StoredConversation] = []
        self.emptied: list[StoredConversation] = []
        self.deleted: dict[RowKey, tuple[StoredConversation, str]] = {}
        """Each with the cause that ends its memberships."""

    async def save(self, tx: Tx) -> None:
        self._set_versions()
        if self.created:
            await conversations.add(tx, self.created)
        deleted = [conversation for conversation, _ in self.deleted.values()]
        for conversation in (*self.emptied, *deleted):
            await messages.remove_all(tx, conversation.app_id, conversation.id)
        for conversation in self.emptied:
            await attachments.release_messages(tx, conversation.app_id, conversation.id)
        for conversation, cause in self.deleted.values():
            await attachments.release_conversation(tx, conversation.app_id, conversation.id)
            await outbound.remove_of_conversation(tx, conversation.app_id, conversation.id)
            await remove_all(tx, conversation.app_id, conversation.id, cause)
        for conversation in (*self.created, *deleted):
            self.changed.pop((conversation.app_id, conversation.id), None)
        if self.changed:
            await conversations.set_counts(tx, list(self.changed.values()))
        if self.controlled:
            await conversations.set_control(tx, list(self.controlled.values()))
        if self.watched:
            await conversations.set_checks(tx, list(self.watched.values()))
        if self.defaults:
            await conversations.set_default(tx, self.defaults)
        if deleted:
            await conversations.remove(tx, deleted)

    def _set_versions(self) -> None:
        # Created after everything that was added to the conversations, so it is greater than all ids in them.
        newest = ids.new() if self.created or self.changed else ""
        for conversation in (*self.created, *self.changed.values()):
            conversation.newest_id = newest
