"""A partner with an OAuth client."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from heliograph.conformance.caller import Answer
from heliograph.conformance.outcomes import Failure
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.oauth import CREATE_OAUTH_CLIENT
from heliograph.wire.table.v2.oauth import AUTHORIZE, GET_TOKEN

CALLBACK = "https://shop.example/callback"
OTHER_CALLBACK = "https://shop.example/other"


class Partner:
    """A new OAuth client, which needs an account key."""

    def __init__(self, site: Site, **fields: Any) -> None:
        self.site = site
        body = {"displayName": site.name(), "redirectUris": [CALLBACK, OTHER_CALLBACK], **fields}
        made = site.ok(CREATE_OAUTH_CLIENT, body)["oauthClient"]
        self.client_id: str = made["clientId"]
        self.secret: str = made["clientSecret"]

    def authorize(self, auth: str | None, **params: Any) -> Answer:
        """Call Authorize."""
        query = {"client_id": self.client_id, "response_type": "code", **params}
        return self.site.call(AUTHORIZE, params=query, auth=auth)

    def code(self, **params: Any) -> str:
        """A code for the app."""
        code = redirected(self.authorize(self.site.authorization, **params)).get("code", "")
        if not code:
            raise Failure("a redirect with a code", "none")
        self.site.run.secrets.add(code)
        return code

    def exchange(self, code: str, **fields: Any) -> dict[str, Any]:
        """The body of GetToken."""
        own = {"client_id": self.client_id, "client_secret": self.secret}
        return {"grant_type": "authorization_code", "code": code, **own, **fields}

    def token(self) -> str:
        """A token for the app."""
        token: str = self.site.ok(GET_TOKEN, self.exchange(self.code()), auth=None)["access_token"]
        return token


def redirected(answer: Answer) -> dict[str, str]:
    """The parameters of the URL to which a response redirects."""
    location = answer.expect(302).headers.get("location", "")
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))
