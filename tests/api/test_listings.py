"""GET /heliograph/v1/apps/{appId}/users and …/conversations: everything in an app."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.handover import Board, state_of
from tests.api.sandbox import extension
from tests.harness import Caller, error_of, new_app, titles_of

FIRST, LAST = "0" * 24, "f" * 24


def listed(api: Caller, noun: str, **params: Any) -> Any:
    """A page of the users or the conversations of the caller's app."""
    return api.ok("GET", extension(api, f"/{noun}"), params={"page[size]": 100, **params})


def ids_of(api: Caller, noun: str, **params: Any) -> list[str]:
    """The ids on a page."""
    return [one["id"] for one in listed(api, noun, **params)[noun]]


def walked(api: Caller, noun: str, link: str, **params: Any) -> list[str]:
    """The ids on all pages, following the links from the first page."""
    page = listed(api, noun, **params)
    found = [one["id"] for one in page[noun]]
    while link in page.get("links", {}):
        assert page["meta"]["hasMore"] is True
        page = api.http.request("GET", page["links"][link], auth=api.auth).json()
        ids = [one["id"] for one in page[noun]]
        found = found + ids if link == "next" else ids + found
    assert page["meta"]["hasMore"] is False
    return found


def test_users_in_the_order_of_ids(account: Caller) -> None:
    """listings.1"""
    api, other = new_app(account), new_app(account)
    ada, bob, eve = (api.new_user(name) for name in ("ada", "bob", "eve"))
    other.new_user("ada")
    asked = f"{eve},{FIRST},{ada},not-an-id,{eve},,{bob}"
    found = listed(api, "users", **{"filter[ids]": asked})
    assert [one["id"] for one in found["users"]] == [eve, ada, bob]
    assert found["users"][1] == api.ok("GET", f"/users/{ada}")["user"]
    assert (found["meta"], "links" in found) == ({"hasMore": False}, False)
    assert ids_of(api, "users", **{"filter[ids]": ""}) == []
    assert ids_of(other, "users", **{"filter[ids]": ada}) == []
    assert (
        len(ids_of(api, "users", **{"filter[ids]": ",".join([*[f"{one:024x}" for one in range(98)], ada, bob])})) == 2
    )
    many = ",".join(f"{one:024x}" for one in range(101))
    refused = api("GET", extension(api, "/users"), params={"filter[ids]": many})
    assert titles_of(refused) == ["filter[ids] should NOT have more than 100 items"]


@pytest.mark.parametrize("noun", ["users", "conversations"])
def test_all_of_an_app_in_both_orders_and_directions(account: Caller, noun: str) -> None:
    """listings.2"""
    api, other = new_app(account), new_app(account)
    make = Caller.new_user if noun == "users" else Caller.new_group
    assert listed(api, noun) == {noun: [], "meta": {"hasMore": False}}
    created = []
    for _ in range(5):
        created.append(make(api))
        make(other)
    assert ids_of(api, noun) == ids_of(api, noun, sort="newest") == created[::-1]
    assert ids_of(api, noun, sort="oldest") == created
    for sort, expected, end in (("newest", created[::-1], FIRST), ("oldest", created, LAST)):
        assert walked(api, noun, "next", sort=sort, **{"page[size]": 2}) == expected
        assert walked(api, noun, "prev", sort=sort, **{"page[size]": 2, "page[before]": end}) == expected
    refused = api("GET", extension(api, f"/{noun}"), params={"sort": "name"})
    assert titles_of(refused)[0].startswith("sort should be equal to one of the allowed values: newest, oldest")
    assert error_of(api("GET", extension(api, f"/{noun}"), params={"page[size]": 0}))[:2] == (400, "bad_request")


