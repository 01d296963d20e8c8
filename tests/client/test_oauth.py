"""OAuth with the client, sync and async, and from the command line."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from heliograph import AsyncClient, BasicAuth, BearerAuth, Client
from heliograph.cli.main import main
from heliograph.compat import ApiClient, Configuration, GetTokenRequest, OAuthEndpointsApi
from heliograph.models import InvalidClient, InvalidGrant, TokenBody
from tests.api.oauth import CALLBACK, Partner
from tests.client.test_call import call
from tests.client.test_kinds import Recorder
from tests.harness import Caller


def code_of(location: str) -> str:
    """The code in the URL of a redirect to the partner."""
    assert location.startswith(f"{CALLBACK}?")
    return parse_qs(urlsplit(location).query)["code"][0]


def test_sync(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    assert api.auth is not None
    with Client(api.url, auth=BasicAuth(*api.auth)) as client:
        redirect = client.oauth.authorize(client_id=partner.client_id, response_type="code", state="s")
        body = partner.request(code_of(redirect["location"]))
        token = client.oauth.get_token(TokenBody(**body)).access_token
        with pytest.raises(InvalidGrant, match="authorization code is not valid") as refused:
            client.oauth.get_token(body)
        assert (refused.value.status, refused.value.code, refused.value.attempts) == (400, "invalid_grant", 1)
        with pytest.raises(InvalidClient):
            client.oauth.get_token({**body, "client_secret": "x"})
    with Client(api.url) as anonymous:
        consent = anonymous.oauth.authorize(client_id=partner.client_id, response_type="code")
        assert urlsplit(consent["location"]).path == "/oauth/consent"
    with Client(api.url, auth=BearerAuth(token)) as connected:
        assert connected.oauth.get_token_info().app.id == api.app_id
        assert connected.oauth.revoke_access().to_dict() == {}


def test_async(account: Caller, api: Caller) -> None:
    partner = Partner(account)

    async def run() -> None:
        assert api.auth is not None
        async with AsyncClient(api.url, auth=BasicAuth(*api.auth)) as client:
            redirect = await client.oauth.authorize(client_id=partner.client_id, response_type="code")
            token = await client.oauth.get_token(**partner.request(code_of(redirect["location"])))
        async with AsyncClient(api.url, auth=BearerAuth(token.access_token)) as connected:
            assert (await connected.oauth.get_token_info()).app.id == api.app_id

    asyncio.run(run())


@pytest.mark.one_engine
def test_a_key_is_not_sent_with_the_secret_of_the_partner() -> None:
    recorder = Recorder()
    body = {"code": "c", "grant_type": "authorization_code", "client_id": "i", "client_secret": "s"}
    with Client(auth=BasicAuth("app_x", "secret"), transport=httpx.MockTransport(recorder)) as client:
        recorder.reply = (200, {"access_token": "a.b.c", "token_type": "Bearer"}, {})
        assert client.oauth.get_token(body).token_type == "Bearer"
        recorder.reply = (302, {}, {"location": "https://shop.example/"})
        assert client.oauth.authorize(client_id="i", response_type="code")["location"] == "https://shop.example/"
    exchange, asked = recorder.requests
    assert (exchange.method, exchange.url.path, json.loads(exchange.content)) == ("POST", "/oauth/token", body)
    assert "authorization" not in exchange.headers
    assert "authorization" in asked.headers


@pytest.mark.one_engine
def test_commands(
    account: Caller, api: Caller, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = Partner(account)
    assert api.auth is not None
    for name, value in (("URL", api.url), ("KEY_ID", api.auth[0]), ("KEY_SECRET", api.auth[1])):
        monkeypatch.setenv(f"HELIOGRAPH_{name}", value)
    status, found = call(capsys, "authorize", "--client-id", partner.client_id, "--response-type", "code")
    assert status == 0
    given = [
        f"--{name.replace('_', '-')}={value}" for name, value in partner.request(code_of(found["location"])).items()
    ]
    status, made = call(capsys, "get-token", *given)
    assert (status, made["token_type"]) == (0, "Bearer")
    assert call(capsys, "get-token-info")[1]["app"]["id"] == api.app_id
    status, refused = call(capsys, "revoke-access")
    assert (status, refused["status"]) == (1, 403)
    assert main(["call", "revoke-access", "--help"]) == 0


def test_the_interface_of_the_official_library(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    with ApiClient(Configuration(host=api.url)) as anonymous:
        body = GetTokenRequest(**partner.request(partner.code(api)))
        token = OAuthEndpointsApi(anonymous).get_token(body).access_token
    with ApiClient(Configuration(host=api.url, access_token=token)) as connected:
        endpoints = OAuthEndpointsApi(connected)
        assert endpoints.get_token_info().app.id == api.app_id
        endpoints.revoke_access()
