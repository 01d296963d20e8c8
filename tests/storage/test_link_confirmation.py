"""Links that are confirmed within a transaction, because the user acts through the client."""

from __future__ import annotations

import msgspec

from heliograph.domain import clients, conversations, integrations, links, sandbox
from heliograph.domain.changes import Changes
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Tx
from heliograph.storage.rows import clients as client_rows
from heliograph.storage.rows import participants
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.store import Store
from heliograph.wire.conversations import ConversationCreateBody
from heliograph.wire.integrations import IntegrationCreateBody
from heliograph.wire.linking import ClientCreateBody
from tests.api.linking import EXTERNAL_ID, NUMBER
from tests.delivery.site import Site
from tests.storage.conftest import Run
from tests.unit.integrations import INTEGRATIONS


def test_a_link_is_confirmed_once(run: Run) -> None:
    """clients.5, clients.6"""

    async def work(store: Store) -> None:
        made = await sandbox.ensure(store)
        tenant = Tenant(made.app.id, made.app_key.id)
        user = await Site(store, tenant).user()
        body = msgspec.convert({"type": "personal", "participants": [{"userId": user}]}, ConversationCreateBody)
        conversation = (await conversations.create(store, tenant, body, 10)).id
        channel = msgspec.convert({"type": "twilio", **INTEGRATIONS["twilio"][0]}, IntegrationCreateBody)
        integration = (await integrations.create(store, tenant, channel, (), with_stand_ins=True)).id
        criteria = {"type": "twilio", "integrationId": integration, "phoneNumber": NUMBER}
        request = {
            "matchCriteria": criteria,
            "confirmation": {"type": "userActivity"},
            "target": {"conversationId": conversation},
        }
        pending = await clients.create(store, tenant, user, None, msgspec.convert(request, ClientCreateBody))

        async def confirm(tx: Tx) -> tuple[StoredClient | None, int]:
            client = await client_rows.get(tx, tenant.app_id, user, pending.id)
            assert client is not None
            changes = Changes(tx.now)
            confirmed = await links.confirm(tx, changes, tenant, client)
            await changes.save(tx)
            return confirmed, len(changes.journal.events)

        first, again = await store.write(confirm), await store.write(confirm)
        assert first[0] is not None
        assert (first[0].status, first[0].external_id) == ("active", EXTERNAL_ID)
        assert again[0] == first[0]
        assert (first[1], again[1]) == (1, 0)
        (participant,) = await store.read(participants.of_conversation, tenant.app_id, conversation)
        assert [one.client_id for one in participant.client_associations] == [pending.id]

    run(work)
