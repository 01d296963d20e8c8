"""ListConversations: the filter by user, in all of its encodings, and pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.harness import Caller, Server, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
NO_USER = (404, "user_not_found", "User not found")
INVALID_PAGE = (400, "bad_request", "Invalid page query parameters")
NAME = "ada & co/é+1?"


@pytest.fixture
def ada(api: Caller) -> str:
    """A user whose external id must be percent-encoded."""
    return api.new_user(NAME)


@pytest.fixture
def hers(api: Caller, ada: str) -> list[str]:
    """Ada's conversations in the order of their ids, which is not that of joining. Bob has other conversations."""
    bob = api.new_user()
    early = api.new_group(bob)
    personal = {"type": "personal", "participants": [{"userId": ada}]}
    later = [
        api.new_group(ada),
        api.ok("POST", "/conversations", personal)["conversation"]["id"],
        api.new_group(bob, ada),
    ]
    api.new_group(bob)
    api.join(early, ada)
    return [early, *later]


def ids_of(listed: Any) -> list[str]:
    """The ids of the conversations of a page."""
    return [one["id"] for one in listed["conversations"]]


@pytest.mark.parametrize("key", ["userId", "userExternalId"])
def test_conversations_of_a_user(api: Caller, ada: str, hers: list[str], key: str) -> None:
    """conversations.3: only the user's conversations, ascending by id, as GetConversation shows them."""
    answer = api("GET", "/conversations", params={f"filter[{key}]": ada if key == "userId" else NAME})
    assert answer.status_code == 200
    assert answer.json()["meta"] == {"hasMore": False}
    assert set(answer.json()) == {"conversations", "meta"}
    one_by_one = [api.ok("GET", f"/conversations/{one}")["conversation"] for one in hers]
    assert answer.json()["conversations"] == one_by_one


def test_user_without_conversations(api: Caller) -> None:
    """The list of a user without conversations is empty."""
    listed = api.ok("GET", "/conversations", params={"filter[userId]": api.new_user()})
    assert listed == {"conversations": [], "meta": {"hasMore": False}}


def test_left_conversations_are_not_listed(api: Caller, ada: str, hers: list[str]) -> None:
    """Deleted conversations are not listed either."""
    api.leave(hers[0], userId=ada)
    api.ok("DELETE", f"/conversations/{hers[1]}")
    assert ids_of(api.ok("GET", "/conversations", params={"filter[userId]": ada})) == hers[2:]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "query",
    [
        "",
        f"filter[userId]={UNKNOWN}&filter[userExternalId]=ada",
        "filter[other]=1",
        "userId=ada",
        "filter=%7B%7D",
        f"filter={quote(json.dumps({'userId': None}))}",
    ],
)
def test_exactly_one_filter(api: Caller, query: str) -> None:
    """Both or neither is a 400 whose title names the rule."""
    status, code, title = error_of(api("GET", f"/conversations?{query}"))
    assert (status, code) == (400, "bad_request")
    assert "userId" in title
    assert "userExternalId" in title


@pytest.mark.parametrize(
    "query", ["filter=", "filter=x", "filter=[]", "filter[userId=x", "filter[userId]=a&filter[userId]=a"]
)
def test_invalid_filter(api: Caller, query: str) -> None:
    """Values in neither encoding, and a repeated filter."""
    assert error_of(api("GET", f"/conversations?{query}"))[:2] == (400, "bad_request")


@pytest.mark.parametrize("query", [f"filter[userId]={UNKNOWN}", "filter[userId]=x", "filter[userExternalId]=nobody"])
def test_unknown_user(api: Caller, query: str) -> None:
    """404."""
    assert error_of(api("GET", f"/conversations?{query}")) == NO_USER


def test_user_of_another_app(api: Caller, account: Caller) -> None:
    """Another app's user does not exist here."""
    stranger = new_app(account).new_user("ada")
    assert error_of(api("GET", "/conversations", params={"filter[userId]": stranger})) == NO_USER
    assert error_of(api("GET", "/conversations", params={"filter[userExternalId]": "ada"})) == NO_USER


