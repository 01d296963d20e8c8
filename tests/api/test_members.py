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
    """A group of seven."""
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
