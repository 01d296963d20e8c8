"""SyncUser by the official clients. No release has ListUsers, and 16.0.1 fails to decode users with metadata."""

from __future__ import annotations

import pytest

from tests.api.sandbox import login, put_support_user
from tests.compat.official import COMPAT, PYTHON_17, Drivers
from tests.harness import Caller


@pytest.mark.parametrize("name", [PYTHON_17, COMPAT[-1]])
def test_a_synchronization(drivers: Drivers, api: Caller, name: str) -> None:
    client = drivers.client(name, api)
    ada, bob = api.new_user(), api.new_user()
    for user, zendesk_id in ((ada, "1"), (bob, "2")):
        login(api, user, zendeskId=zendesk_id)
    put_support_user(api, "1", givenName="Ada", email="ada@example.org")
    where = {"api": "UsersApi", "method": "sync_user", "ids": ["1"]}
    found = client.ok("call", **where)["user"]
    assert (found["id"], found["profile"]["givenName"], found["zendeskId"]) == (ada, "Ada", "1")
    assert [one["value"] for one in found["identities"]] == ["ada@example.org"]
    body = {"model": "SyncUserBody", "keyword": "sync_user_body", "fields": {"surviving_zendesk_id": "2"}}
    for _ in range(2):
        merged = client.ok("call", **where, **body)["user"]
        assert (merged["id"], merged["zendeskId"]) == (bob, "2")
    assert client.error("call", **where) == (404, "user_not_found", "User not found")
