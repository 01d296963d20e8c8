"""Identities, ListUsers and the login of users: the rules identities.* of docs/behaviour.md."""

from __future__ import annotations

import json

import pytest

from tests.api.event_records import events_of
from tests.api.sandbox import extension, login, put_support_user, support_path, sync, try_login, with_email
from tests.harness import Caller, error_of, new_app

NO_USER = (404, "user_not_found", "User not found")
ADA = {"type": "email", "value": "Ada@example.org", "verification": "sso"}


def conflict(title: str) -> tuple[int, str, str]:
    """The error of a refused login."""
    return 409, "conflict", title


def test_a_login_authenticates(api: Caller) -> None:
    """The values are set, and reported by one event (identities.1, identities.5)."""
    user = api.ok("POST", "/users", {"profile": {"email": "ada@example.invalid", "surname": "Byron"}})["user"]
    given = {"externalId": "ada", "email": ADA["value"], "zendeskId": "77", "givenName": "Ada", "surname": "Lovelace"}
    found = login(api, user["id"], **given)
    profile = {"givenName": "Ada", "surname": "Lovelace", "email": "ada@example.invalid"}
    assert found == {
        **user, "authenticated": True, "externalId": "ada", "zendeskId": "77", "identities": [ADA], "profile": profile
    }  # fmt: skip
    assert api.ok("GET", "/users/ada")["user"] == found
    assert login(api, "ada", **given) == found
    (event,) = events_of(api)
    brief = {"id": user["id"], "authenticated": True, "externalId": "ada", "zendeskId": "77"}
    assert (event.type, event.payload) == (
        "user:update", {"user": brief, "source": {"type": "api"}, "reason": "authentication"}
    )  # fmt: skip


def test_participants_show_the_new_external_id(api: Caller) -> None:
    ada, group = api.new_user(), api.new_group()
    api.join(group, ada)
    assert "userExternalId" not in api.participants(group)[0]
    login(api, ada, externalId="ada")
    assert api.participants(group)[0]["userExternalId"] == "ada"
    assert api.say(group, userExternalId="ada")["author"]["userId"] == ada


def test_a_login_in_an_sdk(api: Caller) -> None:
    """The integration is the source of the events, and the SDK client is created if it is missing (identities.7)."""
    web = api.ok("POST", "/integrations", {"type": "web"})["integration"]["id"]
    hook = {"target": "https://example.invalid/hook", "triggers": ["conversation:typing"]}
    custom = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]["id"]
    ada = api.new_user()
    assert error_of(try_login(api, ada, integrationId="0" * 24))[:2] == (404, "integration_not_found")
    assert try_login(api, ada, integrationId=custom).status_code == 400
    for _ in range(2):
        login(api, ada, integrationId=web)
    updated, added = events_of(api)
    source = {"type": "web", "integrationId": web}
    assert (updated.type, updated.payload["source"]) == ("user:update", source)
    assert (added.type, added.payload["source"], added.payload["reason"]) == ("client:add", source, "sdkLogin")
    assert len(api.ok("GET", f"/users/{ada}/clients")["clients"]) == 1


def test_a_login_merges_into_the_user_with_the_external_id(api: Caller) -> None:
    """The other user survives, and is authenticated (identities.5)."""
    ada, guest = api.new_user("ada"), api.new_user()
    found = login(api, guest, externalId="ada", email="ada@example.org")
    assert (found["id"], found["authenticated"], len(found["identities"])) == (ada, True, 1)
    assert error_of(api("GET", f"/users/{guest}")) == NO_USER
    (event,) = events_of(api)
    assert (event.type, event.payload["reason"], event.user_id) == ("user:merge", "sdkLogin", ada)
    login(api, ada, zendeskId="77")
    guest = api.new_user()
    assert login(api, guest, zendeskId="77")["id"] == ada


def test_refused_logins(api: Caller) -> None:
    """Users who differ in an identifier are never merged (identities.6)."""
    ada, bob, guest = api.new_user("ada"), api.new_user("bob"), api.new_user()
    login(api, bob, zendeskId="77")
    assert error_of(try_login(api, ada, externalId="bob")) == conflict("User has another externalId")
    assert error_of(try_login(api, ada, externalId="other")) == conflict("User has another externalId")
    assert error_of(try_login(api, bob, zendeskId="78")) == conflict("User has another zendeskId")
    two = conflict("externalId and zendeskId belong to different users")
    assert error_of(try_login(api, guest, externalId="ada", zendeskId="77")) == two
    assert error_of(try_login(api, "nobody")) == NO_USER
    assert try_login(api, guest, email="no address").status_code == 400
    assert [api.ok("GET", f"/users/{one}")["user"]["authenticated"] for one in (ada, bob, guest)] == [
        False, True, False
    ]  # fmt: skip


