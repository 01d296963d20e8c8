"""OAuth: how an integration gets a token for an app. The names on the wire are those of OAuth."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from heliograph.wire.base import Body, Response


class TokenBody(Body):
    """A code to exchange for a token, with the credentials of the integration."""

    code: str
    grant_type: Literal["authorization_code"] = field(name="grant_type")
    client_id: str = field(name="client_id")
    client_secret: str = field(name="client_secret")


class TokenResponse(Response):
    """A token with integration scope, which does not expire."""

    access_token: str = field(name="access_token")
    token_type: str = field(name="token_type")
