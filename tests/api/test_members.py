"""GET /heliograph/v1/apps/{appId}/conversations/{conversationId}/participants: the members of a conversation."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from heliograph import ids
from heliograph.wire import times
from tests.api.sandbox import extension
from tests.harness import Caller, error_of, new_app, titles_of

FIRST, LAST = "0" * 24, "f" * 24
MEMBERS = 7


@pytest.fixture
def group(api: Caller) -> str:
    """A group of seven users."""
    return api.new_group(*(api.new_user() for _ in range(MEMBERS)))


def path_of(api: Caller, group: str) -> str:
    """The path of the list."""
    return extension(api, f"/conversations/{group}/participants")


def ask(api: Caller, group: str, **params: Any) -> httpx.Response:
    """The response to a request for a page."""
    return api("GET", path_of(api, group), params=params)


def listed(api: Caller, group: str, **params: Any) -> Any:
    """A page."""
    return api.ok("GET", path_of(api, group), params=params)


def ids_of(page: Any) -> list[str]:
    """The ids on a page."""
    return [one["id"] for one in page["participants"]]


def walked(api: Caller, group: str, link: str, **params: Any) -> list[str]:
    """The ids on all pages, by their links in one direction, in the order of the list."""
    page = listed(api, group, **params)
    found = ids_of(page)
    while link in page.get("links", {}):
        assert page["meta"]["hasMore"] is True
        page = api.http.request("GET", page["links"][link], auth=api.auth).json()
        found = found + ids_of(page) if link == "next" else ids_of(page) + found
    assert page["meta"]["hasMore"] is False
    return found


def test_members_are_participants_with_the_time_of_joining(api: Caller, group: str) -> None:
    """memberships.1"""
    api.say(group)
    api.join(group, api.new_user("late " + group), subscribe=True)
    page = listed(api, group)
    assert [
        {name: value for name, value in one.items() if name != "joinedAt"} for one in page["participants"]
    ] == api.participants(group)
    for one in page["participants"]:
        assert one["joinedAt"] == times.to_text(ids.milliseconds(one["id"]))
    assert (page["meta"], "links" in page) == ({"hasMore": False}, False)


def test_pages_in_both_directions(api: Caller, group: str) -> None:
    """memberships.1"""
    expected = [one["id"] for one in api.participants(group)]
    for size in (1, 2, 3, MEMBERS, 1_000):
        assert walked(api, group, "next", **{"page[size]": size}) == expected
        assert walked(api, group, "prev", **{"page[size]": size, "page[before]": LAST}) == expected
    for size in (0, 1_001):
        refused = ask(api, group, **{"page[size]": size})
        assert titles_of(refused) == ["Invalid page query parameters"]


def test_more_than_a_hundred_on_a_page(api: Caller) -> None:
    """memberships.1"""
    users = [api.new_user() for _ in range(105)]
    group = api.new_group(*users[:10])
    for user in users[10:]:
        api.join(group, user)
    page = listed(api, group, **{"page[size]": 1_000})
    assert [one["userId"] for one in page["participants"]] == users


def test_an_empty_conversation_and_unknown_ones(api: Caller, account: Caller) -> None:
    """memberships.1"""
    empty = api.new_group()
    assert listed(api, empty) == {"participants": [], "meta": {"hasMore": False}}
    other = new_app(account).new_group()
    for unknown in (FIRST, "no-id", other):
        assert error_of(ask(api, unknown))[:2] == (404, "conversation_not_found")


def test_the_version_changes_with_the_participants(api: Caller, group: str) -> None:
    """memberships.1"""

    def version(**params: Any) -> str:
        found = ask(api, group, **params).headers["etag"]
        assert found[0] == found[-1] == '"'
        return found

    first = version()
    assert first == version() == version(**{"page[size]": 2}) == version(**{"page[after]": LAST})
    user = api.new_user()
    api.join(group, user)
    second = version()
    assert second != first
    api.join(group, user)
    assert version() == second
    api.leave(group, userId=user)
    assert version() not in (first, second)


def test_both_orders(api: Caller, group: str) -> None:
    """memberships.2"""
    expected = [one["id"] for one in api.participants(group)]
    for sort, order, end in (("oldest", expected, LAST), ("newest", expected[::-1], FIRST)):
        assert ids_of(listed(api, group, sort=sort)) == order
        for size in (1, 3):
            assert walked(api, group, "next", sort=sort, **{"page[size]": size}) == order
            assert walked(api, group, "prev", sort=sort, **{"page[size]": size, "page[before]": end}) == order
    assert titles_of(ask(api, group, sort="activity"))[0].startswith("sort should be equal to one of")


def test_members_by_user(api: Caller, account: Caller) -> None:
    """memberships.3"""
    users = {name: api.new_user(f"{name} of {api.new_group()}") for name in ("ada", "bob", "eve", "outside")}
    externals = {name: api.ok("GET", f"/users/{id}")["user"]["externalId"] for name, id in users.items()}
    group = api.new_group(users["ada"], users["bob"], users["eve"])
    stranger = new_app(account).new_user()
    asked = f"{users['eve']},{stranger},no-id,{users['outside']},,{users['ada']},{users['eve']}"
    for params in ({"filter[userId]": asked}, {"filter[userExternalId]": f"{externals['eve']},x,{externals['ada']}"}):
        page = listed(api, group, **params)
        assert [one["userId"] for one in page["participants"]] == [users["ada"], users["eve"]]
        assert page["meta"] == {"hasMore": False}
        newest = listed(api, group, sort="newest", **params)
        assert ids_of(newest) == ids_of(page)[::-1]
        assert walked(api, group, "next", **params, **{"page[size]": 1}) == ids_of(page)
        back = {**params, "page[size]": 1, "page[before]": LAST}
        assert walked(api, group, "prev", **back) == ids_of(page)
    for params in ({"filter[userId]": ""}, {"filter[userId]": users["outside"]}, {"filter[userExternalId]": "x"}):
        assert listed(api, group, **params) == {"participants": [], "meta": {"hasMore": False}}
    many = ",".join(f"{one:024x}" for one in range(101))
    assert titles_of(ask(api, group, **{"filter[userId]": many})) == [
        "filter[userId] should NOT have more than 100 items"
    ]
    both = ask(api, group, **{"filter[userId]": "a", "filter[userExternalId]": "b"})
    assert titles_of(both) == ["filter[userId] and filter[userExternalId] cannot be combined"]


def test_members_with_unread_messages(api: Caller, group: str) -> None:
    """memberships.4"""

    def unread(**params: Any) -> list[str]:
        return [one["userId"] for one in listed(api, group, **{"filter[unread]": "true"}, **params)["participants"]]

    users = [one["userId"] for one in api.participants(group)]
    assert unread() == []
    api.say(group)
    assert unread() == users
    for user in users[::2]:
        api.read(group, userId=user)
    assert unread() == users[1::2]
    assert unread(sort="newest") == users[1::2][::-1]
    assert unread(**{"filter[userId]": f"{users[0]},{users[1]}"}) == [users[1]]
    for sort, end, order in (("oldest", LAST, users[1::2]), ("newest", FIRST, users[1::2][::-1])):
        params = {"filter[unread]": "true", "sort": sort, "page[size]": 1}
        members = {one["id"]: one["userId"] for one in api.participants(group)}
        assert [members[id] for id in walked(api, group, "next", **params)] == order
        assert [members[id] for id in walked(api, group, "prev", **params, **{"page[before]": end})] == order
    api.ok("DELETE", f"/conversations/{group}/messages")
    assert unread() == []
    assert titles_of(ask(api, group, **{"filter[unread]": "false"})) == ["filter[unread] should be true"]


def test_members_by_the_time_of_joining(api: Caller, group: str) -> None:
    """memberships.5"""
    members = api.participants(group)
    joined = [ids.milliseconds(one["id"]) for one in members]
    expected = [one["id"] for one in members]
    for moment in (joined[0], joined[3], joined[-1] + 1):
        text = times.to_text(moment)
        since = [id for id, at in zip(expected, joined, strict=True) if at >= moment]
        until = [id for id, at in zip(expected, joined, strict=True) if at < moment]
        for params, order in (({"filter[joinedAfter]": text}, since), ({"filter[joinedBefore]": text}, until)):
            assert ids_of(listed(api, group, **params)) == order
            assert walked(api, group, "next", **params, **{"page[size]": 2}) == order
            assert ids_of(listed(api, group, sort="newest", **params)) == order[::-1]
            among = {"filter[userId]": ",".join(one["userId"] for one in members), **params}
            assert ids_of(listed(api, group, **among)) == order
        assert ids_of(listed(api, group, **{"filter[joinedAfter]": text, "filter[joinedBefore]": text})) == []
    wide = {"filter[joinedAfter]": "0001-01-01T00:00:00Z", "filter[joinedBefore]": "9999-12-31T23:59:59+00:00"}
    assert ids_of(listed(api, group, **wide)) == expected
    for wrong in ("yesterday", "2026-11-22", "2026-11-22T12:00:00", "1700000000"):
        title = "filter[joinedAfter] should be a time such as 2026-11-22T15:43:17.120Z"
        assert titles_of(ask(api, group, **{"filter[joinedAfter]": wrong})) == [title]


def test_included_total_and_users(api: Caller, group: str) -> None:
    """memberships.6"""
    profile = {"givenName": "Ada", "surname": "Lovelace"}
    ada = api.new_user(f"ada of {group}", profile=profile)
    api.join(group, ada)
    page = listed(api, group, include="total,user", **{"page[size]": 1_000})
    assert page["total"] == MEMBERS + 1 == len(page["participants"])
    assert page["participants"][-1]["user"] == {"id": ada, "externalId": f"ada of {group}", "profile": profile}
    plain = listed(api, group)
    assert {"user", "total"} & {*plain["participants"][0], *plain} == set()
    assert all(one["user"]["id"] == one["userId"] for one in page["participants"])
    api.leave(group, userId=ada)
    part = listed(api, group, include="total", **{"page[size]": 2})
    assert (part["total"], "user" in part["participants"][0]) == (MEMBERS, False)
    following = api.http.request("GET", part["links"]["next"], auth=api.auth).json()
    assert following["total"] == MEMBERS
    found = listed(api, group, include="user", **{"filter[userId]": page["participants"][0]["userId"]})
    assert len(found["participants"]) == 1
    assert "user" in found["participants"][0]
    refused = ask(api, group, include="total", **{"filter[unread]": "true"})
    assert titles_of(refused) == ["include=total cannot be combined with filters"]
    assert titles_of(ask(api, group, include="users"))[0].startswith("include should be equal to one of")


def test_a_page_that_was_read_before_shows_changes(api: Caller, group: str) -> None:
    """memberships.1"""
    first = listed(api, group)
    assert listed(api, group) == first
    user = first["participants"][0]["userId"]
    api.say(group)
    assert [one["unreadCount"] for one in listed(api, group)["participants"]] == [1] * MEMBERS
    api.read(group, userId=user)
    assert listed(api, group)["participants"][0]["unreadCount"] == 0
    api.leave(group, userId=user)
    assert len(listed(api, group)["participants"]) == MEMBERS - 1
    assert len(listed(api, group, sort="newest")["participants"]) == MEMBERS - 1


def test_pages_while_members_join_and_leave(api: Caller, group: str) -> None:
    """memberships.1"""
    members = [one["id"] for one in api.participants(group)]
    first = listed(api, group, **{"page[size]": 3})
    for id in (members[0], members[2], members[4]):
        api.leave(group, participantId=id)
    late = api.join(group, api.new_user())["id"]
    rest = listed(api, group, **{"page[after]": first["meta"]["afterCursor"]})
    assert ids_of(rest) == [members[3], *members[5:], late]
    newest = listed(api, group, sort="newest", **{"page[size]": 2})
    api.join(group, api.new_user())
    following = api.http.request("GET", newest["links"]["next"], auth=api.auth).json()
    assert ids_of(following) == [members[5], members[3]]
