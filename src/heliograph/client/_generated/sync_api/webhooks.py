# Generated from _generated/async_api/webhooks.py by tools/unasync.py. Do not edit.
"""The operations of the tag Webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from heliograph.client._generated.models import Empty, WebhookListResponse, WebhookResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.webhooks import WebhookCreateBody, WebhookUpdateBody


class WebhooksApi(Api):
    """The operations of the tag Webhooks."""

    def create_webhook(
        self,
        app_id: str,
        integration_id: str,
        body: WebhookCreateBody | Mapping[str, Any] | None = None,
        *,
        target: str | None = None,
        triggers: Sequence[
            Literal[
                "*",
                "client:add",
                "client:remove",
                "client:update",
                "conversation:create",
                "conversation:join",
                "conversation:leave",
                "conversation:message",
                "conversation:message:delivery:channel",
                "conversation:message:delivery:failure",
                "conversation:message:delivery:user",
                "conversation:postback",
                "conversation:read",
                "conversation:referral",
                "conversation:remove",
                "conversation:typing",
                "passthrough:messaging",
                "switchboard:acceptControl",
                "switchboard:acceptControl:failure",
                "switchboard:offerControl",
                "switchboard:offerControl:failure",
                "switchboard:passControl",
                "switchboard:passControl:failure",
                "switchboard:releaseControl",
                "user:merge",
                "user:remove",
                "user:update",
            ]
        ]
        | None = None,
        include_full_user: bool | None = None,
        include_full_source: bool | None = None,
    ) -> WebhookResponse:
        """Creates a webhook of an integration. An app can have up to 10.

        `POST /v2/apps/{appId}/integrations/{integrationId}/webhooks`. Scopes: integration, app, account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateWebhook"],
                (app_id, integration_id),
                body,
                {
                    "target": target,
                    "triggers": triggers,
                    "include_full_user": include_full_user,
                    "include_full_source": include_full_source,
                },
            ),
            WebhookResponse,
        )

    def list_webhooks(self, app_id: str, integration_id: str) -> WebhookListResponse:
        """Lists the webhooks of an integration with their secrets.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks`. Scopes: integration, app, account.

        Raises:
            Forbidden: The credentials are valid but do not permit this operation.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListWebhooks"], (app_id, integration_id)), WebhookListResponse)

    def get_webhook(self, app_id: str, integration_id: str, webhook_id: str) -> WebhookResponse:
        """Fetches a webhook with its secret.

        `GET /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`. Scopes: integration, app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetWebhook"], (app_id, integration_id, webhook_id)), WebhookResponse)

    def update_webhook(
        self,
        app_id: str,
        integration_id: str,
        webhook_id: str,
        body: WebhookUpdateBody | Mapping[str, Any] | None = None,
        *,
        target: str | None = None,
        triggers: Sequence[
            Literal[
                "*",
                "client:add",
                "client:remove",
                "client:update",
                "conversation:create",
                "conversation:join",
                "conversation:leave",
                "conversation:message",
                "conversation:message:delivery:channel",
                "conversation:message:delivery:failure",
                "conversation:message:delivery:user",
                "conversation:postback",
                "conversation:read",
                "conversation:referral",
                "conversation:remove",
                "conversation:typing",
                "passthrough:messaging",
                "switchboard:acceptControl",
                "switchboard:acceptControl:failure",
                "switchboard:offerControl",
                "switchboard:offerControl:failure",
                "switchboard:passControl",
                "switchboard:passControl:failure",
                "switchboard:releaseControl",
                "user:merge",
                "user:remove",
                "user:update",
            ]
        ]
        | None = None,
        include_full_user: bool | None = None,
        include_full_source: bool | None = None,
    ) -> WebhookResponse:
        """Changes the given fields.

        `PATCH /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`. Scopes: integration, app,
        account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateWebhook"],
                (app_id, integration_id, webhook_id),
                body,
                {
                    "target": target,
                    "triggers": triggers,
                    "include_full_user": include_full_user,
                    "include_full_source": include_full_source,
                },
            ),
            WebhookResponse,
        )

    def delete_webhook(self, app_id: str, integration_id: str, webhook_id: str) -> Empty:
        """Deletes a webhook and its pending deliveries.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/webhooks/{webhookId}`. Scopes: integration, app,
        account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteWebhook"], (app_id, integration_id, webhook_id)), Empty)
