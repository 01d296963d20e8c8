"""Integrations and their keys."""

from __future__ import annotations

from heliograph.domain import integration_keys, integrations
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.integrations import IntegrationListResponse, IntegrationResponse
from heliograph.wire.keys import IntegrationApiKeyListResponse, IntegrationApiKeyResponse


@handles("CreateIntegration")
async def create(request: Request) -> IntegrationResponse:
    made = await integrations.create(request.store, request.tenant, request.body, request.webhook_networks)
    return IntegrationResponse(integration=made)


@handles("ListIntegrations")
async def list_integrations(request: Request) -> IntegrationListResponse:
    found = await integrations.page(request.store, request.tenant, request.query.filter.get("types"), request.page)
    meta, links = request.neighbours(found)
    return IntegrationListResponse(integrations=found.records, meta=meta, links=links)


@handles("GetIntegration")
async def get(request: Request) -> IntegrationResponse:
    found = await integrations.get(request.store, request.tenant, request.path["integrationId"])
    return IntegrationResponse(integration=found)


@handles("UpdateIntegration")
async def update(request: Request) -> IntegrationResponse:
    changed = await integrations.update(request.store, request.tenant, request.path["integrationId"], request.body)
    return IntegrationResponse(integration=changed)


@handles("DeleteIntegration")
async def delete(request: Request) -> Empty:
    await integrations.delete(request.store, request.tenant, request.path["integrationId"])
    request.revoke()
    return Empty()


@handles("CreateCustomIntegrationKey")
async def create_key(request: Request) -> IntegrationApiKeyResponse:
    key = await integration_keys.create(
        request.store, request.tenant, request.path["integrationId"], request.body.display_name
    )
    return IntegrationApiKeyResponse(key=key)


@handles("ListCustomIntegrationKeys")
async def list_keys(request: Request) -> IntegrationApiKeyListResponse:
    found = await integration_keys.of_integration(request.store, request.tenant, request.path["integrationId"])
    return IntegrationApiKeyListResponse(keys=found)


@handles("GetCustomIntegrationKey")
async def get_key(request: Request) -> IntegrationApiKeyResponse:
    path = request.path
    key = await integration_keys.get(request.store, request.tenant, path["integrationId"], path["keyId"])
    return IntegrationApiKeyResponse(key=key)


@handles("DeleteCustomIntegrationKey")
async def delete_key(request: Request) -> Empty:
    path = request.path
    await integration_keys.delete(request.store, request.tenant, path["integrationId"], path["keyId"])
    request.revoke()
    return Empty()
