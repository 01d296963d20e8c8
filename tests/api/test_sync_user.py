"""SyncUser: the rules users.7 to users.11 of docs/behaviour.md."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.event_records import events_of
from tests.api.sandbox import login, put_support_user, sync, with_email
from tests.harness import Caller, error_of

NO_USER = (404, "user_not_found", "User not found")


def linked(api: Caller, zendesk_id: str, external_id: str | None = None, **body: Any) -> str:
    """A new user who is linked to a Support user; returns the id."""
    user = api.new_user(external_id, **body)
    login(api, user, zendeskId=zendesk_id)
    return user


def recorded(api: Caller) -> list[tuple[str, str]]:
    """The types and users of the recorded events, without logins."""
    events = events_of(api)
    return [(one.type, one.user_id or "") for one in events if one.payload.get("reason") != "authentication"]


def test_without_a_support_user_nothing_changes(api: Caller) -> None:
    ada = linked(api, "1")
    before = api.ok("GET", f"/users/{ada}")
    for body, headers in ((None, {}), ({}, {}), (None, {"content-type": "application/json"}), ({"other": 1}, {})):
        assert api.ok("POST", "/users/1/sync", body, headers=headers) == before
    assert api.ok("POST", "/users/1/sync", {"survivingZendeskId": "1"}) == before
    assert error_of(api("POST", "/users/2/sync")) == NO_USER
    assert error_of(api("POST", "/users/2/sync", {"survivingZendeskId": "3"})) == NO_USER
    assert api("POST", "/users/1/sync", {"survivingZendeskId": ""}).status_code == 400
    assert error_of(api("POST", f"/users/{ada}/sync")) == NO_USER
    assert recorded(api) == []


def test_values_of_the_support_user(api: Caller) -> None:
    """The names, the external id, and the only email address; a second call changes nothing."""
    ada = linked(api, "1", profile={"givenName": "A", "locale": "en"})
    login(api, ada, email="old@example.org")
    kept = {"givenName": "Ada", "surname": "Lovelace", "externalId": "ada", "email": "Ada@example.org"}
    put_support_user(api, "1", **kept)
    group = api.new_group()
    api.join(group, ada)
    user = sync(api, "1")
    assert user["profile"] == {"givenName": "Ada", "surname": "Lovelace", "locale": "en"}
    assert (user["externalId"], user["identities"]) == ("ada", [{"type": "email", "value": "Ada@example.org"}])
    assert api.participants(group)[0]["userExternalId"] == "ada"
    assert with_email(api, "old@example.org") == []
    assert sync(api, "1") == user == api.ok("GET", "/users/ada")["user"]
    assert recorded(api)[-1] == ("user:update", ada)
    put_support_user(api, "1", externalId="lovelace")
    assert sync(api, "1") == {**user, "externalId": "lovelace"}
    assert error_of(api("GET", "/users/ada")) == NO_USER


def test_both_users_of_a_merge_exist(api: Caller) -> None:
    """The surviving user is synchronized; a retry gets the same response."""
    ada, bob = linked(api, "1", "ada"), linked(api, "2")
    put_support_user(api, "1", givenName="Not this one")
    put_support_user(api, "2", givenName="Bob", email="bob@example.org")
    user = sync(api, "1", "2")
    assert (user["id"], user["externalId"], user["zendeskId"]) == (bob, "ada", "2")
    assert user["profile"] == {"givenName": "Bob"}
    assert sync(api, "1", "2") == sync(api, "2") == user
    assert error_of(api("GET", f"/users/{ada}")) == NO_USER
    assert recorded(api) == [("user:merge", bob)]
    (event,) = [one for one in events_of(api) if one.type == "user:merge"]
    shown = {"id": bob, "authenticated": True, "externalId": "ada", "zendeskId": "2"}
    gone = {"id": ada, "authenticated": True, "externalId": "ada", "zendeskId": "1"}
    assert event.payload == {"mergedUsers": {"surviving": shown, "discarded": gone}, "reason": "api"}


def test_only_the_user_of_the_path_exists(api: Caller) -> None:
    """The user is linked to the surviving Support user."""
    ada = linked(api, "1")
    put_support_user(api, "2", givenName="Ada")
    user = sync(api, "1", "2")
    assert (user["id"], user["zendeskId"], user["profile"]) == (ada, "2", {"givenName": "Ada"})
    assert error_of(api("POST", "/users/1/sync")) == NO_USER
    assert sync(api, "1", "2") == user
    assert recorded(api) == [("user:update", ada)]


def test_identifiers_of_other_users(api: Caller) -> None:
    """Users without a Support user are merged; users with one lose the value."""
    ada, guest, bob = linked(api, "1"), api.new_user("ada"), linked(api, "2")
    login(api, bob, email="ada@example.org")
    login(api, bob, email="bob@example.org")
    put_support_user(api, "1", externalId="ada", email="ADA@example.org")
    user = sync(api, "1")
    assert (user["id"], user["externalId"]) == (ada, "ada")
    assert [one["value"] for one in user["identities"]] == ["ADA@example.org"]
    assert error_of(api("GET", f"/users/{guest}")) == NO_USER
    assert [one["value"] for one in api.ok("GET", f"/users/{bob}")["user"]["identities"]] == ["bob@example.org"]
    assert sorted(recorded(api)) == sorted([("user:update", bob), ("user:merge", ada)])
    # The other way round: the external id moves, and the address merges.
    other = api.new_user()
    login(api, other, email="new@example.org")
    group = api.new_group(ada)
    put_support_user(api, "2", externalId="ada", email="new@example.org")
    user = sync(api, "2")
    assert (user["id"], user["externalId"]) == (bob, "ada")
    assert "externalId" not in api.ok("GET", f"/users/{ada}")["user"]
    assert "userExternalId" not in api.participants(group)[0]
    assert sorted(recorded(api)[3:]) == sorted([("user:update", ada), ("user:merge", bob)])


def test_both_identifiers_belong_to_different_users(api: Caller) -> None:
    ada, first, second = linked(api, "1"), api.new_user("ada"), api.new_user()
    login(api, second, email="ada@example.org")
    group, personal = api.new_group(), api.new_personal(second)
    for one in (first, second):
        api.join(group, one, subscribe=True)
    put_support_user(api, "1", externalId="ada", email="ada@example.org")
    assert sync(api, "1")["id"] == ada
    assert recorded(api)[-2:] == [("user:merge", ada)] * 2
    (participant,) = api.participants(group)
    (client,) = api.ok("GET", f"/users/{ada}/clients")["clients"]
    assert (participant["userId"], participant["userExternalId"]) == (ada, "ada")
    assert participant["clientAssociations"] == [{"type": "sdk", "clientId": client["id"]}]
    assert [one["userId"] for one in api.participants(personal)] == [ada]


@pytest.mark.parametrize("brand", ["", "2"])
def test_brands(api: Caller, brand: str) -> None:
    """The brand of the Support user selects the user, and only users of that brand are affected."""
    users = {one: linked(api, "1", **({"brandId": one} if one else {})) for one in ("", "2")}
    others = {one: api.new_user("ada", **({"brandId": one} if one else {})) for one in ("", "2")}
    put_support_user(api, "1", externalId="ada", **({"brandId": brand} if brand else {}))
    assert sync(api, "1")["id"] == users[brand]
    assert api("GET", f"/users/{others[brand]}").status_code == 404
    (rest,) = {"", "2"} - {brand}
    for one in (others[rest], users[rest]):
        assert api("GET", f"/users/{one}").status_code == 200
    put_support_user(api, "1", brandId="3")
    assert error_of(api("POST", "/users/1/sync")) == NO_USER
