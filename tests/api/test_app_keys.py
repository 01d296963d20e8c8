"""App keys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.harness import Caller, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
NO_KEY = (404, "not_found", "Resource not found")
NO_APP = (404, "app_not_found", "App not found")
UNAUTHORIZED = (401, "unauthorized", "Authorization is required")
KEY_ID = re.compile(r"app_[0-9a-f]{24}")
SECRET = re.compile(r"[A-Za-z0-9_-]{86}")


@pytest.fixture
def keys(api: Caller) -> str:
    """The path of the keys of the fresh app, which has one key."""
    return f"/v2/apps/{api.app_id}/keys"


def new_key(account: Caller, keys: str, name: str = "Key") -> Any:
    """A new key."""
    return account.ok("POST", keys, {"displayName": name})["key"]


def test_create(account: Caller, keys: str) -> None:
    """201 with the secret: 64 random bytes in base64url."""
    answer = account("POST", keys, {"displayName": "Deploy", "secret": "mine"})
    assert answer.status_code == 201
    key = answer.json()["key"]
    assert set(key) == {"id", "displayName", "secret"}
    assert KEY_ID.fullmatch(key["id"])
    assert SECRET.fullmatch(key["secret"])
    assert key["displayName"] == "Deploy"
    assert new_key(account, keys)["secret"] != key["secret"]


def test_new_key_is_valid_for_its_app_only(account: Caller, api: Caller, keys: str) -> None:
    """A new key has the same access as the app's first key."""
    key = new_key(account, keys)
    auth = (key["id"], key["secret"])
    assert api("GET", f"/v2/apps/{api.app_id}", auth=auth).status_code == 200
    answer = api("GET", f"/v2/apps/{new_app(account).app_id}", auth=auth)
    assert error_of(answer) == (403, "forbidden", "Forbidden")


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({}, "should have required property 'displayName'"),
        ({"displayName": ""}, "displayName should NOT be shorter than 1 characters"),
        ({"displayName": "x" * 101}, "displayName should NOT be longer than 100 characters"),
        ({"displayName": 1}, "displayName should be string"),
    ],
)
def test_refused(account: Caller, keys: str, body: dict[str, Any], title: str) -> None:
    """The name is required, and has 1 to 100 characters."""
    assert error_of(account("POST", keys, body)) == (400, "bad_request", title)


def test_list(account: Caller, api: Caller, keys: str) -> None:
    """Keys are listed oldest first, with their secrets, and are not paginated."""
    created = [new_key(account, keys, f"Key {number}") for number in range(3)]
    listed = account.ok("GET", keys)
    assert set(listed) == {"keys"}
    first, *others = listed["keys"]
    assert (first["id"], first["secret"]) == api.auth
    assert others == created


def test_get(account: Caller, keys: str) -> None:
    """The key is shown with its secret."""
    key = new_key(account, keys, "Deploy")
    assert account.ok("GET", f"{keys}/{key['id']}") == {"key": key}


def test_at_most_ten(account: Caller, api: Caller, keys: str) -> None:
    """The eleventh key is refused until another key is deleted."""
    created = [new_key(account, keys) for _ in range(9)]
    assert error_of(account("POST", keys, {"displayName": "Key"}))[:2] == (400, "bad_request")
    assert len(account.ok("GET", keys)["keys"]) == 10
    account.ok("DELETE", f"{keys}/{created[0]['id']}")
    new_key(account, keys)


def test_delete(account: Caller, api: Caller, keys: str) -> None:
    """200 with an empty object; the key is refused immediately although it is cached, and other keys stay valid."""
    key = new_key(account, keys)
    auth, path = (key["id"], key["secret"]), f"/v2/apps/{api.app_id}"
    assert api("GET", path, auth=auth).status_code == 200
    answer = account("DELETE", f"{keys}/{key['id']}")
    assert answer.status_code == 200
    assert answer.json() == {}
    assert error_of(api("GET", path, auth=auth)) == UNAUTHORIZED
    assert api("GET", path).status_code == 200
    for method in ("GET", "DELETE"):
        assert error_of(account(method, f"{keys}/{key['id']}")) == NO_KEY
    assert len(account.ok("GET", keys)["keys"]) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("key_id", [f"app_{UNKNOWN}", UNKNOWN, "x", "%00"])
def test_unknown(account: Caller, keys: str, method: str, key_id: str) -> None:
    """requests.2: a malformed id is an unknown id."""
    assert error_of(account(method, f"{keys}/{key_id}")) == NO_KEY


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_key_of_another_app_or_the_account(account: Caller, keys: str, method: str) -> None:
    """A key is found in its own app only, and the account's key in none; both stay valid."""
    there = new_app(account)
    for caller in (there, account):
        assert caller.auth is not None
        assert error_of(account(method, f"{keys}/{caller.auth[0]}")) == NO_KEY
    assert there("GET", f"/v2/apps/{there.app_id}").status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("GET", "/x"), ("DELETE", "/x")])
def test_unknown_app(account: Caller, method: str, path: str) -> None:
    """credentials.5."""
    body = {"displayName": "Key"} if method == "POST" else None
    assert error_of(account(method, f"/v2/apps/{UNKNOWN}/keys{path}", body)) == NO_APP


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("GET", "/x"), ("DELETE", "/x")])
def test_account_only(api: Caller, keys: str, method: str, path: str) -> None:
    """An app's key cannot access keys, not even itself."""
    body = {"displayName": "Key"} if method == "POST" else None
    assert error_of(api(method, f"{keys}{path}", body)) == (403, "forbidden", "Forbidden")
