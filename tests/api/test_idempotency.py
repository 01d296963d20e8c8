"""Idempotency keys: the responses to retries, and responses that are not stored."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from tests.api.database import Database
from tests.harness import Caller, Server, error_of, new_app

REUSE = (422, "idempotency_key_reuse", "Idempotency-Key was used for another request")
ADA = {"externalId": "ada"}


def send(api: Caller, method: str, path: str, body: Any = None, *, key: str = '"one"') -> httpx.Response:
    """Send a request with a key."""
    return api(method, path, body, headers={"Idempotency-Key": key})


def assert_replay(answer: httpx.Response, first: httpx.Response) -> None:
    """Check that the response repeats the first one byte for byte, with its own request id."""
    assert "idempotent-replayed" not in first.headers
    assert answer.headers["idempotent-replayed"] == "true"
    assert (answer.status_code, answer.content) == (first.status_code, first.content)
    own = {"idempotent-replayed", "x-request-id", "date"}
    assert {*answer.headers.items()} - {*first.headers.items()} == {
        (name, value) for name, value in answer.headers.items() if name in own and first.headers.get(name) != value
    }
    assert answer.headers["x-request-id"] != first.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/users", "/conversations"])
def test_a_retry_gets_the_first_response(api: Caller, path: str) -> None:
    body = ADA if path == "/users" else {"type": "sdkGroup", "displayName": "Crew"}
    first = send(api, "POST", path, body)
    assert first.status_code == 201
    assert_replay(send(api, "POST", path, body), first)


def test_a_repeated_leave_gets_the_first_response(api: Caller) -> None:
    user = api.new_user()
    group = api.new_group(user)
    first = send(api, "POST", f"/conversations/{group}/leave", {"userId": user})
    assert (first.status_code, first.json()) == (200, {})
    assert_replay(send(api, "POST", f"/conversations/{group}/leave", {"userId": user}), first)
    assert error_of(send(api, "POST", f"/conversations/{group}/leave", {"userId": user}, key="two"))[0] == 404


def test_a_refusal_by_a_rule_is_stored(api: Caller) -> None:
    first = send(api, "PATCH", "/users/ada", {"profile": {"givenName": "Ada"}})
    assert first.status_code == 404
    api.new_user("ada")
    assert_replay(send(api, "PATCH", "/users/ada", {"profile": {"givenName": "Ada"}}), first)
    taken = send(api, "POST", "/users", ADA, key="two")
    assert taken.status_code == 409
    assert_replay(send(api, "POST", "/users", ADA, key="two"), taken)


def test_validation_and_credential_errors_are_not_stored(api: Caller) -> None:
    assert send(api, "POST", "/users", {"externalId": 7}).status_code == 400
    unknown = Caller(api.url, ("app_" + "0" * 24, "wrong"), api.app_id, api.http)
    assert send(unknown, "POST", "/users", ADA).status_code == 401
    first = send(api, "POST", "/users", ADA)
    assert (first.status_code, first.headers.get("idempotent-replayed")) == (201, None)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/users", {"externalId": "bob"}),
        ("POST", "/users?x=1", ADA),
        ("PATCH", "/users/ada", ADA),
        ("POST", "/conversations", {"type": "sdkGroup"}),
        ("DELETE", "/users/ada", None),
    ],
)
def test_a_key_belongs_to_one_request(api: Caller, method: str, path: str, body: Any) -> None:
    first = send(api, "POST", "/users", ADA)
    body = {"profile": {}} if method == "PATCH" else body
    assert error_of(send(api, method, path, body)) == REUSE
    assert_replay(send(api, "POST", "/users", ADA), first)
    assert api("GET", "/users/ada").status_code == 200


def test_keys_belong_to_an_app(account: Caller, api: Caller) -> None:
    other = new_app(account)
    first, second = send(api, "POST", "/users", ADA), send(other, "POST", "/users", ADA)
    assert first.json() != second.json()
    # With the account's credential, the key belongs to the app of the path.
    assert_replay(send(account, "POST", f"/v2/apps/{api.app_id}/users", ADA), first)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('"one"', "one"),
        ('"a \\"b\\" \\\\ c"', '"a \\"b\\" \\\\ c"'),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", '"8e03978e-40d5-43dd-bc93-6894a57f9324"'),
        ("order:17/item;2", "order:17/item;2"),
        ("k" * 255, f'"{"k" * 255}"'),
        (f'"{chr(92) * 510}"', f'"{chr(92) * 510}"'),
    ],
)
def test_a_key_is_a_string_or_a_token(api: Caller, first: str, second: str) -> None:
    created = send(api, "POST", "/users", key=first, body={})
    assert created.status_code == 201
    assert_replay(send(api, "POST", "/users", key=second, body={}), created)


@pytest.mark.one_engine
@pytest.mark.parametrize("key", ["", '""', '"', "a b", "a,b", '"a"b', 'a"', '"\\a"', "é", "k" * 256, f'"{"k" * 256}"'])
def test_a_malformed_key_is_refused(api: Caller, key: str) -> None:
    answer = api("POST", "/users", ADA, headers={b"Idempotency-Key": key.encode("latin-1")})
    status, code, title = error_of(answer)
    assert (status, code) == (400, "bad_request")
    assert title.startswith("Idempotency-Key should be a string in quotes")
    assert api("GET", "/users/ada").status_code == 404


@pytest.mark.one_engine
def test_white_space_around_a_key_and_repeated_headers(api: Caller) -> None:
    """White space around a header is ignored. Two headers are refused, even if they are equal."""
    created = send(api, "POST", "/users", key="one", body={})
    assert_replay(api("POST", "/users", {}, headers=[("Idempotency-Key", '\t"one" ')]), created)
    for second in ("one", "two"):
        headers = [("Idempotency-Key", "one"), ("Idempotency-Key", second)]
        answer = httpx.post(f"{api.url}/v2/apps/{api.app_id}/users", json=ADA, headers=headers, auth=api.auth)
        assert error_of(answer) == (400, "bad_request", "Idempotency-Key should be given once")
    assert api("GET", "/users/ada").status_code == 404


def test_reads_ignore_keys(api: Caller) -> None:
    user = api.new_user("ada")
    for key in ("one", "not a key"):
        assert send(api, "GET", f"/users/{user}", key=key).status_code == 200
    assert api.ok("GET", f"/users/{user}")["user"]["id"] == user
    assert send(api, "POST", "/users", {}).status_code == 201


def test_secrets_are_repeated_and_stored_sealed(server: Server, account: Caller, api: Caller) -> None:
    path = f"/v2/apps/{api.app_id}/keys"
    first = send(account, "POST", path, {"displayName": "Spare"})
    assert_replay(send(account, "POST", path, {"displayName": "Spare"}), first)
    secret = first.json()["key"]["secret"].encode()
    rows = Database(server.database_url).rows(
        "SELECT key, headers, body, digest FROM idempotency_key WHERE app_id = $1", api.app_id
    )
    assert [row[0] for row in rows] == ["one"]
    assert not [value for row in rows for value in row if isinstance(value, bytes) and secret in value]


def test_a_deleted_key_and_a_deleted_app_stay_deleted(account: Caller) -> None:
    api = new_app(account)
    app, spare = f"/v2/apps/{api.app_id}", account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": "Spare"})
    removed = send(account, "DELETE", f"{app}/keys/{spare['key']['id']}", key="removal")
    assert removed.status_code == 200
    assert_replay(send(account, "DELETE", f"{app}/keys/{spare['key']['id']}", key="removal"), removed)
    deleted = send(account, "DELETE", app, key=f'"{api.app_id}"')
    assert deleted.status_code == 200
    assert api("GET", "/users/ada").status_code in (401, 403)
    assert_replay(send(account, "DELETE", app, key=f'"{api.app_id}"'), deleted)
    assert error_of(send(account, "DELETE", app, key="another"))[1] == "app_not_found"
    assert error_of(send(account, "DELETE", app, key="not a key"))[1] == "bad_request"
    assert error_of(send(account, "PATCH", app, {"displayName": "New"}, key=api.app_id))[1] == "app_not_found"


def test_a_deletion_with_a_key_takes_effect_immediately(account: Caller) -> None:
    """A deleted API key stops working immediately, as without an idempotency key."""
    api = new_app(account)
    key = account.ok("POST", f"/v2/apps/{api.app_id}/keys", {"displayName": "Spare"})["key"]
    spare = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    assert spare("GET", "/conversations?filter[userId]=x").status_code == 404
    send(account, "DELETE", f"/v2/apps/{api.app_id}/keys/{key['id']}")
    assert spare("GET", "/conversations?filter[userId]=x").status_code == 401


def test_an_upload_is_compared_by_its_file(api: Caller) -> None:
    def upload(name: str, content: bytes, boundary: str, key: str = "file") -> httpx.Response:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="source"; filename="{name}"\r\n'
        body = f"{head}Content-Type: text/plain\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": key}
        return api("POST", "/attachments?access=public", content=body, headers=headers)

    first = upload("a.txt", b"hello", "x")
    assert first.status_code == 201, first.text
    assert_replay(upload("a.txt", b"hello", "another"), first)
    for name, content in (("b.txt", b"hello"), ("a.txt", b"hallo")):
        assert error_of(upload(name, content, "x")) == REUSE
    assert upload("a.txt", b"hello", "x", key="other").json() != first.json()
    url = re.sub(r"^https?://[^/]+", api.url, first.json()["attachment"]["mediaUrl"])
    assert api.http.get(url).content == b"hello"


@pytest.mark.one_engine
def test_every_write_takes_a_key() -> None:
    """The exceptions are OAuth, whose codes can be used once, and ReplaceParticipants."""
    writes = [one for one in (*OPERATIONS, *EXTENSIONS) if one.method != "GET"]
    assert {one.name for one in writes if not one.takes_key} == {"GetToken", "RevokeAccess", "ReplaceParticipants"}
