"""The verbs of switchboard integrations. Each change locks the app, so limits and uniqueness are exact."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from heliograph import ids
from heliograph.domain import stand_ins
from heliograph.domain.loading import load_app, load_switchboard, load_switchboard_integration
from heliograph.domain.tenants import Tenant
from heliograph.errors import BadRequest, IntegrationNotFound, TooManySwitchboardIntegrations
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import integrations, switchboards
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.switchboards import StoredSwitchboard, StoredSwitchboardIntegration, SwitchboardState
from heliograph.storage.store import Store
from heliograph.wire.integrations import CUSTOM, INTEGRATION_TYPES
from heliograph.wire.switchboards import (
    INTEGRATIONS_PER_SWITCHBOARD,
    NEXT,
    SwitchboardIntegration,
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationUpdateBody,
)

_RESERVED = f"SwitchboardIntegration name should not be {NEXT}, which is a target of passControl and offerControl"
_NAME_TAKEN = "SwitchboardIntegration name must be unique in the switchboard"
_NOT_LINKABLE = "Only custom and OAuth integrations can be linked to a switchboard"
_TYPE_NOT_LINKABLE = "integrationType should be the type of an OAuth integration; use integrationId for a custom one"
_LINKED = "Integration is in the switchboard already"
_NEXT_IS_ITSELF = "nextSwitchboardIntegrationId should be the id of another switchboardIntegration"
_IS_DEFAULT = "SwitchboardIntegration is the default of the switchboard"
_IS_NEXT = "SwitchboardIntegration is the next one of another"


async def create(
    store: Store, tenant: Tenant, switchboard_id: str, body: SwitchboardIntegrationCreateBody, *, with_stand_ins: bool
) -> SwitchboardIntegration:
    """Add an integration to a switchboard.

    Raises:
        BadRequest: a rule refuses it.
        SwitchboardNotFound, IntegrationNotFound, SwitchboardIntegrationNotFound: it does not exist in this app.
    """
    if body.name == NEXT:
        raise BadRequest(_RESERVED)
    return to_api(await store.write(_create, tenant.app_id, switchboard_id, ids.new(), body, with_stand_ins))


async def _create(
    tx: Tx, app_id: str, switchboard_id: str, id: str, body: SwitchboardIntegrationCreateBody, with_stand_ins: bool
) -> StoredSwitchboardIntegration:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    switchboard = await load_switchboard(tx, app_id, switchboard_id)
    _require_unique_name(switchboard.state, id, body.name)
    if len(switchboard.state.integrations) >= INTEGRATIONS_PER_SWITCHBOARD:
        raise TooManySwitchboardIntegrations
    linked = await _load_linkable(tx, app_id, body.integration_id, body.integration_type, with_stand_ins)
    added = StoredSwitchboardIntegration(
        id=id,
        name=body.name,
        integration_id=linked.id,
        integration_type=linked.type,
        deliver_standby_events=body.deliver_standby_events is not False,
        next_id=body.next_switchboard_integration_id,
        message_history_count=body.message_history_count,
    )
    _require_valid_links(switchboard, added)
    switchboard.state = replace(switchboard.state, integrations=(*switchboard.state.integrations, added))
    await switchboards.change(tx, app_id, switchboard)
    return added


async def of_switchboard(store: Store, tenant: Tenant, switchboard_id: str) -> list[SwitchboardIntegration]:
    """The integrations of a switchboard, oldest first.

    Raises:
        SwitchboardNotFound: it does not exist in this app.
    """
    return await store.read(_of_switchboard, tenant.app_id, switchboard_id)


async def _of_switchboard(reader: Reader, app_id: str, switchboard_id: str) -> list[SwitchboardIntegration]:
    switchboard = await load_switchboard(reader, app_id, switchboard_id)
    return [to_api(one) for one in switchboard.state.integrations]


async def update(
    store: Store,
    tenant: Tenant,
    switchboard_id: str,
    id: str,
    body: SwitchboardIntegrationUpdateBody,
    *,
    with_stand_ins: bool,
) -> SwitchboardIntegration:
    """Change the fields that the body has; null clears `nextSwitchboardIntegrationId` and `messageHistoryCount`.

    Raises:
        BadRequest: a rule refuses it.
        SwitchboardNotFound, IntegrationNotFound, SwitchboardIntegrationNotFound: it does not exist in this app.
    """
    if body.name == NEXT:
        raise BadRequest(_RESERVED)
    return to_api(await store.write(_update, tenant.app_id, switchboard_id, id, body, with_stand_ins))


async def _update(
    tx: Tx, app_id: str, switchboard_id: str, id: str, body: SwitchboardIntegrationUpdateBody, with_stand_ins: bool
) -> StoredSwitchboardIntegration:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    switchboard = await load_switchboard(tx, app_id, switchboard_id)
    changed = load_switchboard_integration(switchboard, id)
    if body.name is not None:
        _require_unique_name(switchboard.state, id, body.name)
        changed = replace(changed, name=body.name)
    if body.integration_id is not None or body.integration_type is not None:
        linked = await _load_linkable(tx, app_id, body.integration_id, body.integration_type, with_stand_ins)
        changed = replace(changed, integration_id=linked.id, integration_type=linked.type)
    if body.deliver_standby_events is not None:
        changed = replace(changed, deliver_standby_events=body.deliver_standby_events)
    if body.next_switchboard_integration_id is not UNSET:
        changed = replace(changed, next_id=body.next_switchboard_integration_id)
    if body.message_history_count is not UNSET:
        changed = replace(changed, message_history_count=body.message_history_count)
    _require_valid_links(switchboard, changed)
    every = tuple([changed if one.id == id else one for one in switchboard.state.integrations])
    switchboard.state = replace(switchboard.state, integrations=every)
    await switchboards.change(tx, app_id, switchboard)
    return changed


async def delete(store: Store, tenant: Tenant, switchboard_id: str, id: str) -> None:
    """Remove an integration from a switchboard; the integration itself stays.

    Raises:
        BadRequest: it is the default one, or the next one of another.
        SwitchboardNotFound, SwitchboardIntegrationNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant.app_id, switchboard_id, id)


