"""A partner, and callers with its tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from heliograph import BearerAuth, Client
from tests.harness import Caller

CALLBACK = "https://shop.example/callback"
OAUTH_CLIENTS = "/heliograph/v1/oauthClients"


class TokenCaller(Caller):
    """Calls the API with an OAuth token."""

    def __init__(self, api: Caller, token: str) -> None:
        super().__init__(api.url, None, api.app_id, api.http)
        self.token = token

    @cached_property
    def sdk(self) -> Client:
        """The Python client, authenticated with the token."""
        return self.http.sdk(self.url).with_options(auth=BearerAuth(self.token))

    def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        """Call `path` with the token."""
        headers = {"authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return super().__call__(method, path, body, headers=headers, **kwargs)


@dataclass
class Partner:
    """An OAuth client."""

    account: Caller
    fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        body = {"displayName": "Shop", "redirectUris": [CALLBACK], **self.fields}
        client = self.account.ok("POST", OAUTH_CLIENTS, body)["oauthClient"]
        self.client_id: str = client["clientId"]
        self.secret: str = client["clientSecret"]

    def authorize(self, caller: Caller | None = None, **query: str) -> httpx.Response:
        """Call Authorize, with the credential of the caller if one is given."""
        params = {"client_id": self.client_id, "response_type": "code", **query}
        auth = caller.auth if caller else None
        return self.account("GET", "/oauth/authorize", params=params, auth=auth)

    def code(self, api: Caller, **query: str) -> str:
        """A code for the app of the caller."""
        answer = self.authorize(api, **query)
        assert answer.status_code == 302, answer.text
        return parameters_of(answer)["code"]

    def request(self, code: str, **fields: Any) -> dict[str, Any]:
        """The fields of a token request."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "client_secret": self.secret,
            **fields,
        }

    def exchange(self, code: str, **fields: Any) -> httpx.Response:
        """Call GetToken with JSON."""
        return self.account("POST", "/oauth/token", self.request(code, **fields), auth=None)

    def token(self, api: Caller) -> TokenCaller:
        """A caller with a new token for the app."""
        answer = self.exchange(self.code(api))
        assert answer.status_code == 200, answer.text
        return TokenCaller(api, answer.json()["access_token"])


def parameters_of(answer: httpx.Response) -> dict[str, str]:
    """The query parameters of the URL to which a response redirects, each given once."""
    assert answer.status_code == 302, answer.text
    query = urlsplit(answer.headers["location"]).query
    found = parse_qs(query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def location_of(answer: httpx.Response) -> str:
    """The URL to which a response redirects, without its query."""
    assert re.fullmatch(r"[!-~]+", answer.headers["location"])
    return str(answer.headers["location"].partition("?")[0])
