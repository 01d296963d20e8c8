# Generated from _generated/async_api/oauth.py by tools/unasync.py. Do not edit.
"""The operations of the tag OAuth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client._generated.models import AppWithSubdomainResponse, Empty, TokenResponse
from heliograph.client.model import Model
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api
from heliograph.wire.oauth import TokenBody


class OAuthApi(Api):
    """The operations of the tag OAuth."""

    def get_token_info(self) -> AppWithSubdomainResponse:
        """Fetches the app of a token or a key.

        `GET /v2/tokenInfo`. Scopes: integration, app, account.

        Raises:
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetTokenInfo"], ()), AppWithSubdomainResponse)

    def authorize(
        self,
        *,
        client_id: str | None = None,
        response_type: str | None = None,
        state: str | None = None,
        redirect_uri: str | None = None,
    ) -> Model:
        """Asks the user of a browser to authorize an integration, and redirects the browser with a code. With a
        credential, it redirects with a code immediately.

        `GET /oauth/authorize`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            AppNotFound: The app does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["Authorize"],
                (),
                query={
                    "client_id": client_id,
                    "response_type": response_type,
                    "state": state,
                    "redirect_uri": redirect_uri,
                },
            ),
            Model,
        )

    def get_token(
        self,
        body: TokenBody | Mapping[str, Any] | None = None,
        *,
        code: str | None = None,
        grant_type: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        redirect_uri: str | None = None,
    ) -> TokenResponse:
        """Exchanges a code for a token.

        `POST /oauth/token`. Scopes: integration, app, account.

        Raises:
            InvalidClient: The OAuth client is unknown, or its secret is wrong.
            InvalidTokenRequest: A field of the body is missing, given twice, or not valid.
            UnsupportedGrantType: The grant type is not `authorization_code`.
            InvalidGrant: The code is unknown, used, expired, or not for this client and redirect URI.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["GetToken"],
                (),
                body,
                {
                    "code": code,
                    "grant_type": grant_type,
                    "client_id": client_id,
                    "client_secret": client_secret,
                    "redirect_uri": redirect_uri,
                },
            ),
            TokenResponse,
        )

    def revoke_access(self) -> Empty:
        """Revokes the access of an integration to the app, with its webhooks. The token stops working.

        `DELETE /oauth/authorization`. Scopes: integration, app, account.

        Raises:
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["RevokeAccess"], ()), Empty)
