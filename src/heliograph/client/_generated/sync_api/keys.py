# Generated from _generated/async_api/keys.py by tools/unasync.py. Do not edit.
"""The operations of the tag Keys."""

from __future__ import annotations

from collections.abc import Mapping

from heliograph.client._generated.models import KeyListResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api


class KeysApi(Api):
    """The operations of the tag Keys."""

    def list_keys(
        self, app_id: str, filter: Mapping[str, str] | None = None, *, integration_id: str | None = None
    ) -> KeyListResponse:
        """Lists the keys of an app without their secrets, and when each was last used. With a filter, lists those of
        one of its custom integrations.

        `GET /heliograph/v1/apps/{appId}/keys`. Scopes: app, account.

        Raises:
            IntegrationNotFound: The integration does not exist in this app.
            NotACustomIntegration: Only custom integrations have API keys.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListKeys"], (app_id,), filters=filter, filter_fields={"integration_id": integration_id}),
            KeyListResponse,
        )
