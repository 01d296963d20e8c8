"""Webhooks of integrations."""

from __future__ import annotations

from heliograph.domain import webhooks
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.paths import IntegrationPath, WebhookPath
from heliograph.wire.table.v2.integrations import (
    CREATE_WEBHOOK,
    DELETE_WEBHOOK,
    GET_WEBHOOK,
    LIST_WEBHOOKS,
    UPDATE_WEBHOOK,
)
from heliograph.wire.webhooks import WebhookCreateBody, WebhookListResponse, WebhookResponse, WebhookUpdateBody


@handles(CREATE_WEBHOOK)
async def create(request: Request[IntegrationPath, WebhookCreateBody]) -> WebhookResponse:
    integration_id, allowed = request.path.integration_id, request.webhook_networks
    made = await webhooks.create(request.store, request.tenant, integration_id, request.body, allowed)
    return WebhookResponse(webhook=made)


@handles(LIST_WEBHOOKS)
async def list_webhooks(request: Request[IntegrationPath, None]) -> WebhookListResponse:
    found = await webhooks.of_integration(request.store, request.tenant, request.path.integration_id)
    return WebhookListResponse(webhooks=found)


@handles(GET_WEBHOOK)
async def get(request: Request[WebhookPath, None]) -> WebhookResponse:
    path = request.path
    found = await webhooks.get(request.store, request.tenant, path.integration_id, path.webhook_id)
    return WebhookResponse(webhook=found)


@handles(UPDATE_WEBHOOK)
async def update(request: Request[WebhookPath, WebhookUpdateBody]) -> WebhookResponse:
    path = request.path
    changed = await webhooks.update(
        request.store,
        request.tenant,
        path.integration_id,
        path.webhook_id,
        request.body,
        request.webhook_networks,
    )
    return WebhookResponse(webhook=changed)


@handles(DELETE_WEBHOOK)
async def delete(request: Request[WebhookPath, None]) -> Empty:
    path = request.path
    await webhooks.delete(request.store, request.tenant, path.integration_id, path.webhook_id)
    return Empty()
