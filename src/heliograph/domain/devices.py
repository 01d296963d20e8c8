"""The verbs of devices."""

from __future__ import annotations

from heliograph import ids
from heliograph.domain import views
from heliograph.domain.changes import Changes
from heliograph.domain.facts import FactBook
from heliograph.domain.loading import load_device, load_integration, load_user
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import clients, devices
from heliograph.storage.rows.devices import StoredDevice
from heliograph.storage.store import Store
from heliograph.wire.devices import ACTIVE, Device, DeviceBody, DeviceType

_INTEGRATION_TYPES: dict[DeviceType, set[str]] = {
    "android": {"android", "unity"},
    "ios": {"ios", "unity"},
    "web": {"web"},
}
"""The types of integrations that a device of each type can belong to."""


async def register(
    store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, guid: str, body: DeviceBody
) -> Device:
    """Create or refresh a device of a user, and create the user's SDK client if it is missing.

    Raises:
        UserNotFound, IntegrationNotFound: it does not exist in this app.
        BadRequest: the integration is not of a type for this device.
    """
    return views.device(await store.write(_register, tenant, id_or_external_id, brand_id, guid, body))


async def _register(
    tx: Tx, tenant: Tenant, id_or_external_id: str, brand_id: str | None, guid: str, body: DeviceBody
) -> StoredDevice:
    user = await load_user(tx, tenant.app_id, id_or_external_id, brand_id, lock=Lock.CHANGE)
    integration = await load_integration(tx, tenant, body.integration_id)
    if integration.type not in _INTEGRATION_TYPES[body.type]:
        raise BadRequest(f"integrationId should be of an integration for devices of type {body.type}")
    facts = FactBook()
    facts.add_sdk_clients(await clients.sdk_clients(tx, [(user.app_id, user.id)]))
    changes = Changes(tx.now, facts)
    device = StoredDevice(
        id=ids.new(),
        app_id=tenant.app_id,
        user_id=user.id,
        guid=guid,
        type=body.type,
        client_id=changes.sdk_client(tenant, user),
        integration_id=integration.id,
        status=body.status or ACTIVE,
        last_seen=tx.now,
        push_notification_token=body.push_notification_token,
        info=body.info,
        app_version=body.app_version,
    )
    if (known := await devices.with_guid(tx, tenant.app_id, user.id, guid)) is None:
        await devices.add(tx, tenant.app_id, device)
    else:
        device.id = known.id
        await devices.change(tx, tenant.app_id, device)
    await changes.save(tx)
    return device


async def of_user(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None) -> list[Device]:
    """The devices of a user, most recently seen first.

    Raises:
        UserNotFound: the user does not exist in this app.
    """
    return await store.snapshot(_of_user, tenant.app_id, id_or_external_id, brand_id)


async def _of_user(reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None) -> list[Device]:
    user = await load_user(reader, app_id, id_or_external_id, brand_id)
    return [views.device(one) for one in await devices.of_user(reader, app_id, user.id)]


async def get(store: Store, tenant: Tenant, id_or_external_id: str, brand_id: str | None, device_id: str) -> Device:
    """A device of a user.

    Raises:
        UserNotFound, DeviceNotFound: it does not exist in this app.
    """
    return await store.snapshot(_get, tenant.app_id, id_or_external_id, brand_id, device_id)


async def _get(reader: Reader, app_id: str, id_or_external_id: str, brand_id: str | None, device_id: str) -> Device:
    user = await load_user(reader, app_id, id_or_external_id, brand_id)
    return views.device(await load_device(reader, app_id, user.id, device_id))