def test_ids_are_not_mixed_up(api: Caller, ada: str) -> None:
    """An id does not match external ids, nor the other way round."""
    assert error_of(api("GET", "/conversations", params={"filter[userId]": NAME})) == NO_USER
    assert error_of(api("GET", "/conversations", params={"filter[userExternalId]": ada})) == NO_USER


@pytest.mark.parametrize("form", ["plain", "encoded", "json"])
def test_encodings_of_filter(api: Caller, hers: list[str], form: str) -> None:
    """pages.5: brackets, plain and percent-encoded, and the JSON value of the last official Python client."""
    query = {
        "plain": f"filter[userExternalId]={quote(NAME, safe='')}&page[size]=3",
        "encoded": f"filter%5BuserExternalId%5D={quote(NAME, safe='')}&page%5Bsize%5D=3",
        "json": f"filter={quote(json.dumps({'userExternalId': NAME}))}&page={quote(json.dumps({'size': 3}))}",
    }[form]
    listed = api.ok("GET", f"/conversations?{query}")
    assert ids_of(listed) == hers[:3]
    sent = dict(parse_qsl(urlsplit(listed["links"]["next"]).query, strict_parsing=True))
    assert sent == {"filter[userExternalId]": NAME, "page[size]": "3", "page[after]": hers[2]}


def test_pages(api: Caller, ada: str, hers: list[str]) -> None:
    """pages.1: cursors are conversation ids."""
    query = f"/conversations?filter[userId]={ada}&page[size]=2"
    first = api.ok("GET", query)
    assert ids_of(first) == hers[:2]
    assert first["meta"] == {"hasMore": True, "afterCursor": hers[1]}
    middle = api.ok("GET", f"{query}&page[after]={hers[0]}")
    assert ids_of(middle) == hers[1:3]
    assert middle["meta"] == {"hasMore": True, "afterCursor": hers[2], "beforeCursor": hers[1]}
    back = api.ok("GET", f"{query}&page[before]={hers[2]}")
    assert ids_of(back) == hers[:2]
    assert back["meta"] == {"hasMore": False, "afterCursor": hers[1]}


@pytest.mark.parametrize("key", ["userId", "userExternalId"])
def test_links_keep_the_filter(api: Caller, server: Server, ada: str, hers: list[str], key: str) -> None:
    """pages.4: links lead through the same list, forwards and back."""
    name = ada if key == "userId" else quote(NAME, safe="")
    first = api.ok("GET", f"/conversations?filter[{key}]={name}&page[size]=3")
    assert first["links"]["next"].startswith(f"{server.url}/v2/apps/{api.app_id}/conversations?")
    second = api.http.get(first["links"]["next"], auth=api.auth).json()
    assert ids_of(second) == hers[3:]
    assert set(second["links"]) == {"prev"}
    assert api.http.get(second["links"]["prev"], auth=api.auth).json()["conversations"] == first["conversations"]


def test_links_keep_odd_filters(api: Caller, ada: str, hers: list[str]) -> None:
    """pages.4: a link can be followed even if the filter has unknown keys."""
    first = api.ok("GET", f"/conversations?filter[userId]={ada}&filter[a%26b]=c%26d&page[size]=3")
    assert ids_of(first) == hers[:3]
    second = api.http.get(first["links"]["next"], auth=api.auth)
    assert second.status_code == 200
    assert ids_of(second.json()) == hers[3:]


@pytest.mark.parametrize("query", ["page[size]=0", "page[after]=x", f"page[after]={UNKNOWN}&page[before]={UNKNOWN}"])
def test_invalid_page(api: Caller, query: str) -> None:
    """requests.1: validation errors take precedence over an unknown user."""
    assert error_of(api("GET", f"/conversations?filter[userId]={UNKNOWN}&{query}")) == INVALID_PAGE