def test_a_conversation_with_its_counts_and_its_newest_message(account: Caller) -> None:
    """listings.3"""
    api = new_app(account)
    ada, bob = api.new_user("ada"), api.new_user("bob")
    group = api.new_group(ada, bob, displayName="Crew", iconUrl="https://example.org/icon.png")
    (summary,) = listed(api, "conversations")["conversations"]
    shown = api.ok("GET", f"/conversations/{group}")["conversation"]
    same = ("id", "type", "createdAt", "lastUpdatedAt", "displayName", "iconUrl")
    assert summary == {**{name: shown[name] for name in same}, "participantCount": 2, "messageCount": 0}
    api.say(group, "first")
    message = api.say(group, "x" * 300, userId=ada)
    api.read(group)
    (summary,) = listed(api, "conversations")["conversations"]
    assert (summary["messageCount"], "businessLastRead" in summary) == (2, True)
    assert summary["lastMessage"] == {
        "id": message["id"],
        "received": message["received"],
        "author": message["author"],
        "type": "text",
        "text": "x" * 200,
    }
    one = api.ok("GET", extension(api, f"/conversations/{group}"))
    assert one == {"conversation": summary, "participantLimit": 1000}
    missing = api("GET", extension(api, f"/conversations/{FIRST}"))
    assert error_of(missing)[:2] == (404, "conversation_not_found")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "image", "mediaUrl": "https://example.org/a.png", "altText": "A map"}, "A map"),
        ({"type": "file", "mediaUrl": "https://example.org/a.pdf"}, "a.pdf"),
        ({"type": "location", "coordinates": {"lat": 1, "long": 2}, "location": {"name": "Harbour"}}, "Harbour"),
        ({"type": "form", "fields": [{"type": "text", "name": "a", "label": "A"}]}, None),
    ],
    ids=lambda one: one["type"] if isinstance(one, dict) else "",
)
def test_the_text_of_the_newest_message(account: Caller, content: dict[str, Any], text: str | None) -> None:
    """listings.3"""
    api = new_app(account)
    group = api.new_group()
    api.ok("POST", f"/conversations/{group}/messages", {"author": {"type": "business"}, "content": content})
    (summary,) = listed(api, "conversations")["conversations"]
    assert (summary["lastMessage"]["type"], summary["lastMessage"].get("text")) == (content["type"], text)


def test_conversations_by_activity(account: Caller) -> None:
    """listings.4"""
    api, other = new_app(account), new_app(account)
    ada = api.new_user()
    one, two, three, four = (api.new_group(ada) for _ in range(4))
    other.say(other.new_group())
    api.say(two)
    api.say(one)
    api.read(three, userId=ada)
    api.ok("DELETE", f"/conversations/{four}")
    assert ids_of(api, "conversations", sort="activity") == [one, two, three]
    assert walked(api, "conversations", "next", sort="activity", **{"page[size]": 1}) == [one, two, three]
    back = {"sort": "activity", "page[size]": 2, "page[before]": FIRST}
    assert ids_of(api, "conversations", **back) == [two, three]
    assert walked(api, "conversations", "prev", **back) == [one, two, three]
    assert ids_of(api, "conversations", sort="activity", **{"page[before]": LAST}) == []
    # A conversation that moves to the top during paging is not repeated on a later page.
    first = listed(api, "conversations", sort="activity", **{"page[size]": 1})
    api.say(three)
    following = api.http.request("GET", first["links"]["next"], auth=api.auth).json()
    assert [found["id"] for found in following["conversations"]] == [two]
    assert ids_of(api, "conversations", sort="activity") == [three, one, two]


def test_deliveries_in_the_order_of_ids(account: Caller) -> None:
    """deliveries.8"""
    api, other = new_app(account), new_app(account)
    hook = {"target": "https://refused.invalid/hook", "triggers": ["conversation:create"]}
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    for _ in range(3):
        api.new_group()
    all_of_them = ids_of(api, "deliveries")
    assert len(all_of_them) == 3
    asked = {"filter[ids]": ",".join([*all_of_them[::-1], FIRST])}
    assert ids_of(api, "deliveries", **asked) == all_of_them[::-1]
    assert ids_of(other, "deliveries", **asked) == []
    refused = api("GET", extension(api, "/deliveries"), params={**asked, "filter[status]": "pending"})
    assert titles_of(refused) == ["filter[ids] cannot be combined with other filters"]


def test_conversations_show_who_controls_them(api: Caller) -> None:
    """listings.3"""
    board = Board(api)
    reached = {board.reach(state).conversation: state for state in ("A(bot)", "A(human)P(bot)", "N")}
    for params in ({}, {"sort": "activity"}):
        found = listed(api, "conversations", **params)["conversations"]
        assert {one["id"]: state_of(one) for one in found} == reached
    conversation = next(iter(reached))
    shown = api.ok("GET", extension(api, f"/conversations/{conversation}"))["conversation"]
    whole = api.ok("GET", f"/conversations/{conversation}")["conversation"]
    assert shown["activeSwitchboardIntegration"] == whole["activeSwitchboardIntegration"]
    board.set(enabled=False)
    assert {state_of(one) for one in listed(api, "conversations")["conversations"]} == {"N"}
