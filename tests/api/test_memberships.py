"""GET /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/memberships: the conversations that a user is in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from heliograph import ids
from heliograph.wire import times
from tests.api.sandbox import extension
from tests.harness import Caller, error_of, new_app, titles_of

FIRST, LAST = "0" * 24, "f" * 24


def ask(api: Caller, user: str, **params: Any) -> httpx.Response:
    """The response to a request for a page."""
    return api("GET", extension(api, f"/users/{quote(user, safe='')}/memberships"), params=params)


def listed(api: Caller, user: str, **params: Any) -> Any:
    """A page."""
    answer = ask(api, user, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def groups_of(page: Any) -> list[str]:
    """The ids of the conversations on a page."""
    return [one["conversationId"] for one in page["memberships"]]


def walked(api: Caller, user: str, link: str, **params: Any) -> list[str]:
    """The conversations on all pages, by their links in one direction, in the order of the list."""
    page = listed(api, user, **params)
    found = groups_of(page)
    while link in page.get("links", {}):
        assert page["meta"]["hasMore"] is True
        page = api.http.request("GET", page["links"][link], auth=api.auth).json()
        found = found + groups_of(page) if link == "next" else groups_of(page) + found
    assert page["meta"]["hasMore"] is False
    return found


@pytest.fixture
def ada(api: Caller) -> str:
    """A new user for each test."""
    return api.new_user()


def test_a_membership_shows_the_participant_and_the_conversation(api: Caller, ada: str) -> None:
    """memberships.7"""
    assert listed(api, ada) == {"memberships": [], "meta": {"hasMore": False}}
    group = api.new_group(api.new_user(), displayName="Crew")
    joined = api.join(group, ada)
    personal = api.new_personal(ada)
    api.say(group, userId=ada)
    api.say(group)
    page = listed(api, ada)
    participant = next(one for one in api.participants(group) if one["userId"] == ada)
    conversation = api.ok("GET", f"/conversations/{group}")["conversation"]
    assert page["memberships"][1] == {
        "conversationId": group,
        "participantId": joined["id"],
        "type": "sdkGroup",
        "displayName": "Crew",
        "participantCount": 2,
        "unreadCount": 1,
        "joinedAt": times.to_text(ids.milliseconds(joined["id"])),
        "lastUpdatedAt": conversation["lastUpdatedAt"],
        "lastRead": participant["lastRead"],
    }
    assert (groups_of(page)[0], page["memberships"][0]["type"]) == (personal, "personal")
    assert "displayName" not in page["memberships"][0]


def test_by_external_id_and_unknown_users(api: Caller, account: Caller) -> None:
    """memberships.7"""
    external_id = f"ada/ of {api.new_group()}"
    group = api.new_group(api.new_user(external_id))
    assert groups_of(listed(api, external_id)) == [group]
    for unknown in (FIRST, "nobody at all", new_app(account).new_user()):
        assert error_of(ask(api, unknown))[:2] == (404, "user_not_found")


def test_in_the_order_of_joining(api: Caller, ada: str) -> None:
    """memberships.8"""
    groups = [api.new_group() for _ in range(5)]
    order = [groups[number] for number in (3, 0, 4, 2, 1)]
    for group in order:
        api.join(group, ada)
    api.say(order[1])
    for sort, expected, end in (("oldest", order, LAST), ("newest", order[::-1], FIRST)):
        assert groups_of(listed(api, ada, sort=sort)) == expected
        for size in (1, 2, 5):
            assert walked(api, ada, "next", sort=sort, **{"page[size]": size}) == expected
            assert walked(api, ada, "prev", sort=sort, **{"page[size]": size, "page[before]": end}) == expected
    assert groups_of(listed(api, ada)) == order[::-1]
    assert titles_of(ask(api, ada, sort="name"))[0].startswith("sort should be equal to one of")
    assert titles_of(ask(api, ada, include="total"))[0].startswith("include should be equal to one of")


def test_by_activity(api: Caller, ada: str) -> None:
    """memberships.9"""
    groups = [api.new_group(ada) for _ in range(5)]
    outside = api.new_group()
    order = [groups[number] for number in (2, 4, 0, 3, 1)]
    for group in order[::-1]:
        api.say(group)
        api.say(outside)
    for size in (1, 2, 5):
        params = {"sort": "activity", "page[size]": size}
        assert walked(api, ada, "next", **params) == order
        assert walked(api, ada, "prev", **params, **{"page[before]": FIRST}) == order
    # A conversation that becomes active moves to the beginning, and is not repeated on a later page.
    first = listed(api, ada, sort="activity", **{"page[size]": 2})
    api.say(order[4])
    following = api.http.request("GET", first["links"]["next"], auth=api.auth).json()
    assert groups_of(following) == [order[2], order[3]]
    assert following["meta"] == {**following["meta"], "hasMore": False}
    assert groups_of(listed(api, ada, sort="activity"))[0] == order[4]
    # Reading does not change the order.
    api.read(order[2], userId=ada)
    assert groups_of(listed(api, ada, sort="activity")) == [order[4], *order[:4]]


def test_conversations_of_the_same_activity_time_are_listed_once(api: Caller, ada: str) -> None:
    """memberships.9"""
    groups = [api.new_group(ada) for _ in range(12)]
    found = walked(api, ada, "next", sort="activity", **{"page[size]": 1})
    assert sorted(found) == sorted(groups)
    assert walked(api, ada, "prev", sort="activity", **{"page[size]": 5, "page[before]": FIRST}) == found


def test_the_number_of_all_unread_messages(api: Caller, ada: str) -> None:
    """memberships.10"""
    groups = [api.new_group(ada) for _ in range(3)]
    assert listed(api, ada, include="unread")["totalUnread"] == 0
    for count, group in enumerate(groups):
        for _ in range(count):
            api.say(group)
    params = {"include": "unread", "page[size]": 1}
    page = listed(api, ada, **params)
    assert (page["totalUnread"], len(page["memberships"])) == (3, 1)
    following = api.http.request("GET", page["links"]["next"], auth=api.auth).json()
    assert following["totalUnread"] == 3
    api.read(groups[1], userId=ada)
    assert listed(api, ada, **params)["totalUnread"] == 2
    api.ok("DELETE", f"/conversations/{groups[2]}/messages")
    assert listed(api, ada, sort="activity", **params)["totalUnread"] == 0
    assert "totalUnread" not in listed(api, ada)


def test_after_leaving_and_deleting(api: Caller, ada: str) -> None:
    """memberships.7"""
    groups = [api.new_group(ada) for _ in range(3)]
    api.leave(groups[0], userId=ada)
    api.ok("DELETE", f"/conversations/{groups[1]}")
    for sort in ("newest", "oldest", "activity"):
        assert groups_of(listed(api, ada, sort=sort)) == [groups[2]]
    api.ok("DELETE", f"/users/{ada}")
    assert ask(api, ada).status_code == 404
