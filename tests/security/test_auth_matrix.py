"""Authorization: every credential with every operation of the table."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.operations import Credential as Use
from tests.cases import each
from tests.harness import Caller, Sandbox, error_of, new_app
from tests.security.calls import MISSING, OFFERED, Walk, path_of, smallest_body
from tests.security.credentials import GOOD, MALFORMED, WRONG, Credential, Keys, bearer, signed
from tests.waiting import until

UNAUTHORIZED = b'{"errors":[{"code":"unauthorized","title":"Authorization is required"}]}'
FORBIDDEN = b'{"errors":[{"code":"forbidden","title":"Forbidden"}]}'
NOT_FOUND = (404, "not_found", "Resource not found")
CREDENTIALS = (*MALFORMED, *WRONG, *GOOD)
IN_AN_APP = [operation for operation in OFFERED if "{appId}" in operation.path]
"""Operations whose path names an app."""

# Each breaks the syntax of a request in a different way.
BREACHES: tuple[dict[str, Any], ...] = (
    {"content": b"{", "headers": {"content-type": "application/json"}},
    {"content": b"{}", "headers": {"content-type": "text/plain"}},
    {"content": b" " * 102_401, "headers": {"content-type": "application/json"}},
    {"params": {"page[size]": "0"}},
    {"params": b"page=%FF"},
)


pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def keys(account: Caller, sandbox: Sandbox) -> Keys:
    """Two apps with a key each, and the key of the account."""
    mine, other = new_app(account), new_app(account)
    assert mine.auth is not None
    assert other.auth is not None
    return Keys(mine.app_id, mine.auth, other.auth, sandbox.account_auth)


def send(account: Caller, operation: AnyOperation, keys: Keys, credential: Credential, **more: Any) -> httpx.Response:
    """Call the operation in the app of the keys, with unknown ids."""
    path = path_of(operation, appId=more.pop("app_id", keys.app_id))
    headers = {**more.pop("headers", {}), **credential.headers(keys)}
    body = {} if "content" in more else smallest_body(operation)
    return account(operation.method, path, auth=None, headers=headers, **{**body, **more})


def refused(answer: httpx.Response) -> bytes:
    """The body of a 401 or a 403, after checking its headers."""
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"] == "Basic, Bearer"
    else:
        assert answer.status_code == 403, answer.text
        assert "www-authenticate" not in answer.headers
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    return answer.content


@each(OFFERED, lambda one: one.name)
def test_matrix(operation: AnyOperation, account: Caller, keys: Keys) -> None:
    for credential in CREDENTIALS:
        check(account, keys, operation, credential)


def is_permitted(operation: AnyOperation, credential: Credential) -> bool:
    """Whether a valid credential may call the operation in the app of the keys."""
    if operation.name == "GetTokenInfo":
        return not credential.name.startswith("account key")
    if operation.name == "RevokeAccess":
        return False  # tests/api/test_oauth_access.py covers the tokens of OAuth integrations
    elsewhere = credential.elsewhere and "{appId}" in operation.path
    return credential.reach is not None and credential.reach >= operation.scope and not elsewhere


def is_read(operation: AnyOperation, credential: Credential, keys: Keys) -> bool:
    """Whether the operation checks the credential."""
    if operation.credential is Use.OPTIONAL:
        return "authorization" in credential.headers(keys)
    return operation.credential is Use.REQUIRED


def check(account: Caller, keys: Keys, operation: AnyOperation, credential: Credential) -> None:
    """Check one cell of the matrix."""
    if not is_read(operation, credential, keys):
        answer = send(account, operation, keys, credential)
        assert (answer.status_code, "www-authenticate" in answer.headers) == (400, False)
        return
    permitted = credential.reach is not None and is_permitted(operation, credential)
    # A permitted call takes effect, so DeleteApp gets a new app to delete.
    more = {"app_id": new_app(account).app_id} if permitted and operation.name == "DeleteApp" else {}
    answer = send(account, operation, keys, credential, **more)
    if credential.reach is None:
        assert (answer.status_code, refused(answer)) == (401, UNAUTHORIZED), credential.name
    elif not permitted:
        assert (answer.status_code, refused(answer)) == (403, FORBIDDEN), credential.name
    else:
        assert answer.status_code not in (401, 403), credential.name
        assert answer.status_code < 500, credential.name


def test_every_operation_succeeds_with_the_least_scope(account: Caller) -> None:
    def least(operation: AnyOperation, app_key: tuple[str, str], account_key: tuple[str, str]) -> str:
        key = account_key if operation.scope is Scope.ACCOUNT else app_key
        return bearer(key, operation.scope.label)

    answers = Walk(account, authorize=least).run()
    assert {operation.name for operation, _ in answers} == {operation.name for operation in OFFERED}
    # A token with the scope of an integration, but of an app key, belongs to no integration that could be in control.
    others = {"DownloadMessageRef": 400, "AcceptControl": 403, "ReleaseControl": 403}
    for operation, answer in answers:
        expected = others.get(operation.name, operation.status)
        assert answer.status_code == expected, f"{operation.name}: {answer.text}"


@pytest.mark.parametrize("breach", BREACHES, ids=("malformed", "media type", "too large", "page", "query"))
@each(OFFERED, lambda one: one.name)
def test_credentials_and_scope_come_before_syntax(
    operation: AnyOperation, account: Caller, keys: Keys, breach: dict[str, Any]
) -> None:
    if operation.credential is Use.IGNORED:
        assert 400 <= send(account, operation, keys, GOOD[0], **breach).status_code < 500
        return
    for credential in (MALFORMED[1], WRONG[0]):
        assert refused(send(account, operation, keys, credential, **breach)) == UNAUTHORIZED
    if operation.name in ("GetTokenInfo", "RevokeAccess"):
        return  # every scope is sufficient; the operation itself requires an OAuth integration
    low = [one for one in GOOD if not is_permitted(operation, one)]
    assert low
    for credential in low:
        assert refused(send(account, operation, keys, credential, **breach)) == FORBIDDEN


@pytest.mark.parametrize(
    "path",
    [
        "/v2",
        "/v2/",
        "/v2/nothing",
        "/v2/apps/{app}/nothing",
        "/v2/apps/{app}/users/x/nothing",
        "/v2/apps/{app}/users/x/clients/y/z",
        "/v2/Apps",
        "/v2/apps%2F{app}",
        "/v1/apps",
        "/oauth",
        "/oauth/nothing",
        "/nothing",
        "/health",
        "/openapi.yaml",
    ],
)
def test_unknown_paths(account: Caller, keys: Keys, path: str) -> None:
    for credential in (MALFORMED[0], WRONG[0], *GOOD):
        for method in ("GET", "POST", "DELETE"):
            url = account.url + path.format(app=keys.app_id)
            answer = account.http.request(method, url, headers=credential.headers(keys))
            assert error_of(answer) == NOT_FOUND
            assert answer.headers["x-request-id"]


@each(sorted({operation.path for operation in OFFERED}))
def test_wrong_methods(path: str, account: Caller, keys: Keys) -> None:
    there = [operation for operation in OFFERED if operation.path == path]
    known = {operation.method for operation in OFFERED if operation.path == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
        for credential in (MALFORMED[0], WRONG[0], GOOD[0]):
            answer = account(method, path_of(there[0], appId=keys.app_id), auth=None, headers=credential.headers(keys))
            assert error_of(answer) == (405, "method_not_allowed", "Method not allowed")
            assert {name.strip() for name in answer.headers["allow"].split(",")} == {one.method for one in there}


@each(IN_AN_APP, lambda one: one.name)
def test_unknown_app(operation: AnyOperation, account: Caller, keys: Keys) -> None:
    gone = new_app(account).app_id
    account.ok("DELETE", f"/v2/apps/{gone}")
    for credential in GOOD:
        for app_id in (MISSING, gone, "x", "\0", "é" * 50):
            answer = send(account, operation, keys, credential, app_id=app_id)
            if credential.reach is Scope.ACCOUNT:
                assert error_of(answer) == (404, "app_not_found", "App not found")
            else:
                assert refused(answer) == FORBIDDEN


def test_a_cached_token_expires(account: Caller, keys: Keys) -> None:
    expires, url = 0, f"/v2/apps/{keys.app_id}"

    def call() -> httpx.Response:
        headers = {"authorization": bearer(keys.app, exp=expires)}
        return account("GET", url, auth=None, headers=headers)

    def is_accepted() -> bool:  # a pause of the machine may outlast the token
        nonlocal expires
        expires = int(time.time()) + 2
        return call().status_code == 200

    until(is_accepted)
    time.sleep(max(0.0, expires - time.time() - 0.3))
    call()  # so late that the cache entry would outlive the token if only its own age counted
    time.sleep(max(0.0, expires - time.time() + 0.01))
    assert refused(call()) == UNAUTHORIZED


@pytest.mark.parametrize("claim", ["exp", "nbf"])
@pytest.mark.parametrize(
    "value",
    [10**400, 10**18, float("inf"), float("nan"), -1, 1.5, True, None, [], {}, "", "1e9", "9" * 30],
    ids=lambda one: repr(one)[:8],
)
def test_unusual_times_in_a_token(account: Caller, keys: Keys, claim: str, value: object) -> None:
    headers = {"authorization": signed(keys.app, {"scope": "app", claim: value})}
    answer = account("GET", f"/v2/apps/{keys.app_id}", auth=None, headers=headers)
    assert answer.status_code in (200, 401), answer.text


@pytest.mark.parametrize(
    "payload", [[], "app", 1, None, {"scope": {}}, {"scope": None}, {"scope": 2}, {"scopes": "app"}]
)
def test_invalid_payloads_are_refused(account: Caller, keys: Keys, payload: object) -> None:
    headers = {"authorization": signed(keys.app, payload)}
    assert refused(account("GET", f"/v2/apps/{keys.app_id}", auth=None, headers=headers)) == UNAUTHORIZED
