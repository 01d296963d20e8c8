"""GetToken: both kinds of bodies, its errors, and codes, which only their client can use, and only once."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import pytest

from heliograph.domain import oauth
from heliograph.errors import InvalidClient
from heliograph.storage.opening import open_store
from heliograph.wire.oauth import TokenBody
from tests.api.database import Database
from tests.api.oauth import CALLBACK, Partner, TokenCaller
from tests.harness import Caller, Server, new_app

FORM = "application/x-www-form-urlencoded"


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """Check both formats of an error; returns the title."""
    found = answer.json()
    assert (answer.status_code, found["error"]) == (status, code), answer.text
    assert {error["code"] for error in found["errors"]} == {code}
    titles = "; ".join(error["title"] for error in found["errors"])
    assert found["error_description"] == titles
    assert set(found) == {"error", "error_description", "errors"}
    assert answer.headers["cache-control"] == "no-store"
    return titles


def part(token: str, number: int) -> Any:
    """A decoded part of a JWT."""
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_json_and_forms(account: Caller, api: Caller) -> None:
    """oauth.6, oauth.7"""
    partner = Partner(account)
    first = partner.exchange(partner.code(api), unknown="x")
    content = urlencode({**partner.request(partner.code(api)), "unknown": "x"}).encode()
    for media_type in (FORM, f"{FORM};charset=UTF-8", FORM.upper()):
        headers = {"content-type": media_type}
        second = account("POST", "/oauth/token", content=content, headers=headers, auth=None)
        content = urlencode(partner.request(partner.code(api))).encode()
        for answer in (first, second):
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
            assert set(answer.json()) == {"access_token", "token_type"}
            assert answer.json()["token_type"] == "Bearer"
    token = first.json()["access_token"]
    assert part(token, 0) == {"alg": "HS256", "typ": "JWT", "azp": partner.client_id, "kid": part(token, 0)["kid"]}
    claims = part(token, 1)
    assert claims == {"scope": "integration", "appId": api.app_id, "iat": claims["iat"]}
    assert isinstance(claims["iat"], int)
    # An Authorization header, which a proxy or a library may send, is ignored.
    stray = account("POST", "/oauth/token", partner.request(partner.code(api)), auth=("x", "y"))
    assert stray.status_code == 200
    for answer in (first, second, stray):
        assert TokenCaller(api, answer.json()["access_token"])("GET", "/v2/tokenInfo").status_code == 200


def test_precedence_of_errors(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    code = partner.code(api)
    good = partner.request(code)
    for name in good:
        for body, title in (
            ({other: good[other] for other in good if other != name}, name),
            ({**good, name: None}, name), ({**good, name: 1}, name), ({**good, name: "\0"}, "NUL"),
        ):  # fmt: skip
            assert title in refused(account("POST", "/oauth/token", body, auth=None), 400, "invalid_request")
    bad: dict[str, Any] = {"client_secret": "x", "grant_type": "password"}
    refused(partner.exchange("x", **bad), 401, "invalid_client")
    for unknown in ("x", "", "é", "x" * 5000):
        refused(partner.exchange(code, client_id=unknown), 401, "invalid_client")
    for secret in ("", partner.secret[:-1], f"{partner.secret}x", "é", Partner(account).secret):
        refused(partner.exchange(code, client_secret=secret), 401, "invalid_client")
    for grant in ("password", "", "refresh_token", "client_credentials", "Authorization_Code"):
        refused(partner.exchange("x", grant_type=grant), 400, "unsupported_grant_type")
    for wrong in ("", "x", code[:-1], f"{code}=", code.swapcase(), "é", "x" * 5000):
        refused(partner.exchange(wrong), 400, "invalid_grant")
    assert partner.exchange(code).status_code == 200


def test_bodies_that_are_not_accepted(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    code = partner.code(api)
    good = urlencode(partner.request(code)).encode()

    def post(content: bytes, media_type: str | None = FORM) -> httpx.Response:
        headers = {} if media_type is None else {"content-type": media_type}
        return account("POST", "/oauth/token", content=content, headers=headers, auth=None)

    for name in partner.request(code):
        for value in (b"x", partner.request(code)[name].encode()):
            assert name in refused(post(good + f"&{name}=".encode() + value), 400, "invalid_request")
    for content in (b"", b"\xff", b"%ff=1", b"&".join([b"a=1"] * 60), good.replace(b"code=", b"code=%00"), b"{}"):
        refused(post(content), 400, "invalid_request")
    for content in (b"", b"{", b"[]", b"null", good):
        refused(post(content, "application/json"), 400, "invalid_request")
    assert post(good + b"&x=" + b"y" * 102_400).status_code == 413
    assert post(b"x=" + b"%41" * 200_000).status_code == 413
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx", None):
        assert post(good, media_type).status_code == 415, media_type
    assert account("GET", "/oauth/token", params=partner.request(code), auth=None).status_code == 405
    assert post(good).status_code == 200


def test_a_code_is_valid_once_and_for_ten_minutes(account: Caller, api: Caller, database: Database) -> None:
    """oauth.5"""
    partner = Partner(account)
    code = partner.code(api)
    caller = TokenCaller(api, partner.exchange(code).json()["access_token"])
    refused(partner.exchange(code), 400, "invalid_grant")
    assert caller("GET", "/v2/tokenInfo").status_code == 200
    expired = partner.code(api)
    query = "SELECT digest, expires_at FROM oauth_code WHERE client_id = $1 ORDER BY expires_at"
    ((digest, _),) = database.rows(query, partner.client_id)
    valid = partner.code(api)
    rows = database.rows(query, partner.client_id)
    assert len(rows) == 2
    database.write(("UPDATE oauth_code SET expires_at = 1 WHERE digest = $1", (digest,)))
    refused(partner.exchange(expired), 400, "invalid_grant")
    lifetime = max(row[1] for row in rows) - database.rows("SELECT max(created_at) FROM oauth_client")[0][0]
    assert 600_000 <= lifetime < 660_000
    partner.code(api)  # deletes codes that have expired
    assert digest not in {row[0] for row in database.rows(query, partner.client_id)}
    assert partner.exchange(valid).status_code == 200


def test_a_code_is_for_one_client_and_one_uri(account: Caller, api: Caller) -> None:
    uris = [CALLBACK, f"{CALLBACK}/2"]
    partner, other = Partner(account, {"redirectUris": uris}), Partner(account, {"redirectUris": uris})
    code = partner.code(api)
    refused(other.exchange(code), 400, "invalid_grant")
    for wrong in (uris[1], "", f"{CALLBACK}/", "https://evil.example/"):
        refused(partner.exchange(code, redirect_uri=wrong), 400, "invalid_grant")
    # None of these requests has used the code.
    assert partner.exchange(code, redirect_uri=CALLBACK).status_code == 200
    second = partner.code(api, redirect_uri=uris[1])
    refused(partner.exchange(second, redirect_uri=CALLBACK), 400, "invalid_grant")
    assert partner.exchange(second).status_code == 200
    gone = new_app(account)
    code = partner.code(gone)
    account.ok("DELETE", f"/v2/apps/{gone.app_id}")
    refused(partner.exchange(code), 400, "invalid_grant")


def test_of_concurrent_exchanges_one_succeeds(account: Caller) -> None:
    """oauth.5, even if the integration does not exist yet."""
    partner = Partner(account)

    async def exchange_all(codes: list[str]) -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=account.url) as http:
            calls = [http.post("/oauth/token", json=partner.request(code)) for code in codes for _ in range(6)]
            return await asyncio.gather(*calls)

    for _ in range(3):
        api = new_app(account)
        codes = [partner.code(api) for _ in range(3)]
        answers = asyncio.run(exchange_all(codes))
        for start in range(0, len(answers), 6):
            assert sorted(one.status_code for one in answers[start : start + 6]) == [200, *[400] * 5]
        tokens = [one.json()["access_token"] for one in answers if one.status_code == 200]
        # There is one integration with one key, whichever request came first.
        assert len({part(token, 0)["kid"] for token in tokens}) == 1
        assert all(TokenCaller(api, token)("GET", "/v2/tokenInfo").status_code == 200 for token in tokens)


def test_tokens_with_changed_or_swapped_parts_are_refused(account: Caller, api: Caller) -> None:
    other, partner = new_app(account), Partner(account)
    mine, theirs, another = partner.token(api).token, partner.token(other).token, Partner(account).token(api).token
    for token in (theirs, another):
        mixed = mine.split(".")
        for number in range(3):
            parts = [*mixed[:number], token.split(".")[number], *mixed[number + 1 :]]
            # Two tokens for the same app have the same claims if they are issued in the same second.
            if parts != mixed:
                assert TokenCaller(api, ".".join(parts))("GET", "/v2/tokenInfo").status_code == 401
    for header, claims in (
        ({"alg": "none"}, {}),
        ({}, {"scope": "app"}),
        ({}, {"appId": other.app_id}),
        ({"kid": part(theirs, 0)["kid"]}, {}),
    ):
        changed = [{**part(mine, 0), **header}, {**part(mine, 1), **claims}]
        encoded = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in changed]
        for signature in (mine.split(".")[2], ""):
            forged = TokenCaller(api, ".".join([*encoded, signature]))
            assert forged("GET", "/v2/tokenInfo").status_code == 401
    header = {"kid": part(mine, 0)["kid"]}
    forged = TokenCaller(api, jwt.encode(part(mine, 1), partner.secret, algorithm="HS256", headers=header))
    assert forged("GET", "/v2/tokenInfo").status_code == 401


@pytest.mark.one_engine
def test_secrets_are_compared_in_constant_time(
    server: Server, account: Caller, api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = Partner(account)
    compared: list[tuple[bytes, bytes]] = []
    original: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return original(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", compare)

    async def exchange(client_id: str, secret: str) -> None:
        store = await open_store(server.database_url)
        try:
            body = TokenBody(code="x", grant_type="authorization_code", client_id=client_id, client_secret=secret)
            with pytest.raises(InvalidClient):
                await oauth.exchange(store, body)
        finally:
            await store.close()

    asyncio.run(exchange(partner.client_id, "wrong"))
    # For an unknown client, the secret is compared with a random one.
    asyncio.run(exchange("unknown", "wrong"))
    assert compared[0] == (b"wrong", partner.secret.encode())
    assert compared[1][0] == b"wrong"
    assert len(compared[1][1]) == len(partner.secret)
