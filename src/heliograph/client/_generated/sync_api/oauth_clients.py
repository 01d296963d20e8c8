# Generated from _generated/async_api/oauth_clients.py by tools/unasync.py. Do not edit.
"""The operations of the tag OAuth Clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heliograph.client._generated.models import Empty, OAuthClientListResponse, OAuthClientResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.oauth import OAuthClientCreateBody


class OAuthClientsApi(Api):
    """The operations of the tag OAuth Clients."""

    def create_o_auth_client(
        self,
        body: OAuthClientCreateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        redirect_uris: Sequence[str] | None = None,
        remove_url: str | None = None,
        client_id: str | None = None,
    ) -> OAuthClientResponse:
        """Creates an OAuth client, whose integration can then be let into apps. The secret is shown only in this
        response.

        `POST /heliograph/v1/oauthClients`. Scopes: account.

        Raises:
            OAuthClientAlreadyExists: Another OAuth client already has this clientId.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateOAuthClient"],
                (),
                body,
                {
                    "display_name": display_name,
                    "redirect_uris": redirect_uris,
                    "remove_url": remove_url,
                    "client_id": client_id,
                },
            ),
            OAuthClientResponse,
        )

    def list_o_auth_clients(self) -> OAuthClientListResponse:
        """Lists the OAuth clients, oldest first, without their secrets.

        `GET /heliograph/v1/oauthClients`. Scopes: account.

        Raises:
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListOAuthClients"], ()), OAuthClientListResponse)

    def delete_o_auth_client(self, oauth_client_id: str) -> Empty:
        """Deletes an OAuth client with its integrations in all apps. Their tokens stop working.

        `DELETE /heliograph/v1/oauthClients/{oauthClientId}`. Scopes: account.

        Raises:
            OAuthClientNotFound: The OAuth client does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteOAuthClient"], (oauth_client_id,)), Empty)
