# Generated from _generated/async_api/app_keys.py by tools/unasync.py. Do not edit.
"""The operations of the tag App Keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import AppKeyListResponse, AppKeyResponse, Empty
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.apps import AppKeyCreateBody


class AppKeysApi(Api):
    """The operations of the tag App Keys."""

    def create_app_key(
        self, app_id: str, body: AppKeyCreateBody | Mapping[str, Any] | None = None, *, display_name: str | None = None
    ) -> AppKeyResponse:
        """Creates an API key of the app; an app has at most 10.

        `POST /v2/apps/{appId}/keys`. Scopes: account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["CreateAppKey"], (app_id,), body, {"display_name": display_name}), AppKeyResponse
        )

    def list_app_keys(self, app_id: str) -> AppKeyListResponse:
        """Lists the API keys of the app with their secrets.

        `GET /v2/apps/{appId}/keys`. Scopes: account.

        Raises:
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListAppKeys"], (app_id,)), AppKeyListResponse)

    def get_app_key(self, app_id: str, key_id: str) -> AppKeyResponse:
        """Fetches an API key of the app with its secret.

        `GET /v2/apps/{appId}/keys/{keyId}`. Scopes: account.

        Raises:
            AppNotFound: The app does not exist.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetAppKey"], (app_id, key_id)), AppKeyResponse)

    def delete_app_key(self, app_id: str, key_id: str) -> Empty:
        """Revokes an API key immediately.

        `DELETE /v2/apps/{appId}/keys/{keyId}`. Scopes: account.

        Raises:
            AppNotFound: The app does not exist.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteAppKey"], (app_id, key_id)), Empty)
