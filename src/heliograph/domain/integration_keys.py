"""The verbs of the API keys of custom integrations."""

from __future__ import annotations

from heliograph.domain import integrations
from heliograph.domain.apps import require
from heliograph.domain.integrations import CUSTOM
from heliograph.domain.keys import new_key
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, NotACustomIntegration, NotFound
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import keys
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire.apps import AppKey
from heliograph.wire.keys import KEYS_PER_INTEGRATION, IntegrationApiKey
from heliograph.wire.operations import Scope


async def create(store: Store, tenant: Tenant, integration_id: str, display_name: str) -> IntegrationApiKey:
    """Create a key of a custom integration.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        BadRequest: it is not a custom one, or has as many keys as it may have.
    """
    key = new_key(Scope.INTEGRATION, display_name)
    await store.write(_create, tenant, integration_id, key, store.sealer.seal(key.id, key.secret))
    return IntegrationApiKey(id=key.id, display_name=key.display_name, secret=key.secret)


async def _create(tx: Tx, tenant: Tenant, integration_id: str, key: AppKey, sealed: bytes) -> None:
    # Locked, so that concurrent calls cannot exceed the limit, and the integration stays.
    await require(tx, tenant.app_id, lock=Lock.CHANGE)
    if len(await _of_integration(tx, tenant, integration_id)) >= KEYS_PER_INTEGRATION:
        raise BadRequest(f"Integration has reached the max number of keys ({KEYS_PER_INTEGRATION})")
    stored = StoredKey(key.id, tenant.app_id, Scope.INTEGRATION.label, key.display_name, sealed, tx.now, integration_id)
    await keys.add(tx, stored)


async def of_integration(store: Store, tenant: Tenant, integration_id: str) -> list[IntegrationApiKey]:
    """The keys of a custom integration, oldest first, with their secrets.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        NotACustomIntegration: it has no keys.
    """
    return [_to_api(store, key) for key in await store.snapshot(_of_integration, tenant, integration_id)]


async def _of_integration(reader: Reader, tenant: Tenant, integration_id: str) -> list[StoredKey]:
    integration = await integrations.find(reader, tenant, integration_id)
    if integration.type != CUSTOM:
        raise NotACustomIntegration
    return await keys.of_integration(reader, tenant.app_id, integration.id)


async def get(store: Store, tenant: Tenant, integration_id: str, key_id: str) -> IntegrationApiKey:
    """A key of an integration, with its secret.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    return _to_api(store, await store.snapshot(_get, tenant, integration_id, key_id))


async def _get(reader: Reader, tenant: Tenant, integration_id: str, key_id: str) -> StoredKey:
    integration = await integrations.find(reader, tenant, integration_id)
    for key in await keys.of_integration(reader, tenant.app_id, integration.id):
        if key.id == key_id:
            return key
    raise NotFound


async def delete(store: Store, tenant: Tenant, integration_id: str, key_id: str) -> None:
    """Revoke a key of an integration.

    Raises:
        IntegrationNotFound, NotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, integration_id, key_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str, key_id: str) -> None:
    await keys.remove(tx, (await _get(tx, tenant, integration_id, key_id)).id)


def _to_api(store: Store, key: StoredKey) -> IntegrationApiKey:
    return IntegrationApiKey(id=key.id, display_name=key.display_name, secret=store.sealer.open(key.id, key.secret))
