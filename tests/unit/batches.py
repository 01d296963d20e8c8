"""A conversation batch without a database: tests set its facts and let its verbs decide one by one."""

from __future__ import annotations

from typing import TypeVar

from heliograph.domain.changes import Changes
from heliograph.domain.facts import FactBook, UserReference
from heliograph.domain.verbs import Refused, Verb
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.participants import StoredParticipant

T = TypeVar("T")


class Batch:
    """The facts of a batch, and the changes of its verbs."""

    def __init__(self, now: int) -> None:
        self.facts = FactBook()
        self.changes = Changes(now, self.facts)

    def decide(self, verb: Verb[T]) -> T | Refused:
        """The outcome of the next verb."""
        return verb.decide(self.facts, self.changes)

    def conversation(self, app_id: str, conversation_id: str) -> StoredConversation:
        """A conversation that exists."""
        conversation = self.facts.conversation(app_id, conversation_id)
        assert conversation is not None
        return conversation

    def participant(self, app_id: str, conversation_id: str, user_id: str) -> StoredParticipant:
        """The participant of a user."""
        conversation = self.conversation(app_id, conversation_id)
        user = self.facts.user(conversation, UserReference(user_id))
        assert user is not None
        participant = self.facts.participant(conversation, user)
        assert participant is not None
        return participant

    @property
    def types(self) -> list[str]:
        """The types of the events so far."""
        return [event.type for event in self.changes.journal.events]
