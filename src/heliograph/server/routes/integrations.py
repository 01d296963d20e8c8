"""Integrations and their keys."""

from __future__ import annotations

from heliograph.domain import integration_keys, integrations
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.integrations import (
    IntegrationCreateBody,
    IntegrationListResponse,
    IntegrationResponse,
    IntegrationUpdateBody,
)
from heliograph.wire.keys import IntegrationApiKeyBody, IntegrationApiKeyListResponse, IntegrationApiKeyResponse
from heliograph.wire.paths import AppPath, IntegrationKeyPath, IntegrationPath
from heliograph.wire.table.v2.integrations import (
    CREATE_CUSTOM_INTEGRATION_KEY,
    CREATE_INTEGRATION,
    DELETE_CUSTOM_INTEGRATION_KEY,
    DELETE_INTEGRATION,
    GET_CUSTOM_INTEGRATION_KEY,
    GET_INTEGRATION,
    LIST_CUSTOM_INTEGRATION_KEYS,
    LIST_INTEGRATIONS,
    UPDATE_INTEGRATION,
)


@handles(CREATE_INTEGRATION)
async def create(request: Request[AppPath, IntegrationCreateBody]) -> IntegrationResponse:
    made = await integrations.create(
        request.store,
        request.tenant,
        request.body,
        request.webhook_networks,
        with_stand_ins=request.stand_ins,
    )
    return IntegrationResponse(integration=made)


@handles(LIST_INTEGRATIONS)
async def list_integrations(request: Request[AppPath, None]) -> IntegrationListResponse:
    found = await integrations.page(request.store, request.tenant, request.query.filter.get("types"), request.page)
    meta, links = request.meta_and_links(found)
    return IntegrationListResponse(integrations=found.records, meta=meta, links=links)


@handles(GET_INTEGRATION)
async def get(request: Request[IntegrationPath, None]) -> IntegrationResponse:
    found = await integrations.get(request.store, request.tenant, request.path.integration_id)
    return IntegrationResponse(integration=found)


@handles(UPDATE_INTEGRATION)
async def update(request: Request[IntegrationPath, IntegrationUpdateBody]) -> IntegrationResponse:
    changed = await integrations.update(request.store, request.tenant, request.path.integration_id, request.body)
    return IntegrationResponse(integration=changed)


@handles(DELETE_INTEGRATION)
async def delete(request: Request[IntegrationPath, None]) -> Empty:
    await integrations.delete(request.store, request.tenant, request.path.integration_id)
    request.after_removal()
    return Empty()


@handles(CREATE_CUSTOM_INTEGRATION_KEY)
async def create_key(request: Request[IntegrationPath, IntegrationApiKeyBody]) -> IntegrationApiKeyResponse:
    key = await integration_keys.create(
        request.store, request.tenant, request.path.integration_id, request.body.display_name
    )
    return IntegrationApiKeyResponse(key=key)


@handles(LIST_CUSTOM_INTEGRATION_KEYS)
async def list_keys(request: Request[IntegrationPath, None]) -> IntegrationApiKeyListResponse:
    found = await integration_keys.of_integration(request.store, request.tenant, request.path.integration_id)
    return IntegrationApiKeyListResponse(keys=found)


@handles(GET_CUSTOM_INTEGRATION_KEY)
async def get_key(request: Request[IntegrationKeyPath, None]) -> IntegrationApiKeyResponse:
    path = request.path
    key = await integration_keys.get(request.store, request.tenant, path.integration_id, path.key_id)
    return IntegrationApiKeyResponse(key=key)


@handles(DELETE_CUSTOM_INTEGRATION_KEY)
async def delete_key(request: Request[IntegrationKeyPath, None]) -> Empty:
    path = request.path
    await integration_keys.delete(request.store, request.tenant, path.integration_id, path.key_id)
    request.after_removal()
    return Empty()
