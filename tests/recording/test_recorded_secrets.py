"""Recorded requests contain no secrets, and no data of deleted users."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.harness import Caller, Server, new_app
from tests.recording.looking import MASK, recorded, sent_and_recorded, stored
from tests.security.calls import Walk, basic
from tests.security.credentials import bearer

JSON = {"content-type": "application/json"}


def test_no_secret_is_stored(recorder: Server, owner: Caller) -> None:
    """recording.3"""
    assert owner.auth is not None
    secrets: set[str] = set()

    def noting(operation: Any, app_key: tuple[str, str], account_key: tuple[str, str]) -> str:
        for key in (app_key, account_key):
            secrets.update((key[1], basic(*key).removeprefix("Basic "), bearer(key).rpartition(".")[2]))
        return basic(*(account_key if operation.scope.label == "account" else app_key))

    walk = Walk(owner, lambda name: f"zq{name.replace('_', '')}xj", noting)
    responses = [response for _, response in walk.run()]
    secrets |= walk.secrets | {"zqaccesstokenxj", "zqpushxj", "zqsignaturexj"}
    for response in responses:
        found = response.json() if response.headers.get("content-type") == "application/json" else {}
        for holder in found.values():
            if isinstance(holder, dict) and isinstance(holder.get("secret"), str):
                secrets.add(holder["secret"])
    seen = new_app(owner)
    recorded(seen, seen("GET", "").headers["x-request-id"])
    table = stored(recorder)
    assert "zqexternalidxj" not in table  # the user was deleted
    assert [secret for secret in secrets if secret in table] == []


WRONG = "a-secret-that-nobody-should-see"
SECRET_REQUESTS: tuple[dict[str, Any], ...] = (
    {"headers": {"authorization": f"Basic {WRONG}"}, "auth": None},
    {"headers": {"authorization": f"{WRONG} x"}, "auth": None},
    {"headers": {"authorization": WRONG}, "auth": None},
    {"headers": {"authorization": f"Bearer {WRONG}"}, "auth": None},
    {"auth": (WRONG, "app_key")},
    {"auth": ("app_000000000000000000000001", WRONG)},
    {"headers": {"x-api-key": WRONG, "cookie": WRONG, "proxy-authorization": WRONG, "X-Auth-Token": WRONG}},
    {"params": {"access_token": WRONG}},
    {"params": {"filter": json.dumps({"secret": WRONG})}},
    {"content": json.dumps({"secret": WRONG}), "headers": JSON},
    {"content": json.dumps({"a": [{"Client-Secret": {"deep": [WRONG]}}]}), "headers": JSON},
    {"content": json.dumps({"secret": WRONG}).replace("secret", "s\\u0065cret"), "headers": JSON},
    {"content": f'{{"secret": "x", "secret": "{WRONG}"', "headers": JSON},
    {"content": f'{{"secret": "{WRONG}", "secret": "x"}}', "headers": JSON},
    {"content": f"password={WRONG}", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    {"content": json.dumps({"privateKey": WRONG, "x": "y" * 200_000}), "headers": JSON},
)


@pytest.mark.parametrize("number", range(len(SECRET_REQUESTS)))
def test_secrets_in_unusual_places(own: Caller, recorder: Server, number: int) -> None:
    """recording.3"""
    own.new_group()
    sent_and_recorded(own, "POST", "/users", **SECRET_REQUESTS[number])
    table = stored(recorder)
    assert WRONG not in table
    assert base64.b64encode(f"{WRONG}:".encode()).decode()[:20] not in table
    assert own.auth is not None
    assert own.auth[1] not in table


def test_recorded_bodies(own: Caller) -> None:
    """recording.3"""
    made = own("POST", "/keys", {"displayName": "Spare"}, auth=None)
    assert made.status_code == 401
    masked = sent_and_recorded(own, "POST", "/users", {"metadata": {"secretWord": "x", "n": None}, "externalId": "eve"})
    assert masked["request"]["body"] == {"metadata": {"secretWord": MASK, "n": None}, "externalId": "eve"}
    broken = sent_and_recorded(own, "POST", "/users", content=b'{"externalId": \xff', headers=JSON)
    assert broken["request"]["body"] == '{"externalId": �'
    hook = {"target": "https://example.invalid/x", "triggers": ["*"]}
    kept = sent_and_recorded(own, "POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    assert kept["response"]["body"]["integration"]["webhooks"][0]["secret"] == MASK
    assert kept["request"]["body"]["webhooks"] == [hook]
    long = sent_and_recorded(own, "POST", "/users", {"metadata": {"a": "x" * 100_000}})
    assert "body" not in long["request"]
    assert long["request"]["size"] > 100_000
    file = {"source": ("x.txt", b"content")}
    upload = sent_and_recorded(own, "POST", "/attachments", files=file, params={"access": "public"})
    assert "body" not in upload["request"]
    assert upload["request"]["size"] > 0


@pytest.mark.parametrize(("users", "keyed"), [("users", False), ("%75sers", False), ("users", True)])
def test_a_deleted_user_is_in_no_request(own: Caller, recorder: Server, users: str, keyed: bool) -> None:
    """recording.5: however the path is encoded, and with an idempotency key."""
    for where in ("", "/personalinformation"):
        external_id = f'grace "{where}"'
        user = own.new_user(external_id, profile={"givenName": "Grace-of-the-record"})
        group = own.new_group()
        own.join(group, user)
        sent_and_recorded(own, "GET", f"/conversations/{group}/participants")
        for _ in range(3):  # most of these wait to be written
            own("GET", f"/users/{httpx.URL(path=external_id).raw_path.decode()}")
        headers = {"Idempotency-Key": f"delete{where}"} if keyed else {}
        erased = own("DELETE", f"/{users}/{user}{where}", headers=headers)
        found = recorded(own, erased.headers["x-request-id"])
        assert found["path"] == f"/v2/apps/{own.app_id}/users/{MASK}{where}"
        table = stored(recorder)
        assert "Grace-of-the-record" not in table
        assert json.dumps(external_id)[1:-1] not in table
