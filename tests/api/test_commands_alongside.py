"""Commands run alongside the server, and how soon they take effect: limits (apps.7) and revoked keys."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from tests.harness import Caller, Server, command, error_of, new_app
from tests.waiting import until

LIMITED = (429, "too_many_requests", "Too many requests")


def run(*args: str) -> None:
    """Run a command that must succeed."""
    done = command(*args)
    assert done.returncode == 0, done.stderr


def first(ask: Callable[[], httpx.Response], status: int) -> httpx.Response:
    """Wait for the first response with this status."""
    answers: list[httpx.Response] = []

    def responds() -> bool:
        answers.append(ask())
        return answers[-1].status_code == status

    until(responds)
    return answers[-1]


@pytest.mark.one_engine
def test_rate_limit(api: Caller, account: Caller, server: Server) -> None:
    """apps.7: off by default. A limit applies to a single app, for all of its callers, and can be removed."""
    unlimited, path = new_app(account), f"/v2/apps/{api.app_id}"
    assert {api("GET", path).status_code for _ in range(50)} == {200}
    run("apps", "limit", api.app_id, "--requests-per-second", "1", "--database", server.database_url)
    refused = first(lambda: api("GET", path), 429)
    assert error_of(refused) == LIMITED
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/json"
    assert "x-request-id" in refused.headers
    assert error_of(first(lambda: account("GET", path), 429)) == LIMITED
    assert {unlimited("GET", f"/v2/apps/{unlimited.app_id}").status_code for _ in range(20)} == {200}

    def one_of_two_is_limited() -> bool:
        time.sleep(1.01)
        return [api("GET", path).status_code for _ in range(2)] == [200, 429]

    until(one_of_two_is_limited)
    run("apps", "limit", api.app_id, "--off", "--database", server.database_url)
    first(lambda: api("GET", path), 200)
    time.sleep(1.01)
    assert {api("GET", path).status_code for _ in range(20)} == {200}


def test_revoked_key(api: Caller, account: Caller, server: Server) -> None:
    """A valid, cached key is refused within two seconds; the app's other key stays valid."""
    assert api.auth is not None
    path = f"/v2/apps/{api.app_id}"
    key = account.ok("POST", f"{path}/keys", {"displayName": "Stays"})["key"]
    assert api("GET", path).status_code == 200
    run("keys", "revoke", api.auth[0], "--database", server.database_url)
    refused = first(lambda: api("GET", path), 401)
    assert error_of(refused) == (401, "unauthorized", "Authorization is required")
    assert api("GET", path, auth=(key["id"], key["secret"])).status_code == 200


def test_new_key(api: Caller, server: Server) -> None:
    """A key that a command created is valid immediately."""
    done = command("keys", "create", "--app", api.app_id, "--database", server.database_url)
    key_id, secret = done.stdout.split()
    assert api("GET", f"/v2/apps/{api.app_id}", auth=(key_id, secret)).status_code == 200
