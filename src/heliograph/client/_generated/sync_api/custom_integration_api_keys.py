# Generated from _generated/async_api/custom_integration_api_keys.py by tools/unasync.py. Do not edit.
"""The operations of the tag Custom Integration API Keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import (
    Empty,
    IntegrationApiKeyListResponse,
    IntegrationApiKeyResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.keys import IntegrationApiKeyBody


class CustomIntegrationApiKeysApi(Api):
    """The operations of the tag Custom Integration API Keys."""

    def create_custom_integration_key(
        self,
        app_id: str,
        integration_id: str,
        body: IntegrationApiKeyBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
    ) -> IntegrationApiKeyResponse:
        """Creates an API key of a custom integration, which can have up to 10.

        `POST /v2/apps/{appId}/integrations/{integrationId}/keys`. Scopes: app, account.

        Raises:
            NotACustomIntegration: Only custom integrations have API keys.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateCustomIntegrationKey"], (app_id, integration_id), body, {"display_name": display_name}
            ),
            IntegrationApiKeyResponse,
        )

    def list_custom_integration_keys(self, app_id: str, integration_id: str) -> IntegrationApiKeyListResponse:
        """Lists the API keys of a custom integration with their secrets.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys`. Scopes: app, account.

        Raises:
            NotACustomIntegration: Only custom integrations have API keys.
            IntegrationNotFound: The integration does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListCustomIntegrationKeys"], (app_id, integration_id)), IntegrationApiKeyListResponse
        )

    def get_custom_integration_key(self, app_id: str, integration_id: str, key_id: str) -> IntegrationApiKeyResponse:
        """Fetches an API key of a custom integration with its secret.

        `GET /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`. Scopes: app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["GetCustomIntegrationKey"], (app_id, integration_id, key_id)), IntegrationApiKeyResponse
        )

    def delete_custom_integration_key(self, app_id: str, integration_id: str, key_id: str) -> Empty:
        """Revokes an API key immediately.

        `DELETE /v2/apps/{appId}/integrations/{integrationId}/keys/{keyId}`. Scopes: app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["DeleteCustomIntegrationKey"], (app_id, integration_id, key_id)), Empty
        )
