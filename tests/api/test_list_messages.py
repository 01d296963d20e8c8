"""ListMessages: pages of a hundred, newest page first, each with the exact expected content."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Caller, error_of, new_app
from tests.proofs.paging import FIRST, LAST, Asked, expected_page, parsed_links

COUNT = 230
PER_PAGE = 100


@pytest.fixture(scope="module")
def crowded(account: Caller) -> tuple[Caller, str, list[Any]]:
    """A conversation with 230 messages, interleaved in time with messages of another conversation."""
    api = new_app(account)
    group, other = api.new_group(), api.new_group()
    messages = []
    for number in range(COUNT):
        messages.append(api.say(group, f"number {number}"))
        if number % 20 == 0:
            api.say(other)
    return api, group, messages


def check(api: Caller, group: str, messages: list[Any], asked: Asked, params: dict[str, str] | None = None) -> Any:
    """Request a page, and check it."""
    answer = api.ok("GET", f"/conversations/{group}/messages", params=asked.params if params is None else params)
    ids = [one["id"] for one in messages]
    page = ([one["id"] for one in answer["messages"]], answer["meta"], parsed_links(answer))
    assert page == expected_page(ids, asked)
    assert answer["messages"] == [one for one in messages if one["id"] in set(page[0])]
    return answer


def asked(api: Caller, group: str, after: str | None = None, before: str | None = None) -> Asked:
    """A request for a page of messages."""
    return Asked(f"{api.url}/v2/apps/{api.app_id}/conversations/{group}/messages", after, before)


@pytest.fixture(autouse=True)
def hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default size of a page of messages is 100."""
    monkeypatch.setattr("tests.proofs.paging.DEFAULT_SIZE", PER_PAGE)


def test_the_newest_page_comes_first_and_the_history_before_it(crowded: tuple[Caller, str, list[Any]]) -> None:
    api, group, messages = crowded
    newest = api.ok("GET", f"/conversations/{group}/messages")
    assert newest == check(api, group, messages, asked(api, group, before=LAST))
    assert [one["content"]["text"] for one in newest["messages"]] == [f"number {n}" for n in range(130, 230)]
    assert newest["meta"] == {"hasMore": True, "beforeCursor": messages[130]["id"]}
    middle = check(api, group, messages, asked(api, group, before=newest["meta"]["beforeCursor"]))
    assert middle["meta"]["hasMore"] is True
    oldest = check(api, group, messages, asked(api, group, before=middle["meta"]["beforeCursor"]))
    assert len(oldest["messages"]) == 30
    assert oldest["meta"] == {"hasMore": False, "afterCursor": messages[29]["id"]}
    assert api.http.get(newest["links"]["prev"], auth=api.auth).json() == middle


@pytest.mark.parametrize("place", [None, 0, 1, 29, 30, 99, 100, 101, 129, 130, 131, 200, 229])
@pytest.mark.parametrize("direction", ["after", "before"])
def test_every_page_is_exact(crowded: tuple[Caller, str, list[Any]], direction: str, place: int | None) -> None:
    api, group, messages = crowded
    for cursor in (FIRST, LAST) if place is None else (messages[place]["id"],):
        check(api, group, messages, asked(api, group, **{direction: cursor}))


def test_the_size_is_validated_and_ignored(crowded: tuple[Caller, str, list[Any]]) -> None:
    api, group, messages = crowded
    path = f"/conversations/{group}/messages"
    sized = api.ok("GET", path, params={"page[size]": 10})
    assert sized["messages"] == api.ok("GET", path)["messages"]
    assert sized["links"]["prev"].endswith(f"page[before]={messages[130]['id']}&page[size]=10")
    for params in ({"page[size]": 0}, {"page[before]": "x"}, {"page[before]": FIRST, "page[after]": FIRST}):
        answer = api("GET", path, params=params)
        assert error_of(answer) == (400, "bad_request", "Invalid page query parameters")


def test_no_messages_and_no_conversation(api: Caller) -> None:
    group = api.new_group(api.new_user())
    nothing = {"messages": [], "meta": {"hasMore": False}}
    for params in ({}, {"page[before]": FIRST}, {"page[after]": FIRST}):
        assert api.ok("GET", f"/conversations/{group}/messages", params=params) == nothing
    missing = api("GET", f"/conversations/{FIRST}/messages")
    assert error_of(missing) == (404, "not_found", "Resource not found")


def test_deleted_messages_are_not_listed(api: Caller) -> None:
    group = api.new_group()
    first, second, third = [api.say(group, text) for text in ("one", "two", "three")]
    assert api.ok("DELETE", f"/conversations/{group}/messages/{second['id']}") == {}
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == [first, third]
    after = api.ok("GET", f"/conversations/{group}/messages", params={"page[after]": second["id"]})
    assert after == {
        "messages": [third],
        "meta": {"hasMore": False, "beforeCursor": third["id"]},
        "links": {"prev": asked(api, group).url + f"?page[before]={third['id']}"},
    }
    assert api.ok("DELETE", f"/conversations/{group}/messages") == {}
    assert api.ok("GET", f"/conversations/{group}/messages") == {"messages": [], "meta": {"hasMore": False}}
