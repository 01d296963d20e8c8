"""ListParticipants and cursor pagination. The rules are in docs/behaviour.md."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.harness import Caller, Server, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
FIRST, LAST = "0" * 24, "f" * 24
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
INVALID = (400, "bad_request", "Invalid page query parameters")
EMPTY = {"participants": [], "meta": {"hasMore": False}}


@pytest.fixture
def group(api: Caller) -> str:
    """A group of five users."""
    return api.new_group(*(api.new_user() for _ in range(5)))


@pytest.fixture
def ids(api: Caller, group: str) -> list[str]:
    """The ids of the five participants."""
    return [one["id"] for one in api.participants(group)]


def page(caller: Caller, group: str, query: str = "") -> Any:
    """The page of a raw query string."""
    return caller.ok("GET", f"/conversations/{group}/participants?{query}")


def ids_of(listed: Any) -> list[str]:
    """The ids of the participants of a page."""
    return [one["id"] for one in listed["participants"]]


def query_of(link: str) -> dict[str, str]:
    """The query parameters of a link, none of which is repeated."""
    pairs = parse_qsl(urlsplit(link).query, strict_parsing=True)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_one_page(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: nothing precedes or follows, so there are neither cursors nor links; hasMore is a boolean."""
    listed = page(api, group)
    assert ids_of(listed) == ids == sorted(ids)
    assert set(listed) == {"participants", "meta"}
    assert listed["meta"] == {"hasMore": False}
    assert listed["meta"]["hasMore"] is False


def test_empty(api: Caller) -> None:
    """pages.3: the response for an empty conversation."""
    assert page(api, api.new_group()) == EMPTY
    assert page(api, api.new_group(), "page[size]=1") == EMPTY


def test_personal_conversation(api: Caller) -> None:
    """A personal conversation lists its one user."""
    ada = api.new_user("ada")
    body = {"type": "personal", "participants": [{"userId": ada}]}
    listed = page(api, api.ok("POST", "/conversations", body)["conversation"]["id"])
    (participant,) = listed["participants"]
    assert participant["userId"] == ada
    assert listed["meta"] == {"hasMore": False}


def test_field_types(api: Caller) -> None:
    """The official clients are strict: counts are integers, types are documented ones, null is left out."""
    group = api.new_group()
    api.join(group, api.new_user(), subscribe=True)
    (participant,) = page(api, group)["participants"]
    assert set(participant) == {"id", "userId", "unreadCount", "clientAssociations"}
    assert participant["unreadCount"] == 0
    assert type(participant["unreadCount"]) is int
    assert [set(one) for one in participant["clientAssociations"]] == [{"type", "clientId"}]


def test_first_page(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: something follows, nothing precedes."""
    listed = page(api, group, "page[size]=2")
    assert ids_of(listed) == ids[:2]
    assert listed["meta"] == {"hasMore": True, "afterCursor": ids[1]}
    assert set(listed["links"]) == {"next"}


def test_middle_page(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: something follows and something precedes."""
    listed = page(api, group, f"page[size]=2&page[after]={ids[1]}")
    assert ids_of(listed) == ids[2:4]
    assert listed["meta"] == {"hasMore": True, "afterCursor": ids[3], "beforeCursor": ids[2]}
    assert set(listed["links"]) == {"next", "prev"}


def test_last_page(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: something precedes, nothing follows."""
    listed = page(api, group, f"page[size]=2&page[after]={ids[2]}")
    assert ids_of(listed) == ids[3:]
    assert listed["meta"] == {"hasMore": False, "beforeCursor": ids[3]}
    assert set(listed["links"]) == {"prev"}


def test_page_before(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: the records next to the cursor, still in the order of joining; hasMore refers to the way back."""
    listed = page(api, group, f"page[size]=2&page[before]={ids[3]}")
    assert ids_of(listed) == ids[1:3]
    assert listed["meta"] == {"hasMore": True, "afterCursor": ids[2], "beforeCursor": ids[1]}
    assert set(listed["links"]) == {"next", "prev"}


def test_page_before_at_the_beginning(api: Caller, group: str, ids: list[str]) -> None:
    """pages.3: nothing precedes, so hasMore is false, though something follows."""
    listed = page(api, group, f"page[size]=2&page[before]={ids[2]}")
    assert ids_of(listed) == ids[:2]
    assert listed["meta"] == {"hasMore": False, "afterCursor": ids[1]}
    assert set(listed["links"]) == {"next"}


@pytest.mark.parametrize(("key", "at"), [("after", -1), ("before", 0)])
def test_page_beyond_the_end(api: Caller, group: str, ids: list[str], key: str, at: int) -> None:
    """pages.3: the response for an empty page."""
    assert page(api, group, f"page[size]=2&page[{key}]={ids[at]}") == EMPTY


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"page[after]={FIRST}", [0, 1, 2, 3, 4]),
        (f"page[before]={LAST}", [0, 1, 2, 3, 4]),
        (f"page[after]={LAST}", []),
        (f"page[before]={FIRST}", []),
    ],
)
def test_unknown_cursor(api: Caller, group: str, ids: list[str], query: str, expected: list[int]) -> None:
    """pages.2: a well-formed unknown cursor is compared like any other."""
    listed = page(api, group, query)
    assert ids_of(listed) == [ids[index] for index in expected]
    assert listed["meta"] == {"hasMore": False}


