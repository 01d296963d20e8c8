"""The verbs of OAuth: the request of a partner for access to an app, the token, and the end of the access."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from urllib.parse import urlencode

import jwt
from msgspec import Struct
from msgspec.structs import asdict

from heliograph.domain import apps, oauth_integrations
from heliograph.domain.loading import load_app, load_integration
from heliograph.domain.tenants import OWN_INTEGRATION, Tenant
from heliograph.errors import AppNotFound, BadRequest, Forbidden, InvalidClient, InvalidGrant, UnsupportedGrantType
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import oauth_clients
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.rows.oauth_clients import StoredCode, StoredOAuthClient
from heliograph.storage.sealing import Sealer
from heliograph.storage.store import Store
from heliograph.wire.apps import AppWithSubdomain
from heliograph.wire.oauth import AUTHORIZATION_CODE, RESPONSE_TYPE, TokenBody, TokenResponse
from heliograph.wire.operations import Scope

PARAMETERS = ("client_id", "response_type", "state", "redirect_uri")
_CODE_BYTES = 32
_CODE_MILLISECONDS = 600_000
_UNKNOWN_CLIENT = "client_id is not the id of an OAuth client"
_UNKNOWN_URI = "redirect_uri should be exactly one of the OAuth client's"


class Authorization(Struct, frozen=True):
    """A request of a partner for access to an app. Its redirect URI is one of its OAuth client."""

    client: StoredOAuthClient
    redirect_uri: str
    state: str | None
    supported: bool
    """Whether the response type is supported."""

    def redirect(self, **parameters: str) -> str:
        """The redirect URI with parameters and the state, in ASCII."""
        if self.state is not None:
            parameters["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(parameters)}"

    def refused(self, error: str, description: str) -> str:
        """The redirect URI with an error."""
        return self.redirect(error=error, error_description=description)

    def unsupported(self) -> str:
        """The redirect URI with the error of a response type that is not supported."""
        return self.refused("unsupported_response_type", f"response_type should be {RESPONSE_TYPE}")


async def authorization(store: Store, given: Mapping[str, str], repeated: Collection[str]) -> Authorization:
    """The request with these query parameters, some of which may be `repeated`.

    Raises:
        BadRequest: the OAuth client is unknown, or the redirect URI is not one of its URIs. The caller must not be
            redirected.
    """
    for name in PARAMETERS:
        if name in repeated:
            raise BadRequest(f"{name} should be given once")
    client = await store.read(oauth_clients.get, given.get("client_id", ""))
    if client is None:
        raise BadRequest(_UNKNOWN_CLIENT)
    redirect_uri = given.get("redirect_uri", client.redirect_uris[0])
    if redirect_uri not in client.redirect_uris:
        raise BadRequest(_UNKNOWN_URI)
    return Authorization(client, redirect_uri, given.get("state"), given.get("response_type") == RESPONSE_TYPE)


async def grant(store: Store, authorization: Authorization, app_id: str) -> str:
    """Grant the partner access to an app; returns the redirect URI with a code, which is valid once and for 10 minutes.

    Raises:
        AppNotFound: the app does not exist.
        BadRequest: the OAuth client was deleted meanwhile.
    """
    code = secrets.token_urlsafe(_CODE_BYTES)
    stored = StoredCode(_digest(code), authorization.client.id, app_id, authorization.redirect_uri, 0)
    await store.write(_grant, stored)
    return authorization.redirect(code=code)


async def _grant(tx: Tx, code: StoredCode) -> None:
    if await oauth_clients.get(tx, code.client_id, lock=Lock.KEEP) is None:
        raise BadRequest(_UNKNOWN_CLIENT)
    await load_app(tx, code.app_id, lock=Lock.KEEP)
    code.expires_at = tx.now + _CODE_MILLISECONDS
    await oauth_clients.add_code(tx, code)


def _digest(code: str) -> str:
    # A code has 256 random bits, so an attacker who reads digests cannot find the codes.
    return hashlib.sha256(code.encode()).hexdigest()


async def exchange(store: Store, body: TokenBody) -> TokenResponse:
    """Exchange a code for a token.

    Raises:
        InvalidClient: the OAuth client is unknown, or its secret is wrong.
        UnsupportedGrantType: the grant type is not supported.
        InvalidGrant: the code is not valid for this client and redirect URI.
    """
    client = await store.read(oauth_clients.get, body.client_id)
    # Unknown clients take the same path, so the response time does not reveal which ids exist.
    expected = secrets.token_urlsafe() if client is None else store.sealer.open(client.id, client.secret)
    if not hmac.compare_digest(body.client_secret.encode(), expected.encode()) or client is None:
        raise InvalidClient
    if body.grant_type != AUTHORIZATION_CODE:
        raise UnsupportedGrantType
    key, issued_at = await store.write(_exchange, client.id, _digest(body.code), body.redirect_uri, store.sealer)
    claims = {"scope": Scope.INTEGRATION.label, "appId": key.app_id, "iat": issued_at // 1000}
    headers = {"kid": key.id, "azp": client.id}
    token = jwt.encode(claims, store.sealer.open(key.id, key.secret), algorithm="HS256", headers=headers)
    return TokenResponse(access_token=token, token_type="Bearer")


async def _exchange(
    tx: Tx, client_id: str, digest: str, redirect_uri: str | None, sealer: Sealer
) -> tuple[StoredKey, int]:
    client = await oauth_clients.get(tx, client_id, lock=Lock.KEEP)
    code = await oauth_clients.find_code(tx, digest)
    if client is None or code is None or code.client_id != client_id or code.expires_at <= tx.now:
        raise InvalidGrant
    if redirect_uri not in (None, code.redirect_uri):
        raise InvalidGrant
    try:
        await load_app(tx, code.app_id, lock=Lock.CHANGE)
    except AppNotFound:
        raise InvalidGrant from None
    if not await oauth_clients.use_code(tx, digest):
        raise InvalidGrant
    return await oauth_integrations.let_in(tx, code.app_id, client, sealer), tx.now


async def token_info(store: Store, tenant: Tenant, subdomain: str) -> AppWithSubdomain:
    """The app of a credential, with the subdomain of the server if it has one.

    Raises:
        AppNotFound: the app does not exist.
    """
    app = await apps.get(store, tenant.app_id)
    return AppWithSubdomain(**asdict(app), subdomain=subdomain or None)


async def revoke(store: Store, tenant: Tenant) -> None:
    """Revoke the access of the OAuth integration that makes the request.

    Raises:
        Forbidden: the credential does not belong to an OAuth integration.
    """
    await store.write(_revoke, tenant)


async def _revoke(tx: Tx, tenant: Tenant) -> None:
    if tenant.integration_id is None:
        raise Forbidden
    await load_app(tx, tenant.app_id, lock=Lock.CHANGE)
    integration = await load_integration(tx, tenant, OWN_INTEGRATION)
    if not oauth_integrations.is_oauth(integration):
        raise Forbidden
    await oauth_integrations.revoke(tx, integration)
    await oauth_integrations.report_removal(tx, integration)
