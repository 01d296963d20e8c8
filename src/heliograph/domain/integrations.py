"""The verbs of integrations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from msgspec import UNSET, Struct

from heliograph import ids
from heliograph.domain import links, oauth_integrations, switchboard_integrations, webhooks
from heliograph.domain.loading import load_app, load_integration, load_listed_integration
from heliograph.domain.networks import Network
from heliograph.domain.origins import DEFAULT_RESPONDER
from heliograph.domain.targets import admit
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, SwitchboardIntegrationNotFound
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import devices, integrations, keys, switchboards
from heliograph.storage.rows import webhooks as webhook_rows
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.switchboards import SwitchboardState
from heliograph.storage.rows.webhooks import StoredWebhook
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire import sdks
from heliograph.wire.base import Body
from heliograph.wire.integrations import (
    CUSTOM,
    INTEGRATION_TYPES,
    CustomIntegrationBody,
    Integration,
    IntegrationCreateBody,
    IntegrationUpdateBody,
)
from heliograph.wire.paging import Page, Slice

_SDKS: tuple[type[sdks.SdkIntegration], ...] = (
    sdks.WebIntegration,
    sdks.IosIntegration,
    sdks.AndroidIntegration,
    sdks.UnityIntegration,
)
_SDK_TYPES = {str(kind.__struct_config__.tag) for kind in _SDKS}
_OFFERED_ALWAYS = {CUSTOM, *_SDK_TYPES}
_DERIVED = {"id", "status", "displayName", "webhooks", "defaultResponder", "attachmentsEnabled"}
# The API document shows these in responses. They are not stored, as this server connects to no channel.
_SECRETS = {
    "accountManagementAccessToken",
    "authenticationMessageSecret",
    "channelAccessToken",
    "channelSecret",
    "pageAccessToken",
    "signingKey",
    "switcherSecret",
    "webhookSecret",
}
# By type, the names of the settings that are stored: those that responses show, and the default responder. Push
# credentials are not stored, as this server sends no push notifications.
_KEPT = {
    str(kind.__struct_config__.tag): (set(kind.__struct_encode_fields__) - _DERIVED - _SECRETS)
    | ({DEFAULT_RESPONDER} if issubclass(kind, sdks.ChannelIntegration) else set())
    for kind in get_args(Integration)
}


# msgspec crashes if two threads use a type for the first time.
msgspec.json.Decoder(Integration)


class IntegrationDetails(Struct):
    """An integration with all that responses show of it. The webhooks are in the order of creation."""

    integration: StoredIntegration
    webhooks: Sequence[StoredWebhook]
    switchboard: SwitchboardState
    """The switchboard of the app; an empty one if the app has none."""


async def create(
    store: Store,
    tenant: Tenant,
    body: IntegrationCreateBody,
    allowed: Sequence[Network],
    *,
    with_stand_ins: bool = False,
) -> Integration:
    """Create an integration; a custom one with its webhook. An integration of a third-party channel is a stand-in.

    Raises:
        BadRequest: integrations of this type are not offered, a target cannot be called, or the app has reached the
            limit of webhooks.
        AppNotFound: the app does not exist.
        SwitchboardIntegrationNotFound: the default responder does not exist.
    """
    integration = new_integration(tenant.app_id, body, allowed, with_stand_ins=with_stand_ins)
    wanted = body.webhooks if isinstance(body, CustomIntegrationBody) else []
    new_webhooks = [webhooks.new_webhook(store.sealer, tenant.app_id, integration.id, one) for one in wanted]
    return to_api(store.sealer, await store.write(add, tenant.app_id, integration, new_webhooks))


def new_integration(
    app_id: str, body: IntegrationCreateBody, allowed: Sequence[Network], *, with_stand_ins: bool
) -> StoredIntegration:
    """A new integration, not stored yet.

    Raises:
        BadRequest: integrations of this type are not offered, or the target of a webhook cannot be called.
    """
    type_ = str(body.__struct_config__.tag)
    if type_ not in _OFFERED_ALWAYS and not with_stand_ins:
        raise BadRequest("Invalid integration type")
    for number, one in enumerate(body.webhooks if isinstance(body, CustomIntegrationBody) else []):
        admit(one.target, allowed, f"webhooks[{number}].target")
    return StoredIntegration(
        id=ids.new(),
        app_id=app_id,
        type=type_,
        display_name=body.display_name,
        settings=_merged({}, type_, _given(body)),
        created_at=0,
    )


async def add(
    tx: Tx, app_id: str, integration: StoredIntegration, new_webhooks: Sequence[StoredWebhook]
) -> IntegrationDetails:
    """Store an integration with its webhooks.

    Raises:
        AppNotFound, BadRequest, SwitchboardIntegrationNotFound: as `create`.
    """
    await load_app(tx, app_id, lock=Lock.CHANGE)
    details = IntegrationDetails(integration, new_webhooks, await _switchboard(tx, app_id))
    _require_default_responder(details)
    integration.created_at = tx.now
    await integrations.add(tx, app_id, integration)
    for webhook in new_webhooks:
        await webhooks.add(tx, app_id, webhook)
    return details


async def page(store: Store, tenant: Tenant, types: str | None, page: Page) -> Slice[Integration]:
    """A page of the app's integrations, oldest first; `types` is a comma-separated list of the types to include.

    Raises:
        BadRequest: unknown type.
    """
    wanted = list(dict.fromkeys(types.split(","))) if types else []
    if not INTEGRATION_TYPES.issuperset(wanted):
        raise BadRequest("Invalid query parameters")
    return await store.snapshot(_page, tenant.app_id, wanted, page, store.sealer)


async def _page(reader: Reader, app_id: str, types: Sequence[str], page: Page, sealer: Sealer) -> Slice[Integration]:
    found = await integrations.page(reader, app_id, types, page)
    every = await webhook_rows.of_app(reader, app_id)
    switchboard = await _switchboard(reader, app_id)
    return found.holding([to_api(sealer, _details(one, every, switchboard)) for one in found.records])


async def get(store: Store, tenant: Tenant, integration_id: str) -> Integration:
    """An integration.

    Raises:
        IntegrationNotFound: it does not exist in this app.
    """
    return to_api(store.sealer, await store.snapshot(_load_details, tenant, integration_id))


async def _load_details(reader: Reader, tenant: Tenant, integration_id: str) -> IntegrationDetails:
    integration = await load_listed_integration(reader, tenant, integration_id)
    every = await webhook_rows.of_app(reader, tenant.app_id)
    return _details(integration, every, await _switchboard(reader, tenant.app_id))


def _details(
    integration: StoredIntegration, webhooks_of_app: Sequence[StoredWebhook], switchboard: SwitchboardState
) -> IntegrationDetails:
    its_webhooks = [one for one in webhooks_of_app if one.integration_id == integration.id]
    return IntegrationDetails(integration, its_webhooks, switchboard)


async def _switchboard(reader: Reader, app_id: str) -> SwitchboardState:
    found = await switchboards.of_app(reader, app_id)
    return found.state if found else SwitchboardState()


def _require_default_responder(details: IntegrationDetails) -> None:
    chosen = details.integration.settings.get(DEFAULT_RESPONDER)
    if chosen is not None and details.switchboard.find(chosen) is None:
        raise SwitchboardIntegrationNotFound


async def update(store: Store, tenant: Tenant, integration_id: str, body: IntegrationUpdateBody) -> Integration:
    """Change the fields that the body has; null clears an optional field.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        SwitchboardIntegrationNotFound: the default responder does not exist.
    """
    return to_api(store.sealer, await store.write(_update, tenant, integration_id, body))


async def _update(tx: Tx, tenant: Tenant, integration_id: str, body: IntegrationUpdateBody) -> IntegrationDetails:
    # The lock keeps concurrent updates from overwriting each other.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    details = await _load_details(tx, tenant, integration_id)
    integration = details.integration
    if body.display_name is not UNSET:
        integration.display_name = body.display_name
    given = _given(body)
    integration.settings = _merged(integration.settings, integration.type, given)
    if DEFAULT_RESPONDER in given:
        _require_default_responder(details)
    await integrations.change(tx, tenant.app_id, integration)
    return details


async def delete(store: Store, tenant: Tenant, integration_id: str) -> None:
    """Delete an integration with its keys and webhooks, and its switchboard integration. Its clients become inactive.

    Raises:
        IntegrationNotFound: it does not exist in this app.
        BadRequest: its switchboard integration is the default one, or the next one of another.
    """
    await store.complete(_delete, tenant, integration_id)


async def _delete(tx: Tx, tenant: Tenant, integration_id: str) -> bool:
    """Delete the integration, or make some of its clients inactive if one transaction should not change all of them.

    Returns whether the integration was deleted.
    """
    # The lock of the app keeps concurrent requests from adding keys and webhooks, and the lock of the integration from
    # adding clients.
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    integration = await load_integration(tx, tenant, integration_id, lock=Lock.REMOVE)
    switchboard = await switchboards.of_app(tx, tenant.app_id)
    linked = switchboard.state.of_integration(integration.id) if switchboard else None
    if switchboard and linked:
        switchboard_integrations.require_removable(switchboard, linked)
    if await links.deactivate(tx, tenant.app_id, integration.id):
        return False
    if switchboard and linked:
        await switchboard_integrations.remove(tx, switchboard, linked)
    await devices.deactivate(tx, tenant.app_id, integration.id)
    if oauth_integrations.is_oauth(integration):
        await oauth_integrations.revoke(tx, integration)
        await oauth_integrations.report_removal(tx, integration)
        return True
    await keys.remove_of_integration(tx, tenant.app_id, integration.id)
    await integrations.remove(tx, tenant.app_id, integration.id)
    return True


def to_api(sealer: Sealer, details: IntegrationDetails) -> Integration:
    """An integration as responses show it."""
    integration = details.integration
    fields: dict[str, Any] = {
        **integration.settings,
        "type": integration.type,
        "id": integration.id,
        "status": "active",
        "displayName": integration.display_name,
    }
    if integration.type == CUSTOM:
        fields["webhooks"] = [msgspec.to_builtins(webhooks.to_api(sealer, one)) for one in details.webhooks]
    else:
        chosen = fields.pop(DEFAULT_RESPONDER, None)
        fields["defaultResponder"] = _default_responder(details.switchboard, chosen)
    if integration.type in _SDK_TYPES:
        fields["attachmentsEnabled"] = True
    converted: Integration = msgspec.convert(fields, Integration)
    return converted


def _default_responder(switchboard: SwitchboardState, chosen_id: str | None) -> dict[str, Any] | None:
    """The responder of a channel: the chosen one, or else the default of the switchboard."""
    chosen = switchboard.find(chosen_id)
    if (responder := chosen or switchboard.find(switchboard.default_id)) is None:
        return None
    fields = msgspec.to_builtins(switchboard_integrations.to_api(responder))
    del fields["id"]
    return {**fields, "inherited": chosen is None}


def _given(body: Body) -> dict[str, Any]:
    """The fields that a body has, by their JSON names. None counts only if the field distinguishes null from absent."""
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