async def _delete(tx: Tx, app_id: str, switchboard_id: str, id: str) -> None:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    switchboard = await load_switchboard(tx, app_id, switchboard_id)
    await remove(tx, switchboard, load_switchboard_integration(switchboard, id))


async def remove(tx: Tx, switchboard: StoredSwitchboard, removed: StoredSwitchboardIntegration) -> None:
    """Remove an integration from a switchboard, whose app is locked.

    Raises:
        BadRequest: it is the default one, or the next one of another.
    """
    require_removable(switchboard, removed)
    await unlink(tx, switchboard, removed)


async def unlink(tx: Tx, switchboard: StoredSwitchboard, removed: StoredSwitchboardIntegration) -> None:
    """Remove an integration from a switchboard, even if it is needed. The app must be locked.

    The next one takes its place as the default and as the next one of others. A switchboard without a default is
    disabled.
    """
    state = switchboard.state
    left = tuple([_unlinked(one, removed) for one in state.integrations if one.id != removed.id])
    default_id = removed.next_id if state.default_id == removed.id else state.default_id
    enabled = state.enabled and default_id is not None
    switchboard.state = replace(state, integrations=left, default_id=default_id, enabled=enabled)
    await switchboards.change(tx, switchboard.app_id, switchboard)


def _unlinked(one: StoredSwitchboardIntegration, removed: StoredSwitchboardIntegration) -> StoredSwitchboardIntegration:
    if one.next_id != removed.id:
        return one
    # If two name each other as the next one, the remaining one has no next one.
    return replace(one, next_id=removed.next_id if removed.next_id != one.id else None)


def require_removable(switchboard: StoredSwitchboard, removed: StoredSwitchboardIntegration) -> None:
    """Check that a switchboard integration is not needed by its switchboard.

    Raises:
        BadRequest: it is the default one, or the next one of another.
    """
    if switchboard.state.default_id == removed.id:
        raise BadRequest(_IS_DEFAULT)
    if any(one.next_id == removed.id for one in switchboard.state.integrations):
        raise BadRequest(_IS_NEXT)


def _require_unique_name(state: SwitchboardState, id: str, name: str) -> None:
    if any(one.name == name and one.id != id for one in state.integrations):
        raise BadRequest(_NAME_TAKEN)


def _require_valid_links(switchboard: StoredSwitchboard, changed: StoredSwitchboardIntegration) -> None:
    found = switchboard.state.of_integration(changed.integration_id)
    if found is not None and found.id != changed.id:
        raise BadRequest(_LINKED)
    if changed.next_id == changed.id:
        raise BadRequest(_NEXT_IS_ITSELF)
    if changed.next_id is not None:
        load_switchboard_integration(switchboard, changed.next_id)


async def _load_linkable(
    tx: Tx, app_id: str, integration_id: str | None, integration_type: str | None, with_stand_ins: bool
) -> StoredIntegration:
    """The integration that a body names by its id or its type."""
    if integration_type is not None:
        return await _load_linkable_of_type(tx, app_id, integration_type, with_stand_ins)
    integration = await integrations.get(tx, app_id, integration_id or "")
    if integration is None:
        raise IntegrationNotFound
    if integration.type != CUSTOM and integration.listed:
        raise BadRequest(_NOT_LINKABLE)
    return integration


async def _load_linkable_of_type(tx: Tx, app_id: str, integration_type: str, with_stand_ins: bool) -> StoredIntegration:
    if integration_type in INTEGRATION_TYPES:
        raise BadRequest(_TYPE_NOT_LINKABLE)
    integration = await integrations.unlisted(tx, app_id, integration_type)
    if integration is None and with_stand_ins and stand_ins.has_stand_in(integration_type):
        integration = await stand_ins.create(tx, app_id, integration_type)
    if integration is None:
        raise IntegrationNotFound
    return integration


def to_api(stored: StoredSwitchboardIntegration) -> SwitchboardIntegration:
    """A switchboard integration as responses show it."""
    return SwitchboardIntegration(
        id=stored.id,
        name=stored.name,
        integration_id=stored.integration_id,
        integration_type=stored.integration_type,
        deliver_standby_events=stored.deliver_standby_events,
        next_switchboard_integration_id=stored.next_id,
        message_history_count=stored.message_history_count,
    )
