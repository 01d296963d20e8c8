"""ExportUser: one line for each object that is stored about a user."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from tests.api.end_users import EndUser
from tests.api.files import PNG, uploaded
from tests.harness import Caller, error_of, new_app
from tests.people.calling import NO_USER, base, export, of_type


@pytest.mark.parametrize("name", ["id", "external id"])
def test_order_and_counts(api: Caller, name: str) -> None:
    """The header comes first, and the last line counts the lines between."""
    ada = api.new_user("ada", profile={"givenName": "Ada"})
    api.join(api.new_group(), ada, subscribe=True)
    lines = export(api, ada if name == "id" else "ada")
    header, *between, end = lines
    expected = {"type": "header", "format": "heliograph-person", "version": 1, "appId": api.app_id, "userId": ada}
    assert header == {**expected, "exportedAt": header["exportedAt"]}
    assert end == {"type": "end", "counts": dict(Counter(one["type"] for one in between))}
    assert list(end["counts"]) == ["profile", "client", "conversation", "membership", "event"]
    assert of_type(lines, "profile")[0]["user"] == api.ok("GET", f"/users/{ada}")["user"]
    assert of_type(lines, "client")[0]["client"] == api.ok("GET", f"/users/{ada}/clients")["clients"][0]


def test_messages(api: Caller) -> None:
    """The messages of the user in groups, even after leaving, and all messages of personal conversations."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group, left, personal = api.new_group(ada, bob), api.new_group(ada, bob), api.new_personal(ada)
    mine = [api.say(group, "one", user_id=ada), api.say(left, "two", user_id=ada), api.say(personal, "three")]
    for conversation in (group, left):
        api.say(conversation, "not hers", user_id=bob)
    api.leave(left, user_id=ada)
    lines = export(api, ada)
    found = {(one["conversationId"], one["message"]["id"]) for one in of_type(lines, "message")}
    assert found == {(where, one["id"]) for where, one in zip((group, left, personal), mine, strict=True)}
    assert {one["conversation"]["id"] for one in of_type(lines, "conversation")} == {group, left, personal}
    assert {one["conversationId"] for one in of_type(lines, "membership")} == {group, personal}
    ended = [one["change"] for one in of_type(lines, "membershipChange")]
    assert [(one["type"], one["conversationId"]) for one in ended] == [("joined", left), ("left", left)]


def test_files(api: Caller) -> None:
    """Files are exported by reference, with a digest of the content."""
    ada, content = api.new_user("ada"), PNG * 300
    group = api.new_group(ada)
    url = uploaded(api, "harbour.png", content)
    body = {"author": {"type": "user", "userId": ada}, "content": {"type": "image", "mediaUrl": url}}
    (message,) = api.ok("POST", f"/conversations/{group}/messages", body)["messages"]
    (line,) = of_type(export(api, ada), "file")
    assert line == {
        "type": "file",
        "conversationId": group,
        "messageId": message["id"],
        "mediaUrl": url,
        "name": "harbour.png",
        "mediaType": "image/png",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_devices_and_support_users(api: Caller) -> None:
    user = EndUser(api)
    api.ok("PUT", f"{base(api)}/supportUsers/77", {"givenName": "Ada"})
    api.ok("POST", f"{base(api)}/users/{user.id}/login", {"zendeskId": "77"})
    lines = export(api, user.id)
    assert [one["device"] for one in of_type(lines, "device")] == [user.device]
    assert of_type(lines, "supportUser") == [
        {"type": "supportUser", "supportUser": {"zendeskId": "77", "givenName": "Ada"}}
    ]


def test_events(api: Caller) -> None:
    """Only events about the user, and events of the conversations of the user, are exported."""
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group, other = api.new_group(ada), api.new_group(bob)
    api.say(group, user_id=ada)
    api.say(other, user_id=bob)
    api.ok("PATCH", f"/users/{ada}", {"metadata": {"a": 1}})
    api.ok("PATCH", f"/users/{bob}", {"metadata": {"a": 1}})
    found = [one["event"] for one in of_type(export(api, ada), "event")]
    assert [one["type"] for one in found] == ["conversation:create", "conversation:message", "user:update"]
    assert {one.get("conversationId", group) for one in found} == {group}


def test_merged_users(api: Caller) -> None:
    """Messages from before a merge belong to the user."""
    ada, guest, group = api.new_user("ada"), api.new_user(), api.new_group()
    api.join(group, guest)
    message = api.say(group, user_id=guest)
    api.ok("POST", f"{base(api)}/users/{guest}/login", {"externalId": "ada"})
    lines = export(api, ada)
    assert of_type(lines, "profile")[0]["mergedUserIds"] == [guest]
    assert [one["message"]["id"] for one in of_type(lines, "message")] == [message["id"]]


def test_unknown_users(api: Caller, account: Caller) -> None:
    """The status is 404, also for a user of another app."""
    ada = new_app(account).new_user("ada")
    for user in ("nobody", ada):
        assert error_of(api("GET", f"{base(api)}/users/{user}/export")) == NO_USER


def test_brands(api: Caller) -> None:
    """The brand determines which user has the external id."""
    users = {brand: api.new_user("ada", brandId=brand) for brand in ("1", "2")}
    for brand, user in users.items():
        assert export(api, "ada", f"?brandId={brand}")[0]["userId"] == user
