"""The verbs of webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from heliograph import ids
from heliograph.domain.apps import require
from heliograph.domain.networks import Network
from heliograph.domain.targets import admit
from heliograph.domain.tenants import OWN_INTEGRATION, Tenant
from heliograph.errors import BadRequest, Forbidden, IntegrationNotFound, NotFound
from heliograph.storage import integrations, webhooks
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.storage.webhooks import StoredWebhook
from heliograph.wire.webhooks import WEBHOOKS_PER_APP, Subscription, Webhook, WebhookCreateBody, WebhookUpdateBody

VERSION = "v2"
_SECRET_BYTES = 32


async def create(
    store: Store, tenant: Tenant, integration_id: str, body: WebhookCreateBody, allowed: Sequence[Network]
) -> Webhook:
    """Create a webhook of an integration.

    Raises:
        IntegrationNotFound: there is no such integration in this app.
        BadRequest: the target cannot be called, the integration is not a custom one, or the app has as many webhooks
            as it may have.
    """
    admit(body.target, allowed, "target")
    webhook = fresh(store.sealer, tenant.app_id, own(tenant, integration_id), body)
    await store.write(_create, tenant.app_id, webhook)
    return shown(store.sealer, webhook)


async def _create(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    await require(tx, app_id, lock=Lock.CHANGE)
    integration = await integrations.get(tx, app_id, webhook.integration_id)
    if integration is None:
        raise IntegrationNotFound
    if integration.type != "custom":
        raise BadRequest("Webhooks are available only for custom integrations")
    await add(tx, app_id, webhook)


def fresh(sealer: Sealer, app_id: str, integration_id: str, body: WebhookCreateBody) -> StoredWebhook:
    """A new webhook, not stored yet, with a secret that nobody knows."""
    id = ids.new()
    return StoredWebhook(
        id=id,
        app_id=app_id,
        integration_id=integration_id,
        target=body.target,
        triggers=_joined(body.triggers),
        secret=sealer.seal(id, secrets.token_urlsafe(_SECRET_BYTES)),
        include_full_user=int(bool(body.include_full_user)),
        include_full_source=int(bool(body.include_full_source)),
        created_at=0,
    )


async def add(tx: Tx, app_id: str, webhook: StoredWebhook) -> None:
    """Store a webhook. The app has to be held, so that two webhooks at once are not one too many.

    Raises:
        BadRequest: the app has as many webhooks as it may have.
    """
    if len(await webhooks.of_app(tx, app_id)) >= WEBHOOKS_PER_APP:
        raise BadRequest(f"App has reached the max number of webhooks ({WEBHOOKS_PER_APP})")
    webhook.created_at = tx.now
    await webhooks.add(tx, app_id, webhook)


async def of_integration(store: Store, tenant: Tenant, integration_id: str) -> list[Webhook]:
    """The webhooks of an integration, oldest first.

    Raises:
        IntegrationNotFound: there is no such integration in this app.
    """
    found = await store.snapshot(_of_integration, tenant, integration_id)
    return [shown(store.sealer, webhook) for webhook in found]


async def _of_integration(reader: Reader, tenant: Tenant, integration_id: str) -> list[StoredWebhook]:
    wanted = own(tenant, integration_id)
    if await integrations.get(reader, tenant.app_id, wanted) is None:
        raise IntegrationNotFound
    return [one for one in await webhooks.of_app(reader, tenant.app_id) if one.integration_id == wanted]


async def get(store: Store, tenant: Tenant, integration_id: str, webhook_id: str) -> Webhook:
    """A webhook of an integration.

    Raises:
        IntegrationNotFound, NotFound: there is no such thing in this app.
    """
    return shown(store.sealer, await store.snapshot(_get, tenant, integration_id, webhook_id))


async def _get(reader: Reader, tenant: Tenant, integration_id: str, webhook_id: str) -> StoredWebhook:
    for webhook in await _of_integration(reader, tenant, integration_id):
        if webhook.id == webhook_id:
            return webhook
    raise NotFound


async def update(
    store: Store,
    tenant: Tenant,
    integration_id: str,
    webhook_id: str,
    body: WebhookUpdateBody,
    allowed: Sequence[Network],
) -> Webhook:
    """Change what the body names.

    Raises:
        IntegrationNotFound, NotFound: there is no such thing in this app.
        BadRequest: the new target cannot be called.
    """
    if body.target is not None:
        admit(body.target, allowed, "target")
    return shown(store.sealer, await store.write(_update, tenant, integration_id, webhook_id, body))


async def _update(
    tx: Tx, tenant: Tenant, integration_id: str, webhook_id: str, body: WebhookUpdateBody
) -> StoredWebhook:
    # Held, so that of two changes at once none is lost.
    await require(tx, tenant.app_id, lock=Lock.CHANGE)
    webhook = await _get(tx, tenant, integration_id, webhook_id)
    if body.target is not None:
        webhook.target = body.target
    if body.triggers is not None:
        webhook.triggers = _joined(body.triggers)
    if body.include_full_user is not None:
        webhook.include_full_user = int(body.include_full_user)
    if body.include_full_source is not None:
        webhook.include_full_source = int(body.include_full_source)
    await webhooks.change(tx, tenant.app_id, webhook)
    return webhook


async def delete(store: Store, tenant: Tenant, integration_id: str, webhook_id: str) -> None:
    """Delete a webhook; what is still to be delivered to it is not.

    Raises:
        IntegrationNotFound, NotFound: there is no such thing in this app.
    """
    await store.write(_delete, tenant, integration_id, webhook_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str, webhook_id: str) -> None:
    webhook = await _get(tx, tenant, integration_id, webhook_id)
    await webhooks.remove(tx, tenant.app_id, webhook.id)


def own(tenant: Tenant, integration_id: str) -> str:
    """The id of the integration that is meant; `me` is the one that acts.

    Raises:
        IntegrationNotFound: no integration acts.
        Forbidden: another one does.
    """
    if integration_id == OWN_INTEGRATION:
        if tenant.integration_id is None:
            raise IntegrationNotFound
        return tenant.integration_id
    if tenant.integration_id not in (None, integration_id):
        raise Forbidden
    return integration_id


def shown(sealer: Sealer, webhook: StoredWebhook) -> Webhook:
    """A webhook as answers show it."""
    triggers: list[Subscription] = webhook.triggers.split(",") if webhook.triggers else []  # type: ignore[assignment]
    return Webhook(
        id=webhook.id,
        version=VERSION,
        target=webhook.target,
        triggers=triggers,
        secret=sealer.open(webhook.id, webhook.secret),
        include_full_user=bool(webhook.include_full_user),
        include_full_source=bool(webhook.include_full_source),
    )


def _joined(triggers: list[Subscription]) -> str:
    return ",".join(dict.fromkeys(triggers))