@pytest.mark.parametrize(("key", "expected"), [("after", [3, 4]), ("before", [0, 1])])
def test_cursor_of_a_former_participant(api: Caller, group: str, ids: list[str], key: str, expected: list[int]) -> None:
    """pages.2: paging continues from the former place of the participant."""
    api.leave(group, participantId=ids[2])
    listed = page(api, group, f"page[{key}]={ids[2]}")
    assert ids_of(listed) == [ids[index] for index in expected]
    cursor = {"beforeCursor": ids[3]} if key == "after" else {"afterCursor": ids[1]}
    assert listed["meta"] == {"hasMore": False, **cursor}


def test_default_and_largest_size(api: Caller) -> None:
    """25 records without a size, up to 100 with one."""
    users = [api.new_user() for _ in range(26)]
    group = api.new_group(*users[:10])
    for user in users[10:]:
        api.join(group, user)
    assert [one["userId"] for one in page(api, group)["participants"]] == users[:25]
    assert [one["userId"] for one in page(api, group, "page[size]=100")["participants"]] == users


@pytest.mark.one_engine
@pytest.mark.parametrize("size", ["0", "101", "-1", "abc", "", "1.0", "1e1", "0x5", "%2B5", "%205", "5%20", "5_0"])
def test_invalid_size(api: Caller, group: str, size: str) -> None:
    """pages.1: outside 1 to 100, or not an integer."""
    answer = api("GET", f"/conversations/{group}/participants?page[size]={size}")
    assert error_of(answer) == INVALID


@pytest.mark.parametrize("size", [quote("５"), "9" * 5000])
def test_unusual_size(api: Caller, group: str, size: str) -> None:
    """pages.1: digits of another script, and a very long number."""
    answer = api("GET", f"/conversations/{group}/participants?page[size]={size}")
    assert error_of(answer) == INVALID


@pytest.mark.one_engine
@pytest.mark.parametrize("key", ["after", "before"])
@pytest.mark.parametrize(
    "cursor",
    ["", "abc", "0" * 23, "0" * 25, "A" * 24, "z" * 24, "0" * 24 + "%0A", "%00" * 24, quote("é") * 24, "%ff" * 24],
)
def test_malformed_cursor(api: Caller, group: str, key: str, cursor: str) -> None:
    """pages.1: not 24 lowercase hex characters (bytes that are not UTF-8 have no fixed title)."""
    status, code, title = error_of(api("GET", f"/conversations/{group}/participants?page[{key}]={cursor}"))
    assert (status, code) == INVALID[:2]
    assert title == INVALID[2] or "%ff" in cursor


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "query",
    [
        f"page[after]={FIRST}&page[before]={LAST}",
        f"page[after]={FIRST}&page[after]={FIRST}",
        "page[size]=2&page[size]=3",
        "page[size]=2&page%5Bsize%5D=2",
        f"page[size]=2&page={quote(json.dumps({'size': 2}))}",
        "page=10",
        "page=",
        "page=%5B%5D",
        f"page={quote('{:size=>10}')}",
        f"page={quote(json.dumps({'size': 2.5}))}",
        f"page={quote(json.dumps({'size': True}))}",
        f"page={quote(json.dumps({'size': 101}))}",
        f"page={quote(json.dumps({'after': FIRST, 'before': LAST}))}",
        "page[size=10",
    ],
)
def test_invalid_page(api: Caller, group: str, query: str) -> None:
    """pages.5, pages.1: both cursors, repeated parameters, and unknown encodings (`page={:size=>10}` of Ruby)."""
    assert error_of(api("GET", f"/conversations/{group}/participants?{query}")) == INVALID


