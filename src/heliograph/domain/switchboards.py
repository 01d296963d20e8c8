"""The verbs of switchboards. Each change locks the app, so limits and uniqueness are exact."""

from __future__ import annotations

from msgspec.structs import replace

from heliograph import ids
from heliograph.domain.loading import load_app, load_switchboard, load_switchboard_integration
from heliograph.domain.tenants import Tenant
from heliograph.errors import OnlyOneSwitchboard, SwitchboardIntegrationNotFound
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import switchboards
from heliograph.storage.rows.switchboards import StoredSwitchboard, SwitchboardState
from heliograph.storage.store import Store
from heliograph.wire.switchboards import Switchboard, SwitchboardUpdateBody

_NEEDS_DEFAULT = "Enabled switchboard must have an associated default switchboardIntegration"


async def create(store: Store, tenant: Tenant) -> Switchboard:
    """Create the switchboard of an app, disabled.

    Raises:
        AppNotFound: the app does not exist.
        OnlyOneSwitchboard: the app has one.
    """
    switchboard = StoredSwitchboard(ids.new(), tenant.app_id, SwitchboardState())
    await store.write(_create, switchboard)
    return to_api(switchboard)


async def _create(tx: Tx, switchboard: StoredSwitchboard) -> None:
    await load_app(tx, switchboard.app_id, lock=Lock.CHANGE)
    if await switchboards.of_app(tx, switchboard.app_id) is not None:
        raise OnlyOneSwitchboard
    await switchboards.add(tx, switchboard.app_id, switchboard)


async def of_app(store: Store, tenant: Tenant) -> list[Switchboard]:
    """The switchboard of an app, or nothing.

    Raises:
        AppNotFound: the app does not exist.
    """
    return await store.snapshot(_of_app, tenant.app_id)


async def _of_app(reader: Reader, app_id: str) -> list[Switchboard]:
    await load_app(reader, app_id)
    found = await switchboards.of_app(reader, app_id)
    return [to_api(found)] if found else []


async def update(store: Store, tenant: Tenant, switchboard_id: str, body: SwitchboardUpdateBody) -> Switchboard:
    """Enable or disable a switchboard, or change its default switchboard integration.

    Raises:
        SwitchboardNotFound: it does not exist in this app.
        SwitchboardIntegrationNotFound: the default is not in the switchboard, or it would be enabled without one.
    """
    return to_api(await store.write(_update, tenant.app_id, switchboard_id, body))


async def _update(tx: Tx, app_id: str, switchboard_id: str, body: SwitchboardUpdateBody) -> StoredSwitchboard:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    switchboard = await load_switchboard(tx, app_id, switchboard_id)
    state = switchboard.state
    if body.default_switchboard_integration_id is not None:
        default = load_switchboard_integration(switchboard, body.default_switchboard_integration_id)
        state = replace(state, default_id=default.id)
    if body.enabled is not None:
        state = replace(state, enabled=body.enabled)
    if state.enabled and state.default_id is None:
        raise SwitchboardIntegrationNotFound(_NEEDS_DEFAULT)
    switchboard.state = state
    await switchboards.change(tx, app_id, switchboard)
    return switchboard


async def delete(store: Store, tenant: Tenant, switchboard_id: str) -> None:
    """Delete a switchboard with its switchboard integrations. The integrations themselves stay.

    Raises:
        SwitchboardNotFound: it does not exist in this app.
    """
    await store.write(_delete, tenant.app_id, switchboard_id)


async def _delete(tx: Tx, app_id: str, switchboard_id: str) -> None:
    await load_app(tx, app_id, lock=Lock.CHANGE)
    await load_switchboard(tx, app_id, switchboard_id)
    await switchboards.remove(tx, app_id)


def to_api(stored: StoredSwitchboard) -> Switchboard:
    """A switchboard as responses show it."""
    state = stored.state
    return Switchboard(id=stored.id, enabled=state.enabled, default_switchboard_integration_id=state.default_id)
