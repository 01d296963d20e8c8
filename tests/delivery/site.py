"""An app on an open store, with a dispatcher whose clock can be advanced."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

import msgspec

from heliograph.background import Failures
from heliograph.delivery.clock import MachineClock
from heliograph.delivery.dispatcher import Dispatcher
from heliograph.delivery.disturbed_sender import DisturbedSender
from heliograph.delivery.leases import BucketAssignment, SingleProcess
from heliograph.delivery.sender import WebhookSender
from heliograph.delivery.worker import DeliveryContext
from heliograph.domain import apps, conversations, integrations, messages, participants, users, webhooks
from heliograph.domain.batch import conversation_batch
from heliograph.domain.networks import parse_networks
from heliograph.domain.tenants import Tenant
from heliograph.domain.user_creation import creation_batch
from heliograph.domain.verbs import Verb
from heliograph.domain.writes import BatchWrite
from heliograph.sandbox.chaos import Chaos
from heliograph.storage.engine import Reader
from heliograph.storage.rows.users import StoredUser
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.apps import AppCreateBody
from heliograph.wire.conversations import ConversationCreateBody
from heliograph.wire.integrations import CustomIntegration, CustomIntegrationBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody
from heliograph.wire.users import UserCreateBody, UserUpdateBody
from heliograph.wire.webhooks import WebhookCreateBody, WebhookUpdateBody

LOOPBACK = parse_networks("loopback", host="", embedded=False)
# Webhooks may be created with any target; the sender allows loopback only.
ANYWHERE = parse_networks("0.0.0.0/0,::/0", host="", embedded=False)
POLL_SECONDS = 0.05
T = TypeVar("T")


async def perform(store: Store, verb: Verb[T]) -> T:
    """Perform a verb in a batch; returns its outcome after the commit."""
    return await BatchWrite[T](conversation_batch, verb, lambda outcome: outcome).perform(store)


class Clock:
    """A clock that can be advanced."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return times.now() + self.ahead


class Site:
    """An app with one custom integration."""

    def __init__(self, store: Store, tenant: Tenant) -> None:
        self.store = store
        self.tenant = tenant
        self.integration_id = ""

    async def hook(self, url: str, *triggers: str, **more: Any) -> str:
        """Add a webhook; returns its id."""
        body = {"target": url, "triggers": triggers or ["*"], **more}
        if not self.integration_id:
            made = await integrations.create(
                self.store,
                self.tenant,
                msgspec.convert({"type": "custom", "webhooks": [body]}, CustomIntegrationBody),
                ANYWHERE,
            )
            assert isinstance(made, CustomIntegration)
            self.integration_id = made.id
            return made.webhooks[0].id
        converted = msgspec.convert(body, WebhookCreateBody)
        return (await webhooks.create(self.store, self.tenant, self.integration_id, converted, ANYWHERE)).id

    async def point(self, webhook_id: str, url: str) -> None:
        """Give a webhook another target."""
        body = WebhookUpdateBody(target=url)
        await webhooks.update(self.store, self.tenant, self.integration_id, webhook_id, body, ANYWHERE)

    async def unhook(self, webhook_id: str) -> None:
        """Delete a webhook."""
        await webhooks.delete(self.store, self.tenant, self.integration_id, webhook_id)

    async def user(self, external_id: str | None = None, **fields: Any) -> str:
        """Create a user, which creates no event; returns the id."""
        creation = users.new_user(self.tenant, UserCreateBody(external_id=external_id, **fields))
        created = await self.store.submit(creation_batch, creation)
        assert isinstance(created, StoredUser)
        return created.id

    async def touch(self, user_id: str, number: int = 0) -> None:
        """Update a user, which creates an event in the user's lane."""
        body = msgspec.convert({"metadata": {"number": number}}, UserUpdateBody)
        await users.update(self.store, self.tenant, user_id, None, body)

    async def group(self) -> str:
        """Create a group."""
        body = ConversationCreateBody(type="sdkGroup")
        return (await conversations.create(self.store, self.tenant, body, 1000)).id

    async def join(self, group: str, user_id: str, *, subscribe: bool = False) -> None:
        """Join a user to a group."""
        body = ParticipantJoinBody(user_id=user_id, subscribe_sdk_client=subscribe)
        await perform(self.store, participants.joining(self.tenant, group, body, 1000))

    async def leave(self, group: str, user_id: str) -> None:
        """Remove a user from a group."""
        await perform(self.store, participants.leaving(self.tenant, group, ParticipantLeaveBody(user_id=user_id)))

    async def post(self, conversation_id: str, message: MessagePost) -> None:
        """Post a message."""
        await perform(self.store, await messages.posting(self.store, self.tenant, conversation_id, message))

    async def rows(self, sql: str, *values: Any) -> list[Sequence[Any]]:
        """The rows of a query."""

        async def query(reader: Reader) -> list[Sequence[Any]]:
            return await reader.rows(sql, *values)

        return await self.store.read(query)

    async def settled(self, seconds: float = 30.0) -> list[str]:
        """Wait until no delivery is pending; returns their statuses in the order of events."""
        async with asyncio.timeout(seconds):
            while await self.rows("SELECT 1 FROM delivery WHERE status = 'pending' LIMIT 1"):
                await asyncio.sleep(0.01)
        return [row[0] for row in await self.rows("SELECT status FROM delivery ORDER BY event_id")]


async def new_site(store: Store) -> Site:
    """A new app."""
    app = await apps.create(store, AppCreateBody(display_name="Site"))
    return Site(store, Tenant(app.id, "app_key"))


class Running:
    """A running dispatcher."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def forward(self, seconds: float) -> None:
        """Advance the clock."""
        self.clock.ahead += int(seconds * 1000)


@contextlib.asynccontextmanager
async def delivering(
    store: Store,
    *,
    patience: float = 5.0,
    assignment: BucketAssignment | None = None,
    roll: float = 0.5,
    failures: Failures | None = None,
    poll_seconds: float = POLL_SECONDS,
    chaos: Chaos | None = None,
) -> AsyncIterator[Running]:
    """Run a dispatcher while the context is open, optionally with chaos rules."""
    clock = Clock()
    sender = DisturbedSender(LOOPBACK, chaos) if chaos else WebhookSender(LOOPBACK, patience)
    context = DeliveryContext(
        store,
        sender,
        assignment or SingleProcess(store.buckets),
        clock=MachineClock(clock, lambda: roll),
        failures=failures or Failures(),
    )
    dispatcher = Dispatcher(context, poll_seconds)
    store.on_due = dispatcher.deliver
    task = asyncio.create_task(dispatcher.run())
    try:
        yield Running(clock)
    finally:
        await dispatcher.stop(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await sender.close()