@pytest.mark.parametrize("form", ["plain", "encoded", "lower", "json", "json text"])
def test_encodings_of_page(api: Caller, group: str, ids: list[str], form: str) -> None:
    """pages.5: brackets, plain and percent-encoded, and the JSON value of the last official Python client."""
    size: int | str = "2" if form == "json text" else 2
    text = json.dumps({"after": ids[0], "before": None, "size": size})
    query = {
        "plain": f"page[after]={ids[0]}&page[size]=2",
        "encoded": f"page%5Bafter%5D={ids[0]}&page%5Bsize%5D=2",
        "lower": f"page%5bafter%5d={ids[0]}&page%5bsize%5d=2",
    }.get(form, f"page={quote(text)}")
    listed = page(api, group, query)
    assert ids_of(listed) == ids[1:3]
    assert query_of(listed["links"]["next"]) == {"page[after]": ids[2], "page[size]": "2"}


@pytest.mark.parametrize(
    "query",
    [
        "page[foo]=1&page[]=2",
        "page[foo]=1&page[foo]=2",
        f"page={quote(json.dumps({'foo': 1}))}",
        f"page={quote(json.dumps({'foo': [1.5]}))}",
        "size=1&after=x",
    ],
)
def test_unknown_page_keys(api: Caller, group: str, ids: list[str], query: str) -> None:
    """pages.1: ignored."""
    assert ids_of(page(api, group, query)) == ids


def test_links(api: Caller, server: Server, group: str, ids: list[str]) -> None:
    """pages.4: absolute, on the request's scheme, host and path, with the size that the caller gave."""
    links = page(api, group, f"page[size]=2&page[after]={ids[1]}")["links"]
    here = f"{server.url}/v2/apps/{api.app_id}/conversations/{group}/participants"
    assert {name: link.partition("?")[0] for name, link in links.items()} == {"prev": here, "next": here}
    assert query_of(links["prev"]) == {"page[before]": ids[2], "page[size]": "2"}
    assert query_of(links["next"]) == {"page[after]": ids[3], "page[size]": "2"}


def test_links_without_a_size(api: Caller, group: str, ids: list[str]) -> None:
    """pages.4: the size is echoed only when the caller gave one."""
    links = page(api, group, f"page[after]={ids[1]}")["links"]
    assert {name: query_of(link) for name, link in links.items()} == {"prev": {"page[before]": ids[2]}}


def test_links_on_the_requests_host(api: Caller, group: str) -> None:
    """pages.4: the host is that of the request."""
    headers = {"host": "chat.example:8443"}
    listed = api.ok("GET", f"/conversations/{group}/participants?page[size]=2", headers=headers)
    assert listed["links"]["next"].startswith("http://chat.example:8443/v2/apps/")


def test_links_under_a_root_path(other: Caller, other_server: Server) -> None:
    """pages.4: the root path is kept where the request had it."""
    group = other.new_group(*(other.new_user() for _ in range(3)))
    where = f"/v2/apps/{other.app_id}/conversations/{group}/participants?page[size]=2"
    assert page(other, group, "page[size]=2")["links"]["next"].startswith(f"{other_server.url}/v2/apps/")
    bare = other.http.get(other_server.url.removesuffix("/sc") + where, auth=other.auth)
    assert bare.json()["links"]["next"].startswith(other_server.url.removesuffix("/sc") + "/v2/apps/")


@pytest.mark.parametrize(("rel", "start"), [("next", ""), ("prev", f"&page[before]={LAST}")])
def test_following_links(api: Caller, group: str, ids: list[str], rel: str, start: str) -> None:
    """pages.4: the links lead through the whole list in either direction, and hasMore says when it ends."""
    listed, seen = page(api, group, f"page[size]=2{start}"), []
    while True:
        seen.append(ids_of(listed))
        assert listed["meta"]["hasMore"] is (rel in listed["links"])
        if rel not in listed["links"]:
            break
        listed = api.http.get(listed["links"][rel], auth=api.auth).json()
    expected = [ids[:2], ids[2:4], ids[4:]] if rel == "next" else [ids[3:], ids[1:3], ids[:1]]
    assert seen == expected


@pytest.mark.parametrize("conversation", [UNKNOWN, "nothing", "%00"])
def test_unknown_conversation(api: Caller, conversation: str) -> None:
    """requests.2: a malformed id is an unknown id."""
    assert error_of(api("GET", f"/conversations/{conversation}/participants")) == NO_CONVERSATION


def test_conversation_of_another_app(api: Caller, account: Caller) -> None:
    """Another app's conversation does not exist here."""
    group = new_app(account).new_group()
    assert error_of(api("GET", f"/conversations/{group}/participants")) == NO_CONVERSATION
