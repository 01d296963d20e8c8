"""Integrations with their keys and webhooks, and the switchboard that stands between them."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.integrations import (
    IntegrationCreateBody,
    IntegrationListResponse,
    IntegrationResponse,
    IntegrationUpdateBody,
)
from heliograph.wire.keys import IntegrationApiKeyBody, IntegrationApiKeyListResponse, IntegrationApiKeyResponse
from heliograph.wire.operations import Operation
from heliograph.wire.switchboards import (
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationListResponse,
    SwitchboardIntegrationResponse,
    SwitchboardIntegrationUpdateBody,
    SwitchboardListResponse,
    SwitchboardResponse,
    SwitchboardUpdateBody,
)
from heliograph.wire.table.v2.paths import APP, INTEGRATION, SWITCHBOARD, A, I
from heliograph.wire.webhooks import WebhookCreateBody, WebhookListResponse, WebhookResponse, WebhookUpdateBody

KEY = f"{INTEGRATION}/keys/{{keyId}}"
WEBHOOK = f"{INTEGRATION}/webhooks/{{webhookId}}"
MEMBERS = f"{SWITCHBOARD}/switchboardIntegrations"
MEMBER = f"{MEMBERS}/{{switchboardIntegrationId}}"
KEYS_TAG = "Custom Integration API Keys"
MEMBERS_TAG = "Switchboard Integrations"

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "CreateIntegration", "POST", f"{APP}/integrations", "Integrations", A, IntegrationResponse,
        "Creates an integration; a custom one comes with its webhook.",
        body=IntegrationCreateBody, status=201, errors=(errors.BadRequest,),
    ),
    Operation(
        "ListIntegrations", "GET", f"{APP}/integrations", "Integrations", A, IntegrationListResponse,
        "Lists the integrations of an app, oldest first; with `filter[types]` those of the types in it, which commas "
        "separate.",
        errors=(errors.InvalidPage,), paged=True, filters=("types",),
    ),
    Operation(
        "GetIntegration", "GET", INTEGRATION, "Integrations", A, IntegrationResponse,
        "Fetches an integration.",
        errors=(errors.IntegrationNotFound,),
    ),
    Operation(
        "UpdateIntegration", "PATCH", INTEGRATION, "Integrations", A, IntegrationResponse,
        "Changes what the body names. What else an integration has is fixed when it is created.",
        body=IntegrationUpdateBody, errors=(errors.IntegrationNotFound,),
    ),
    Operation(
        "DeleteIntegration", "DELETE", INTEGRATION, "Integrations", A, Empty,
        "Deletes an integration with its keys and webhooks.",
        errors=(errors.BadRequest, errors.IntegrationNotFound),
    ),
    Operation(
        "CreateCustomIntegrationKey", "POST", f"{INTEGRATION}/keys", KEYS_TAG, A, IntegrationApiKeyResponse,
        "Creates an API key of a custom integration, which has at most 10.",
        body=IntegrationApiKeyBody, status=201,
        errors=(errors.NotACustomIntegration, errors.IntegrationNotFound),
    ),
    Operation(
        "ListCustomIntegrationKeys", "GET", f"{INTEGRATION}/keys", KEYS_TAG, A, IntegrationApiKeyListResponse,
        "Lists the API keys of a custom integration with their secrets.",
        errors=(errors.NotACustomIntegration, errors.IntegrationNotFound),
    ),
    Operation(
        "GetCustomIntegrationKey", "GET", KEY, KEYS_TAG, A, IntegrationApiKeyResponse,
        "Fetches an API key of a custom integration with its secret.",
        errors=(errors.IntegrationNotFound, errors.NotFound),
    ),
    Operation(
        "DeleteCustomIntegrationKey", "DELETE", KEY, KEYS_TAG, A, Empty,
        "Revokes an API key at once.",
        errors=(errors.IntegrationNotFound, errors.NotFound),
    ),
    Operation(
        "CreateWebhook", "POST", f"{INTEGRATION}/webhooks", "Webhooks", I, WebhookResponse,
        "Creates a webhook of an integration; an app has at most 10.",
        body=WebhookCreateBody, status=201, errors=(errors.Forbidden, errors.IntegrationNotFound),
    ),
    Operation(
        "ListWebhooks", "GET", f"{INTEGRATION}/webhooks", "Webhooks", I, WebhookListResponse,
        "Lists the webhooks of an integration with their secrets.",
        errors=(errors.Forbidden, errors.IntegrationNotFound),
    ),
    Operation(
        "GetWebhook", "GET", WEBHOOK, "Webhooks", I, WebhookResponse,
        "Fetches a webhook with its secret.",
        errors=(errors.IntegrationNotFound, errors.NotFound),
    ),
    Operation(
        "UpdateWebhook", "PATCH", WEBHOOK, "Webhooks", I, WebhookResponse,
        "Changes what the body names.",
        body=WebhookUpdateBody, errors=(errors.IntegrationNotFound, errors.NotFound),
    ),
    Operation(
        "DeleteWebhook", "DELETE", WEBHOOK, "Webhooks", I, Empty,
        "Deletes a webhook: it is not called again.",
        errors=(errors.IntegrationNotFound, errors.NotFound),
    ),
    Operation(
        "CreateSwitchboard", "POST", f"{APP}/switchboards", "Switchboards", A, SwitchboardResponse,
        "Creates the switchboard of an app, not enabled yet.",
        status=201, errors=(errors.OnlyOneSwitchboard, errors.AppNotFound), offered=False,
    ),
    Operation(
        "ListSwitchboards", "GET", f"{APP}/switchboards", "Switchboards", A, SwitchboardListResponse,
        "Lists the switchboard of an app, if it has one.",
        errors=(errors.AppNotFound,), offered=False,
    ),
    Operation(
        "UpdateSwitchboard", "PATCH", SWITCHBOARD, "Switchboards", A, SwitchboardResponse,
        "Enables or disables a switchboard, or names who has control of new conversations.",
        body=SwitchboardUpdateBody, errors=(errors.SwitchboardNotFound,), offered=False,
    ),
    Operation(
        "DeleteSwitchboard", "DELETE", SWITCHBOARD, "Switchboards", A, Empty,
        "Deletes a switchboard with its switchboard integrations; the integrations themselves stay.",
        errors=(errors.SwitchboardNotFound,), offered=False,
    ),
    Operation(
        "CreateSwitchboardIntegration", "POST", MEMBERS, MEMBERS_TAG, A, SwitchboardIntegrationResponse,
        "Adds an integration to a switchboard, which takes at most 10.",
        body=SwitchboardIntegrationCreateBody, status=201,
        errors=(errors.TooManySwitchboardIntegrations, errors.SwitchboardNotFound), offered=False,
    ),
    Operation(
        "ListSwitchboardIntegrations", "GET", MEMBERS, MEMBERS_TAG, A, SwitchboardIntegrationListResponse,
        "Lists the integrations of a switchboard.",
        errors=(errors.SwitchboardNotFound,), offered=False,
    ),
    Operation(
        "UpdateSwitchboardIntegration", "PATCH", MEMBER, MEMBERS_TAG, A, SwitchboardIntegrationResponse,
        "Changes what the body names; null clears.",
        body=SwitchboardIntegrationUpdateBody,
        errors=(errors.SwitchboardNotFound, errors.SwitchboardIntegrationNotFound), offered=False,
    ),
    Operation(
        "DeleteSwitchboardIntegration", "DELETE", MEMBER, MEMBERS_TAG, A, Empty,
        "Removes an integration from a switchboard, unless it is the default one or the next one of another.",
        errors=(errors.SwitchboardNotFound, errors.SwitchboardIntegrationNotFound), offered=False,
    ),
)
