"""Webhooks of integrations."""

from __future__ import annotations

from heliograph.domain import webhooks
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.webhooks import WebhookListResponse, WebhookResponse


@handles("CreateWebhook")
async def create(request: Request) -> WebhookResponse:
    integration_id, allowed = request.path["integrationId"], request.webhook_networks
    made = await webhooks.create(request.store, request.tenant, integration_id, request.body, allowed)
    return WebhookResponse(webhook=made)


@handles("ListWebhooks")
async def list_webhooks(request: Request) -> WebhookListResponse:
    found = await webhooks.of_integration(request.store, request.tenant, request.path["integrationId"])
    return WebhookListResponse(webhooks=found)


@handles("GetWebhook")
async def get(request: Request) -> WebhookResponse:
    path = request.path
    found = await webhooks.get(request.store, request.tenant, path["integrationId"], path["webhookId"])
    return WebhookResponse(webhook=found)


@handles("UpdateWebhook")
async def update(request: Request) -> WebhookResponse:
    path = request.path
    changed = await webhooks.update(
        request.store,
        request.tenant,
        path["integrationId"],
        path["webhookId"],
        request.body,
        request.webhook_networks,
    )
    return WebhookResponse(webhook=changed)


@handles("DeleteWebhook")
async def delete(request: Request) -> Empty:
    path = request.path
    await webhooks.delete(request.store, request.tenant, path["integrationId"], path["webhookId"])
    return Empty()
