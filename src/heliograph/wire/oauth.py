"""OAuth: how an integration gets a token for an app, and the clients (partners) that may ask for one.

The names on the wire of the token exchange are those of OAuth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, field

from heliograph.wire.base import Body, DisplayName, HttpUrl, Response

AUTHORIZATION_CODE = "authorization_code"
RESPONSE_TYPE = "code"
REDIRECT_URIS_PER_CLIENT = 10

ClientId = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,64}$(?!\n)")]
# Printable ASCII without quotes, angle brackets, backslashes and fragments; the host has no user information. Two
# adjacent repetitions of the same characters would take quadratic time to fail.
_REDIRECT_URI = r"^https?://[A-Za-z0-9.:_\[\]-]+(?:[/?][!$-;=?-Z_a-z~\[\]]*)?$(?!\n)"
RedirectUri = Annotated[str, Meta(max_length=2048, pattern=_REDIRECT_URI)]


class TokenBody(Body):
    """A code to exchange for a token, with the credentials of the client."""

    code: str
    grant_type: str = field(name="grant_type")
    client_id: str = field(name="client_id")
    client_secret: str = field(name="client_secret")
    redirect_uri: str | None = field(name="redirect_uri", default=None)


class TokenResponse(Response):
    """A token with integration scope, which does not expire."""

    access_token: str = field(name="access_token")
    token_type: str = field(name="token_type")


class OAuthClientCreateBody(Body):
    """An OAuth client to create. Without a `clientId`, one is generated."""

    display_name: DisplayName
    redirect_uris: Annotated[list[RedirectUri], Meta(min_length=1, max_length=REDIRECT_URIS_PER_CLIENT)]
    remove_url: HttpUrl | None = None
    client_id: ClientId | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """Require distinct redirect URIs."""
        uris = given.get("redirectUris")
        texts = [one for one in uris if isinstance(one, str)] if isinstance(uris, list) else []
        if len(set(texts)) < len(texts):
            yield "redirectUris should be distinct"


class OAuthClient(Response):
    """An OAuth client: a partner, whose integration can be let into apps."""

    client_id: str
    display_name: str
    redirect_uris: list[str]
    remove_url: str | None = None


class NewOAuthClient(OAuthClient, kw_only=True):
    """An OAuth client with its secret, which is shown only once."""

    client_secret: str


class OAuthClientResponse(Response):
    """A new OAuth client."""

    oauth_client: NewOAuthClient


class OAuthClientListResponse(Response):
    """All OAuth clients, oldest first."""

    oauth_clients: list[OAuthClient]
