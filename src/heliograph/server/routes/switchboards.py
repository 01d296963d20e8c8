"""Switchboards and their integrations."""

from __future__ import annotations

from heliograph.domain import switchboard_integrations, switchboards
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.paths import AppPath, SwitchboardIntegrationPath, SwitchboardPath
from heliograph.wire.switchboards import (
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationListResponse,
    SwitchboardIntegrationResponse,
    SwitchboardIntegrationUpdateBody,
    SwitchboardListResponse,
    SwitchboardResponse,
    SwitchboardUpdateBody,
)
from heliograph.wire.table.v2.integrations import (
    CREATE_SWITCHBOARD,
    CREATE_SWITCHBOARD_INTEGRATION,
    DELETE_SWITCHBOARD,
    DELETE_SWITCHBOARD_INTEGRATION,
    LIST_SWITCHBOARD_INTEGRATIONS,
    LIST_SWITCHBOARDS,
    UPDATE_SWITCHBOARD,
    UPDATE_SWITCHBOARD_INTEGRATION,
)


@handles(CREATE_SWITCHBOARD)
async def create(request: Request[AppPath, None]) -> SwitchboardResponse:
    return SwitchboardResponse(switchboard=await switchboards.create(request.store, request.tenant))


@handles(LIST_SWITCHBOARDS)
async def list_switchboards(request: Request[AppPath, None]) -> SwitchboardListResponse:
    return SwitchboardListResponse(switchboards=await switchboards.of_app(request.store, request.tenant))


@handles(UPDATE_SWITCHBOARD)
async def update(request: Request[SwitchboardPath, SwitchboardUpdateBody]) -> SwitchboardResponse:
    changed = await switchboards.update(request.store, request.tenant, request.path.switchboard_id, request.body)
    return SwitchboardResponse(switchboard=changed)


@handles(DELETE_SWITCHBOARD)
async def delete(request: Request[SwitchboardPath, None]) -> Empty:
    await switchboards.delete(request.store, request.tenant, request.path.switchboard_id)
    return Empty()


@handles(CREATE_SWITCHBOARD_INTEGRATION)
async def create_integration(
    request: Request[SwitchboardPath, SwitchboardIntegrationCreateBody],
) -> SwitchboardIntegrationResponse:
    made = await switchboard_integrations.create(
        request.store, request.tenant, request.path.switchboard_id, request.body, with_stand_ins=request.stand_ins
    )
    return SwitchboardIntegrationResponse(switchboard_integration=made)


@handles(LIST_SWITCHBOARD_INTEGRATIONS)
async def list_integrations(request: Request[SwitchboardPath, None]) -> SwitchboardIntegrationListResponse:
    found = await switchboard_integrations.of_switchboard(request.store, request.tenant, request.path.switchboard_id)
    return SwitchboardIntegrationListResponse(switchboard_integrations=found)


@handles(UPDATE_SWITCHBOARD_INTEGRATION)
async def update_integration(
    request: Request[SwitchboardIntegrationPath, SwitchboardIntegrationUpdateBody],
) -> SwitchboardIntegrationResponse:
    path = request.path
    changed = await switchboard_integrations.update(
        request.store,
        request.tenant,
        path.switchboard_id,
        path.switchboard_integration_id,
        request.body,
        with_stand_ins=request.stand_ins,
    )
    return SwitchboardIntegrationResponse(switchboard_integration=changed)


@handles(DELETE_SWITCHBOARD_INTEGRATION)
async def delete_integration(request: Request[SwitchboardIntegrationPath, None]) -> Empty:
    path = request.path
    await switchboard_integrations.delete(
        request.store, request.tenant, path.switchboard_id, path.switchboard_integration_id
    )
    return Empty()
