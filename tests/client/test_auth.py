"""Credentials: Basic, bearer tokens, and JWTs that the client signs."""

from __future__ import annotations

import time
from itertools import count

import jwt
import pytest

from heliograph import BasicAuth, BearerAuth, Client, InvalidArgument, JwtAuth, Unauthorized
from tests.client.conftest import Place
from tests.harness import Caller


def test_every_kind_is_accepted(place: Place, api: Caller) -> None:
    assert api.auth is not None
    key_id, secret = api.auth
    token = jwt.encode({"scope": "app"}, secret, "HS256", {"kid": key_id})
    for auth in (
        BasicAuth(username=key_id, password=secret),
        BearerAuth(token),
        BearerAuth(lambda: token),
        JwtAuth(key_id, secret),
        JwtAuth(key_id=key_id, secret=secret, scope="integration"),
    ):
        with Client(place.url, auth=auth) as client:
            assert client.conversations.get_conversation(place.app_id, place.group).conversation.id == place.group
        assert secret not in repr(auth)
        assert token not in repr(client)


def test_a_wrong_secret_is_refused(place: Place, api: Caller) -> None:
    assert api.auth is not None
    for auth in (BasicAuth(api.auth[0], "wrong"), JwtAuth(api.auth[0], "wrong"), BearerAuth("x.y.z"), None):
        with Client(place.url, auth=auth) as client, pytest.raises(Unauthorized):
            client.apps.get_app(place.app_id)


def test_a_jwt_has_the_documented_claims_and_is_renewed_before_it_expires() -> None:
    auth = JwtAuth("app_x", "a secret that is long enough to be one", scope="account", lifetime=600)
    begun = time.time()
    first = auth.header(begun)
    token = first.removeprefix("Bearer ")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "app_x"}
    claims = jwt.decode(token, "a secret that is long enough to be one", ["HS256"])
    assert claims == {"scope": "account", "iat": int(begun), "exp": int(begun) + 600}
    assert auth.header(begun + 539) == first
    second = auth.header(begun + 541)
    assert second != first
    assert auth.header(begun + 542) == second
    assert auth.header(begun - 3600) != second  # a clock that was set back


def test_a_token_function_is_called_before_each_attempt() -> None:
    numbers = count()
    auth = BearerAuth(lambda: f"token{next(numbers)}")
    assert [auth.header(0), auth.header(0)] == ["Bearer token0", "Bearer token1"]


def test_invalid_credentials_are_refused() -> None:
    for make in (
        lambda: BasicAuth("", "x"),
        lambda: BasicAuth("a:b", "x"),
        lambda: BasicAuth("a", ""),
        lambda: BearerAuth(""),
        lambda: JwtAuth("", "x"),
        lambda: JwtAuth("a", "x", scope="user"),  # type: ignore[arg-type]
        lambda: JwtAuth("a", "x", lifetime=60),
    ):
        with pytest.raises(InvalidArgument):
            make()
    with Client("http://127.0.0.1:1", auth=BearerAuth("a\r\nb: c")) as client:
        with pytest.raises(InvalidArgument) as caught:
            client.apps.list_apps()
        assert "b: c" not in str(caught.value)
