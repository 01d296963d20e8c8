"""The verbs of integrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from heliograph import ids
from heliograph.domain import webhooks
from heliograph.domain.loading import load_app, load_integration
from heliograph.domain.networks import Network
from heliograph.domain.targets import admit
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import integrations, keys
from heliograph.storage.rows import webhooks as webhook_rows
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire import sdks
from heliograph.wire.base import Body
from heliograph.wire.integrations import CustomIntegration, CustomIntegrationBody, Integration, IntegrationUpdateBody
from heliograph.wire.paging import Page, Slice

CUSTOM = "custom"
_OFFERED: tuple[type[sdks.IntegrationBase], ...] = (
    CustomIntegration,
    sdks.WebIntegration,
    sdks.IosIntegration,
    sdks.AndroidIntegration,
    sdks.UnityIntegration,
)
_TYPES = {str(kind.__struct_config__.tag) for kind in get_args(Integration)}
# By type, the names of the settings that are stored: those that responses show. Push credentials are not stored, as
# this server sends no push notifications.
_KEPT = {
    str(kind.__struct_config__.tag): set(kind.__struct_encode_fields__) - {"id", "status", "displayName", "webhooks"}
    for kind in _OFFERED
}

IntegrationWithWebhooks = tuple[StoredIntegration, list[StoredWebhook]]
"""The webhooks are in the order of creation."""


async def create(store: Store, tenant: Tenant, body: Any, allowed: Sequence[Network]) -> Integration:
    """Create an integration; a custom one with its webhook.

    Raises:
        BadRequest: integrations of this type are not offered, a target cannot be called, or the app has reached the
            limit of webhooks.
        AppNotFound: the app does not exist.
    """
    type_ = str(body.__struct_config__.tag)
    if type_ not in _KEPT:
        raise BadRequest("Invalid integration type")
    wanted = body.webhooks if isinstance(body, CustomIntegrationBody) else []
    for number, one in enumerate(wanted):
        admit(one.target, allowed, f"webhooks[{number}].target")
    integration = StoredIntegration(
        id=ids.new(),
        app_id=tenant.app_id,
        type=type_,
        display_name=body.display_name,
        settings=_merged({}, type_, _given(body)),
        created_at=0,
    )
    new_webhooks = [webhooks.new_webhook(store.sealer, tenant.app_id, integration.id, one) for one in wanted]
    await store.write(_create, tenant.app_id, integration, new_webhooks)
    return to_api(store.sealer, integration, new_webhooks)


async def _create(tx: Tx, app_id: str, integration: StoredIntegration, new_webhooks: Sequence[StoredWebhook]) -> None:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    integration.created_at = tx.now
    await integrations.add(tx, app_id, integration)
    for webhook in new_webhooks:
        await webhooks.add(tx, app_id, webhook)


async def page(store: Store, tenant: Tenant, types: str | None, page: Page) -> Slice[Integration]:
    """A page of the app's integrations, oldest first; `types` is a comma-separated list of the types to include.

    Raises:
        BadRequest: unknown type.
    """
    wanted = list(dict.fromkeys(types.split(","))) if types else []
    if not _TYPES.issuperset(wanted):
        raise BadRequest("Invalid query parameters")
    return await store.snapshot(_page, tenant.app_id, wanted, page, store.sealer)


async def _page(reader: Reader, app_id: str, types: Sequence[str], page: Page, sealer: Sealer) -> Slice[Integration]:
    found = await integrations.page(reader, app_id, types, page)
    every = await webhook_rows.of_app(reader, app_id)
    records = [
        to_api(sealer, one, [webhook for webhook in every if webhook.integration_id == one.id]) for one in found.records
    ]
    return found.holding(records)


async def get(store: Store, tenant: Tenant, integration_id: str) -> Integration:
    """An integration.

    Raises:
        IntegrationNotFound: it does not exist in this app.
    """
    return to_api(store.sealer, *await store.snapshot(_with_webhooks, tenant, integration_id))


async def _with_webhooks(reader: Reader, tenant: Tenant, integration_id: str) -> IntegrationWithWebhooks:
    integration = await load_integration(reader, tenant, integration_id)
    every = await webhook_rows.of_app(reader, tenant.app_id)
    return integration, [webhook for webhook in every if webhook.integration_id == integration.id]


async def update(store: Store, tenant: Tenant, integration_id: str, body: IntegrationUpdateBody) -> Integration:
    """Change the fields that the body has; null clears an optional field.

    Raises:
        IntegrationNotFound: it does not exist in this app.
    """
    return to_api(store.sealer, *await store.write(_update, tenant, integration_id, body))


async def _update(tx: Tx, tenant: Tenant, integration_id: str, body: IntegrationUpdateBody) -> IntegrationWithWebhooks:
    # The lock keeps concurrent updates from overwriting each other.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    integration, its_webhooks = await _with_webhooks(tx, tenant, integration_id)
    if body.display_name is not UNSET:
        integration.display_name = body.display_name
    integration.settings = _merged(integration.settings, integration.type, _given(body))
    await integrations.change(tx, tenant.app_id, integration)
    return integration, its_webhooks


async def delete(store: Store, tenant: Tenant, integration_id: str) -> None:
    """Delete an integration with its keys and webhooks.

    Raises:
        IntegrationNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant, integration_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str) -> None:
    # The lock keeps concurrent requests from adding keys and webhooks.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    integration = await load_integration(tx, tenant, integration_id)
    await keys.remove_of_integration(tx, tenant.app_id, integration.id)
    await integrations.remove(tx, tenant.app_id, integration.id)


def to_api(sealer: Sealer, integration: StoredIntegration, its_webhooks: Sequence[StoredWebhook]) -> Integration:
    """An integration as responses show it."""
    fields: dict[str, Any] = {
        **integration.settings,
        "type": integration.type,
        "id": integration.id,
        "status": "active",
        "displayName": integration.display_name,
    }
    if integration.type == CUSTOM:
        fields["webhooks"] = [msgspec.to_builtins(webhooks.to_api(sealer, one)) for one in its_webhooks]
    converted: Integration = msgspec.convert(fields, Integration)
    return converted


def _given(body: Body) -> dict[str, Any]:
    """The fields that a body has, by their JSON names. None counts if the field distinguishes it from an absent one."""
    given = {}
    for field in msgspec.structs.fields(type(body)):
        value = getattr(body, field.name)
        if value is not UNSET and (value is not None or field.default is UNSET):
            given[field.encode_name] = msgspec.to_builtins(value)
    return given


def _merged(settings: dict[str, Any], type_: str, given: dict[str, Any]) -> dict[str, Any]:
    merged = dict(settings)
    for name in _KEPT[type_] & given.keys():
        if given[name] is None:
            merged.pop(name, None)
        else:
            merged[name] = given[name]
    return dict(sorted(merged.items()))
