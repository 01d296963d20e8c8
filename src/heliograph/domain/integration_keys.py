"""The verbs of the API keys of custom integrations."""

from __future__ import annotations

from heliograph.domain.keys import new_key
from heliograph.domain.loading import load_app, load_integration, load_integration_key
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, NotACustomIntegration
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import keys
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire.apps import AppKey
from heliograph.wire.integrations import CUSTOM
from heliograph.wire.keys import KEYS_PER_INTEGRATION, IntegrationApiKey
from heliograph.wire.operations import Scope


async def create(store: Store, tenant: Tenant, integration_id: str, display_name: str) -> IntegrationApiKey:
    """Create a key of a custom integration.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        BadRequest: it is not a custom integration, or it has reached the limit of keys.
    """
    key = new_key(Scope.INTEGRATION, display_name)
    await store.write(_create, tenant, integration_id, key, store.sealer.seal(key.id, key.secret))
    return IntegrationApiKey(id=key.id, display_name=key.display_name, secret=key.secret)


async def _create(tx: Tx, tenant: Tenant, integration_id: str, key: AppKey, sealed: bytes) -> None:
    # The lock keeps concurrent requests from exceeding the limit, and from deleting the integration.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    if len(await stored_of_integration(tx, tenant, integration_id)) >= KEYS_PER_INTEGRATION:
        raise BadRequest(f"Integration has reached the max number of keys ({KEYS_PER_INTEGRATION})")
    stored = StoredKey(key.id, tenant.app_id, Scope.INTEGRATION.label, key.display_name, sealed, tx.now, integration_id)
    await keys.add(tx, stored)


async def of_integration(store: Store, tenant: Tenant, integration_id: str) -> list[IntegrationApiKey]:
    """The keys of a custom integration, oldest first, with their secrets.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        NotACustomIntegration: only custom integrations have keys.
    """
    return [_to_api(store, key) for key in await store.snapshot(stored_of_integration, tenant, integration_id)]


async def stored_of_integration(reader: Reader, tenant: Tenant, integration_id: str) -> list[StoredKey]:
    """The keys of an integration, oldest first, with sealed secrets.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        NotACustomIntegration: only custom integrations have keys.
    """
    integration = await load_integration(reader, tenant, integration_id)
    if integration.type != CUSTOM:
        raise NotACustomIntegration
    return await keys.of_integration(reader, tenant.app_id, integration.id)


async def get(store: Store, tenant: Tenant, integration_id: str, key_id: str) -> IntegrationApiKey:
    """A key of an integration, with its secret.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    return _to_api(store, await store.snapshot(load_integration_key, tenant, integration_id, key_id))


async def delete(store: Store, tenant: Tenant, integration_id: str, key_id: str) -> None:
    """Revoke a key of an integration.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, integration_id, key_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str, key_id: str) -> None:
    await keys.remove(tx, (await load_integration_key(tx, tenant, integration_id, key_id)).id)


def _to_api(store: Store, key: StoredKey) -> IntegrationApiKey:
    return IntegrationApiKey(id=key.id, display_name=key.display_name, secret=store.sealer.open(key.id, key.secret))
