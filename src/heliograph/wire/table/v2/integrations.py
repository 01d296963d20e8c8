"""Integrations, their keys and webhooks, and switchboards."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.integrations import (
    IntegrationCreateBody,
    IntegrationListResponse,
    IntegrationResponse,
    IntegrationUpdateBody,
)
from heliograph.wire.keys import IntegrationApiKeyBody, IntegrationApiKeyListResponse, IntegrationApiKeyResponse
from heliograph.wire.operations import SECRET, Operation, operations_in
from heliograph.wire.paths import APP, INTEGRATION, INTEGRATION_KEY, SWITCHBOARD, SWITCHBOARD_INTEGRATION, WEBHOOK, A, I
from heliograph.wire.switchboards import (
    SwitchboardIntegrationCreateBody,
    SwitchboardIntegrationListResponse,
    SwitchboardIntegrationResponse,
    SwitchboardIntegrationUpdateBody,
    SwitchboardListResponse,
    SwitchboardResponse,
    SwitchboardUpdateBody,
)
from heliograph.wire.webhooks import WebhookCreateBody, WebhookListResponse, WebhookResponse, WebhookUpdateBody

KEYS_TAG = "Custom Integration API Keys"
MEMBERS_TAG = "Switchboard Integrations"
_SECRETS = (
    *SECRET, "authenticationmessagesecret", "channelsecret", "channelaccesstoken", "switchersecret", "signingkey",
    "webhooksecret", "pageaccesstoken", "accountmanagementaccesstoken",
)  # fmt: skip
"""Those of webhooks and of channels."""

# fmt: off
CREATE_INTEGRATION = Operation(
    "CreateIntegration", "POST", APP / "integrations", "Integrations", A,
    "Creates an integration. A custom integration is created with its webhook.",
    body=Json(IntegrationCreateBody), response=Json(IntegrationResponse), status=201, errors=(errors.BadRequest,),
    reveals_secrets=_SECRETS,
)
LIST_INTEGRATIONS = Operation(
    "ListIntegrations", "GET", APP / "integrations", "Integrations", A,
    "Lists the integrations of an app, oldest first. `filter[types]` is a comma-separated list of types to include.",
    body=NO_BODY, response=Json(IntegrationListResponse), errors=(errors.InvalidPage,), paged=True, filters=("types",),
    reveals_secrets=_SECRETS,
)
GET_INTEGRATION = Operation(
    "GetIntegration", "GET", INTEGRATION, "Integrations", A,
    "Fetches an integration.",
    body=NO_BODY, response=Json(IntegrationResponse), errors=(errors.IntegrationNotFound,),
    reveals_secrets=_SECRETS,
)
UPDATE_INTEGRATION = Operation(
    "UpdateIntegration", "PATCH", INTEGRATION, "Integrations", A,
    "Changes the given fields. The other fields of an integration cannot be changed.",
    body=Json(IntegrationUpdateBody), response=Json(IntegrationResponse), errors=(errors.IntegrationNotFound,),
    reveals_secrets=_SECRETS,
)
DELETE_INTEGRATION = Operation(
    "DeleteIntegration", "DELETE", INTEGRATION, "Integrations", A,
    "Deletes an integration with its keys and webhooks.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest, errors.IntegrationNotFound),
)
CREATE_CUSTOM_INTEGRATION_KEY = Operation(
    "CreateCustomIntegrationKey", "POST", INTEGRATION / "keys", KEYS_TAG, A,
    "Creates an API key of a custom integration, which can have up to 10.",
    body=Json(IntegrationApiKeyBody), response=Json(IntegrationApiKeyResponse), status=201,
    reveals_secrets=SECRET,
    errors=(errors.NotACustomIntegration, errors.IntegrationNotFound),
)
LIST_CUSTOM_INTEGRATION_KEYS = Operation(
    "ListCustomIntegrationKeys", "GET", INTEGRATION / "keys", KEYS_TAG, A,
    "Lists the API keys of a custom integration with their secrets.",
    body=NO_BODY, response=Json(IntegrationApiKeyListResponse),
    reveals_secrets=SECRET,
    errors=(errors.NotACustomIntegration, errors.IntegrationNotFound),
)
GET_CUSTOM_INTEGRATION_KEY = Operation(
    "GetCustomIntegrationKey", "GET", INTEGRATION_KEY, KEYS_TAG, A,
    "Fetches an API key of a custom integration with its secret.",
    body=NO_BODY, response=Json(IntegrationApiKeyResponse), errors=(errors.IntegrationNotFound, errors.NotFound),
    reveals_secrets=SECRET,
)
DELETE_CUSTOM_INTEGRATION_KEY = Operation(
    "DeleteCustomIntegrationKey", "DELETE", INTEGRATION_KEY, KEYS_TAG, A,
    "Revokes an API key immediately.",
    body=NO_BODY, response=Json(Empty), errors=(errors.IntegrationNotFound, errors.NotFound),
)
CREATE_WEBHOOK = Operation(
    "CreateWebhook", "POST", INTEGRATION / "webhooks", "Webhooks", I,
    "Creates a webhook of an integration. An app can have up to 10.",
    body=Json(WebhookCreateBody), response=Json(WebhookResponse), status=201,
    reveals_secrets=SECRET,
    errors=(errors.Forbidden, errors.IntegrationNotFound),
)
LIST_WEBHOOKS = Operation(
    "ListWebhooks", "GET", INTEGRATION / "webhooks", "Webhooks", I,
    "Lists the webhooks of an integration with their secrets.",
    body=NO_BODY, response=Json(WebhookListResponse), errors=(errors.Forbidden, errors.IntegrationNotFound),
    reveals_secrets=SECRET,
)
GET_WEBHOOK = Operation(
    "GetWebhook", "GET", WEBHOOK, "Webhooks", I,
    "Fetches a webhook with its secret.",
    body=NO_BODY, response=Json(WebhookResponse), errors=(errors.IntegrationNotFound, errors.NotFound),
    reveals_secrets=SECRET,
)
UPDATE_WEBHOOK = Operation(
    "UpdateWebhook", "PATCH", WEBHOOK, "Webhooks", I,
    "Changes the given fields.",
    body=Json(WebhookUpdateBody), response=Json(WebhookResponse), errors=(errors.IntegrationNotFound, errors.NotFound),
    reveals_secrets=SECRET,
)
DELETE_WEBHOOK = Operation(
    "DeleteWebhook", "DELETE", WEBHOOK, "Webhooks", I,
    "Deletes a webhook and its pending deliveries.",
    body=NO_BODY, response=Json(Empty), errors=(errors.IntegrationNotFound, errors.NotFound),
)
CREATE_SWITCHBOARD = Operation(
    "CreateSwitchboard", "POST", APP / "switchboards", "Switchboards", A,
    "Creates the switchboard of an app, which is disabled at first.",
    body=NO_BODY, response=Json(SwitchboardResponse), status=201,
    errors=(errors.OnlyOneSwitchboard, errors.AppNotFound),
)
LIST_SWITCHBOARDS = Operation(
    "ListSwitchboards", "GET", APP / "switchboards", "Switchboards", A,
    "Lists the switchboard of an app, if it has one.",
    body=NO_BODY, response=Json(SwitchboardListResponse), errors=(errors.AppNotFound,),
)
UPDATE_SWITCHBOARD = Operation(
    "UpdateSwitchboard", "PATCH", SWITCHBOARD, "Switchboards", A,
    "Enables or disables a switchboard, or sets the integration that controls new conversations.",
    body=Json(SwitchboardUpdateBody), response=Json(SwitchboardResponse), errors=(errors.SwitchboardNotFound,),
)
DELETE_SWITCHBOARD = Operation(
    "DeleteSwitchboard", "DELETE", SWITCHBOARD, "Switchboards", A,
    "Deletes a switchboard with its switchboard integrations. The integrations themselves are not deleted.",
    body=NO_BODY, response=Json(Empty), errors=(errors.SwitchboardNotFound,),
)
CREATE_SWITCHBOARD_INTEGRATION = Operation(
    "CreateSwitchboardIntegration", "POST", SWITCHBOARD / "switchboardIntegrations", MEMBERS_TAG, A,
    "Adds an integration to a switchboard, which can have up to 10.",
    body=Json(SwitchboardIntegrationCreateBody), response=Json(SwitchboardIntegrationResponse), status=201,
    errors=(errors.TooManySwitchboardIntegrations, errors.SwitchboardNotFound),
)
LIST_SWITCHBOARD_INTEGRATIONS = Operation(
    "ListSwitchboardIntegrations", "GET", SWITCHBOARD / "switchboardIntegrations", MEMBERS_TAG, A,
    "Lists the integrations of a switchboard.",
    body=NO_BODY, response=Json(SwitchboardIntegrationListResponse), errors=(errors.SwitchboardNotFound,),
)
UPDATE_SWITCHBOARD_INTEGRATION = Operation(
    "UpdateSwitchboardIntegration", "PATCH", SWITCHBOARD_INTEGRATION, MEMBERS_TAG, A,
    "Changes the given fields. Null clears a field.",
    body=Json(SwitchboardIntegrationUpdateBody), response=Json(SwitchboardIntegrationResponse),
    errors=(errors.SwitchboardNotFound, errors.SwitchboardIntegrationNotFound),
)
DELETE_SWITCHBOARD_INTEGRATION = Operation(
    "DeleteSwitchboardIntegration", "DELETE", SWITCHBOARD_INTEGRATION, MEMBERS_TAG, A,
    "Removes an integration from a switchboard, unless it is the default, or the next one of another integration.",
    body=NO_BODY, response=Json(Empty), errors=(errors.SwitchboardNotFound, errors.SwitchboardIntegrationNotFound),
)
# fmt: on

OPERATIONS = operations_in(vars())
