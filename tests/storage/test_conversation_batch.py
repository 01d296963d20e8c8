"""A new verb shares the conversation batch with the existing verbs."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import Struct

from heliograph.domain import apps, conversations, participants
from heliograph.domain.changes import Changes
from heliograph.domain.facts import Facts, Needs, UserReference
from heliograph.domain.membership import Join
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import ConversationNotFound
from heliograph.storage.rows import conversations as conversation_rows
from heliograph.storage.store import Store
from heliograph.wire.apps import AppCreateBody
from heliograph.wire.conversations import ConversationCreateBody
from heliograph.wire.paging import Page
from tests.delivery.site import Site, perform
from tests.storage.conftest import Run


class Visit(Struct, frozen=True):
    """Give the conversation a new version; returns the number of its participants."""

    app_id: str
    conversation_id: str

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.app_id, self.conversation_id)

    def decide(self, facts: Facts, changes: Changes) -> int | Refused:
        """Count the participants."""
        conversation = facts.conversation(self.app_id, self.conversation_id)
        if conversation is None:
            return Refused(ConversationNotFound)
        changes.touch(conversation)
        return conversation.participant_count


def test_a_new_verb_shares_the_batch(run: Run) -> None:
    async def work(store: Store) -> None:
        app = await apps.create(store, AppCreateBody(display_name="Batch"))
        tenant = Tenant(app.id, "key")
        ada = await Site(store, tenant).user("ada")
        group = await conversations.create(store, tenant, ConversationCreateBody(type="sdkGroup"), 10)
        before = await store.read(conversation_rows.version, app.id, group.id)
        sizes: list[int] = []
        store.observe_batch = lambda name, size, seconds: sizes.append(size)
        join = Join(tenant, group.id, UserReference(external_id="ada"), subscribe=True, limit=10)
        visit = Visit(app.id, group.id)
        first, joined, second, third = await asyncio.gather(
            perform(store, visit), perform(store, join), perform(store, visit), perform(store, visit)
        )
        assert (first, joined.added, second, third) == (0, True, 1, 1)
        assert max(sizes) > 1, "the verbs shared a transaction"
        assert await store.read(conversation_rows.version, app.id, group.id) != before
        listed = await participants.page(store, tenant, group.id, Page(None, None, 5))
        assert ada.encode() in bytes(listed.participants)
        with pytest.raises(ConversationNotFound):
            await perform(store, Visit("another app", group.id))

    run(work)
