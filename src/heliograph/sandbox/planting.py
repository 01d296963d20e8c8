"""Creates the objects of a seed in one transaction: either all of them, or none.

Existing objects stay as they are, so a seed can be planted again. Objects get the ids that an earlier planting gave
them. Integrations are created last, so that their webhooks are not called with the events of the seed itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from heliograph.domain import apps, conversations, integrations, messages, metadata, stand_ins, users, webhooks
from heliograph.domain.batch import conversation_batch
from heliograph.domain.facts import UserReference
from heliograph.domain.membership import Join
from heliograph.domain.networks import Network, networks_of
from heliograph.domain.tenants import Tenant
from heliograph.domain.user_creation import creation_batch
from heliograph.domain.verbs import Refused, Verb, raised
from heliograph.errors import ApiError
from heliograph.sandbox.seeds import Plan, PlannedConversation, PlannedIntegration, invalid
from heliograph.settings import Settings
from heliograph.storage.engine import Tx
from heliograph.storage.rows import conversations as conversation_rows
from heliograph.storage.rows import integrations as integration_rows
from heliograph.storage.rows import users as user_rows
from heliograph.storage.rows import webhooks as webhook_rows
from heliograph.storage.rows.seeds import SeededIntegration, StoredSeed
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire.integrations import CustomIntegrationBody
from heliograph.wire.seeds import SeedCounts

T = TypeVar("T")
_STEP = 500


@dataclass(frozen=True, slots=True)
class Ground:
    """The parts of a server that planting needs."""

    sealer: Sealer
    participant_limit: int
    networks: tuple[Network, ...]
    """The private networks that webhooks may have as targets."""
    stand_ins: bool


def ground_of(store: Store, settings: Settings) -> Ground:
    """The ground of a server."""
    embedded = not store.shared
    return Ground(
        store.sealer,
        settings.participant_limit,
        networks_of(settings, embedded=embedded),
        stand_ins.offered(settings, embedded=embedded),
    )


async def plant(
    tx: Tx, tenant: Tenant, plan: Plan, seed: StoredSeed, ground: Ground, *, from_defaults: bool
) -> SeedCounts:
    """Create the missing objects of the app, and store their ids in `seed`. With `from_defaults`, fields that the seed
    does not set get their defaults.

    Raises:
        BadRequest: a rule refuses an object. The title begins with its place in the seed.
    """
    try:
        app = await apps.change(tx, tenant.app_id, plan.app, from_defaults=from_defaults)
    except ApiError as error:
        raise invalid("", *error.titles) from None
    tenant = Tenant(
        tenant.app_id,
        tenant.key_id,
        masks_cards=app.settings.mask_credit_card_numbers,
        uses_animal_names=app.settings.use_animal_names,
    )
    return SeedCounts(
        users=await _plant_users(tx, tenant, plan, seed),
        conversations=await _plant_conversations(tx, tenant, plan, seed, ground),
        integrations=await _plant_integrations(tx, tenant, plan, seed, ground),
    )


async def _plant_users(tx: Tx, tenant: Tenant, plan: Plan, seed: StoredSeed) -> int:
    count = 0
    for planned in _steps(plan.users):
        found = await user_rows.ids_of(tx, {(tenant.app_id, one.name, None) for one in planned})
        existing = {name: id for (_, name, _), id in found.items()}
        missing = [one for one in planned if one.name not in existing]
        new = [users.new_user(tenant, one.body, seed.users.get(one.name) or one.id) for one in missing]
        for created in await creation_batch(tx, new):
            assert not isinstance(created, Refused)
            existing[str(created.external_id)] = created.id
        seed.users |= existing
        count += len(new)
    return count


async def _plant_conversations(tx: Tx, tenant: Tenant, plan: Plan, seed: StoredSeed, ground: Ground) -> int:
    count = 0
    for number, planned in enumerate(plan.conversations):
        known = seed.conversations.get(planned.name)
        if known is not None and await conversation_rows.get(tx, tenant.app_id, known) is not None:
            continue
        place = f"conversation[{number}]"
        try:
            seed.conversations[planned.name] = await _plant_conversation(
                tx, tenant, planned, known or planned.id, place, ground
            )
        except ApiError as error:
            raise invalid("" if error.titles[0].startswith(place) else place, *error.titles) from None
        count += 1
    return count


async def _plant_conversation(
    tx: Tx, tenant: Tenant, planned: PlannedConversation, id: str | None, place: str, ground: Ground
) -> str:
    checked = metadata.without_nulls(planned.body.metadata, "Conversation")
    created = await conversations.add(tx, tenant, planned.body, checked, ground.participant_limit, id)
    joins = [
        Join(tenant, created.id, UserReference(external_id=name), subscribe=False, limit=ground.participant_limit)
        for name in planned.joining
    ]
    await _perform(tx, joins, f"{place}.participants")
    posts = [messages.new_message(tenant, created.id, one, {}) for one in planned.messages]
    await _perform(tx, posts, f"{place}.messages")
    return created.id


async def _perform(tx: Tx, verbs: Sequence[Verb[object]], place: str) -> None:
    for some in _steps(verbs):
        for outcome in await conversation_batch(tx, some):
            if isinstance(outcome, Refused):
                raise invalid(place, *raised(outcome).titles)


async def _plant_integrations(tx: Tx, tenant: Tenant, plan: Plan, seed: StoredSeed, ground: Ground) -> int:
    count = 0
    for number, planned in enumerate(plan.integrations):
        known = seed.integrations.get(planned.name)
        if known is not None and await integration_rows.get(tx, tenant.app_id, known.id) is not None:
            await _retarget(tx, tenant, planned, known)
            continue
        try:
            seed.integrations[planned.name] = await _plant_integration(tx, tenant, planned, known, ground)
        except ApiError as error:
            raise invalid(f"integration[{number}]", *error.titles) from None
        count += 1
    return count


async def _plant_integration(
    tx: Tx, tenant: Tenant, planned: PlannedIntegration, known: SeededIntegration | None, ground: Ground
) -> SeededIntegration:
    created = integrations.new_integration(
        tenant.app_id, planned.body, ground.networks, with_stand_ins=ground.stand_ins
    )
    created.id = known.id if known else planned.id or created.id
    webhook = _webhook(tenant, planned, created.id, known, ground.sealer)
    await integrations.add(tx, tenant.app_id, created, [webhook] if webhook else [])
    return SeededIntegration(created.id, webhook.id, webhook.secret) if webhook else SeededIntegration(created.id)


def _webhook(
    tenant: Tenant, planned: PlannedIntegration, integration_id: str, known: SeededIntegration | None, sealer: Sealer
) -> StoredWebhook | None:
    if not isinstance(planned.body, CustomIntegrationBody):
        return None
    (body,) = planned.body.webhooks
    webhook = webhooks.new_webhook(sealer, tenant.app_id, integration_id, body, planned.secret)
    if known is not None and known.webhook_id is not None and known.secret is not None:
        webhook.id, webhook.secret = known.webhook_id, known.secret
    return webhook


async def _retarget(tx: Tx, tenant: Tenant, planned: PlannedIntegration, known: SeededIntegration) -> None:
    """Set the target of an existing webhook: the inboxes of a server that listens at another port have other URLs."""
    if known.webhook_id is None or not isinstance(planned.body, CustomIntegrationBody):
        return
    webhook = await webhook_rows.get(tx, tenant.app_id, known.webhook_id)
    if webhook is not None and webhook.target != planned.body.webhooks[0].target:
        webhook.target = planned.body.webhooks[0].target
        await webhook_rows.change(tx, tenant.app_id, webhook)


def _steps(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), _STEP):
        yield items[first : first + _STEP]