def test_an_email_address_belongs_to_one_user(api: Caller, account: Caller) -> None:
    """The last login with the address gets it, within an app and a brand (identities.2)."""
    ada, bob, eve = api.new_user(), api.new_user(), api.new_user(brandId="1")
    for one in (ada, eve):
        login(api, one, email="ADA@example.org")
    other = new_app(account)
    login(other, other.new_user(), email="ada@example.org")
    login(api, ada, email="second@example.org")
    (found,) = with_email(api, "ada@EXAMPLE.org")
    assert found["id"] == ada
    assert [one["value"] for one in found["identities"]] == ["ADA@example.org", "second@example.org"]
    assert [one["id"] for one in with_email(api, "ada@example.org", brandId="1")] == [eve]
    login(api, bob, email="ada@example.org")
    assert [one["id"] for one in with_email(api, "ada@example.org")] == [bob]
    assert [one["value"] for one in api.ok("GET", f"/users/{ada}")["user"]["identities"]] == ["second@example.org"]
    assert [(event.payload["user"]["id"], event.payload.get("reason")) for event in events_of(api)][-2:] == [
        (ada, None),
        (bob, "authentication"),
    ]


def test_encodings_of_the_filter(api: Caller) -> None:
    """All encodings of the filter are accepted (pages.5)."""
    ada = api.new_user(profile={"email": "profile@example.org"})
    login(api, ada, email="ada@example.org")
    for name, value in (
        ("filter[identities.email]", "ada@example.org"),
        ("filter[identities][email]", "ada@example.org"),
        ("filter", json.dumps({"identities.email": "ada@example.org"})),
        ("filter", json.dumps({"identities": {"email": "ada@example.org"}})),
    ):
        answer = api.ok("GET", "/users", params={name: value})
        assert set(answer) == {"users"}
        assert [one["id"] for one in answer["users"]] == [ada]
    for unknown in ("profile@example.org", "", "\0"):
        assert api.ok("GET", "/users", params={"filter[identities.email]": unknown}) == {"users": []}
    missing = (400, "bad_request", "filter[identities.email] is required")
    for params in ({}, {"filter[userId]": ada}, {"filter": "{}"}):
        assert error_of(api("GET", "/users", params=params)) == missing
    for value in ('{"identities.email":["a"]}', "["):
        assert api("GET", "/users", params={"filter": value}).status_code == 400


def test_identities_are_deleted_with_the_user(api: Caller) -> None:
    """Identities stay when personal information is deleted (identities.3)."""
    ada = api.new_user()
    login(api, ada, email="ada@example.org", zendeskId="77", givenName="Ada")
    cleared = api.ok("DELETE", f"/users/{ada}/personalinformation")["user"]
    assert (cleared["profile"], len(cleared["identities"]), cleared["zendeskId"]) == ({}, 1, "77")
    api.ok("DELETE", f"/users/{ada}")
    assert with_email(api, "ada@example.org") == []
    assert error_of(api("POST", "/users/77/sync")) == NO_USER
    bob = api.new_user()
    assert login(api, bob, email="ada@example.org", zendeskId="77")["id"] == bob


def test_support_users(api: Caller) -> None:
    """PUT replaces a Support user, and DELETE removes it (identities.8)."""
    full = {"externalId": "ada", "email": "ada@example.org", "givenName": "Ada", "surname": "King", "brandId": "1"}
    none = (404, "not_found", "Support user not found")
    for zendesk_id in ("77", "a/b ä"):
        path = support_path(api, zendesk_id)
        assert error_of(api("GET", path)) == none
        assert put_support_user(api, zendesk_id, **full) == {"zendeskId": zendesk_id, **full}
        assert api.ok("GET", path) == {"supportUser": {"zendeskId": zendesk_id, **full}}
        assert put_support_user(api, zendesk_id, surname=None) == {"zendeskId": zendesk_id}
        assert api.ok("DELETE", path) == {}
        for method in ("GET", "DELETE"):
            assert error_of(api(method, path)) == none
    for bad in ("x" * 129, "%00"):
        assert api("PUT", extension(api, f"/supportUsers/{bad}"), {}).status_code == 400
    assert api("PUT", support_path(api, "77"), {"email": "no address"}).status_code == 400


@pytest.mark.one_engine
def test_support_users_belong_to_an_app(api: Caller, account: Caller) -> None:
    put_support_user(api, "77", givenName="Ada")
    other = new_app(account)
    assert other("GET", support_path(other, "77")).status_code == 404
    login(other, other.new_user(), zendeskId="77")
    assert sync(other, "77")["profile"] == {}
