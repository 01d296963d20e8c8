"""The verbs of webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from heliograph import ids
from heliograph.domain.loading import load_app, load_integration, load_webhook, resolve_integration_id
from heliograph.domain.networks import Network
from heliograph.domain.oauth_integrations import is_oauth
from heliograph.domain.targets import admit
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import webhooks
from heliograph.storage.rows.webhooks import StoredWebhook, Triggers
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire.integrations import CUSTOM
from heliograph.wire.webhooks import (
    VERSION,
    WEBHOOKS_PER_APP,
    Subscription,
    Webhook,
    WebhookCreateBody,
    WebhookUpdateBody,
)

_SECRET_BYTES = 32


async def create(
    store: Store, tenant: Tenant, integration_id: str, body: WebhookCreateBody, allowed: Sequence[Network]
) -> Webhook:
    """Create a webhook of an integration.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        BadRequest: the target cannot be called, the integration is not a custom integration, or the app has reached
            the limit of webhooks.
    """
    admit(body.target, allowed, "target")
    integration_id = resolve_integration_id(tenant, integration_id)
    webhook = new_webhook(store.sealer, tenant.app_id, integration_id, body)
    await store.write(_create, tenant, webhook)
    return to_api(store.sealer, webhook)


async def _create(tx: Tx, tenant: Tenant, webhook: StoredWebhook) -> None:
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    integration = await load_integration(tx, tenant, webhook.integration_id)
    if integration.type != CUSTOM and not is_oauth(integration):
        raise BadRequest("Webhooks are available only for custom integrations")
    await add(tx, tenant.app_id, webhook)


def new_webhook(
    sealer: Sealer, app_id: str, integration_id: str, body: WebhookCreateBody, secret: str | None = None
) -> StoredWebhook:
    """A new webhook, not stored yet, with a random secret unless one is given."""
    id = ids.new()
    return StoredWebhook(
        id=id,
        app_id=app_id,
        integration_id=integration_id,
        target=body.target,
        triggers=_unique(body.triggers),
        secret=sealer.seal(id, secret or secrets.token_urlsafe(_SECRET_BYTES)),
        include_full_user=bool(body.include_full_user),
        include_full_source=bool(body.include_full_source),
        created_at=0,
    )


async def add(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Store a webhook. The app must be locked, so that concurrent requests cannot exceed the limit.

    Raises:
        BadRequest: the app has reached the limit of webhooks.
    """
    if len(await webhooks.of_app(tx, app_id)) >= WEBHOOKS_PER_APP:
        raise BadRequest(f"App has reached the max number of webhooks ({WEBHOOKS_PER_APP})")
    webhook.created_at = tx.now
    await webhooks.add(tx, app_id, webhook)


async def of_integration(store: Store, tenant: Tenant, integration_id: str) -> list[Webhook]:
    """The webhooks of an integration, oldest first.

    Raises:
        IntegrationNotFound: it does not exist in this app.
    """
    found = await store.snapshot(_of_integration, tenant, integration_id)
    return [to_api(store.sealer, webhook) for webhook in found]


async def _of_integration(reader: Reader, tenant: Tenant, integration_id: str) -> list[StoredWebhook]:
    integration = await load_integration(reader, tenant, integration_id)
    return [one for one in await webhooks.of_app(reader, tenant.app_id) if one.integration_id == integration.id]


async def get(store: Store, tenant: Tenant, integration_id: str, webhook_id: str) -> Webhook:
    """A webhook of an integration.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    return to_api(store.sealer, await store.snapshot(load_webhook, tenant, integration_id, webhook_id))


async def update(
    store: Store,
    tenant: Tenant,
    integration_id: str,
    webhook_id: str,
    body: WebhookUpdateBody,
    allowed: Sequence[Network],
) -> Webhook:
    """Change the fields that the body has.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
        BadRequest: the new target cannot be called.
    """
    if body.target is not None:
        admit(body.target, allowed, "target")
    return to_api(store.sealer, await store.write(_update, tenant, integration_id, webhook_id, body))


async def _update(
    tx: Tx, tenant: Tenant, integration_id: str, webhook_id: str, body: WebhookUpdateBody
) -> StoredWebhook:
    # The lock keeps concurrent updates from overwriting each other.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    webhook = await load_webhook(tx, tenant, integration_id, webhook_id)
    if body.target is not None:
        webhook.target = body.target
    if body.triggers is not None:
        webhook.triggers = _unique(body.triggers)
    if body.include_full_user is not None:
        webhook.include_full_user = body.include_full_user
    if body.include_full_source is not None:
        webhook.include_full_source = body.include_full_source
    await webhooks.change(tx, tenant.app_id, webhook)
    return webhook


async def delete(store: Store, tenant: Tenant, integration_id: str, webhook_id: str) -> None:
    """Delete a webhook. Delivery drops its pending deliveries.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, integration_id, webhook_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str, webhook_id: str) -> None:
    webhook = await load_webhook(tx, tenant, integration_id, webhook_id)
    await webhooks.remove(tx, tenant.app_id, webhook.id)


def to_api(sealer: Sealer, webhook: StoredWebhook) -> Webhook:
    """A webhook as responses show it."""
    return Webhook(
        id=webhook.id,
        version=VERSION,
        target=webhook.target,
        triggers=list(webhook.triggers),
        secret=sealer.open(webhook.id, webhook.secret),
        include_full_user=webhook.include_full_user,
        include_full_source=webhook.include_full_source,
    )


def _unique(triggers: list[Subscription]) -> Triggers:
    return tuple(dict.fromkeys(triggers))
