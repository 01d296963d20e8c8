"""ReplaceParticipants: the new set of all members of a group."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.event_records import events_of
from tests.harness import Caller, error_of, titles_of

UNKNOWN = "0123456789abcdef01234567"
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
NO_GROUP = (400, "bad_request", "Only conversations of type sdkGroup can be joined or left")
OTHER_VERSION = (412, "precondition_failed", "The resource has another version than If-Match")
MALFORMED = "Request body is not valid JSON"
LINES = "application/x-ndjson"


def path_of(caller: Caller, group: str) -> str:
    """The path of the operation."""
    return f"/heliograph/v1/apps/{caller.app_id}/conversations/{group}/participants"


def put(caller: Caller, group: str, *members: Any, query: str = "", **headers: str) -> httpx.Response:
    """Send the members as an array."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller("PUT", path_of(caller, group) + query, list(members), headers=named)


def put_raw(caller: Caller, group: str, content: Any, kind: str = "application/json", **headers: str) -> httpx.Response:
    """Send a raw body."""
    given = {"content-type": kind, **headers}
    return caller("PUT", path_of(caller, group), headers=given, content=content)


def member(user: str, *, subscribe: bool = False) -> dict[str, Any]:
    """A member, by the id of the user."""
    return {"userId": user, "subscribeSDKClient": subscribe}


def users_of(caller: Caller, group: str) -> list[str]:
    """The users in a group, in the order of joining."""
    return [one["userId"] for one in caller.participants(group)]


def types_of(caller: Caller) -> Counter[str]:
    """The number of events of each type."""
    return Counter(event.type for event in events_of(caller))


def counts(answer: httpx.Response) -> tuple[int, int, int]:
    """How many joined, left and stayed."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["joined"], body["left"], body["stayed"]


def test_only_the_difference_is_applied(api: Caller) -> None:
    """Members who stay keep their participants; only joins and leaves have events."""
    ada, bob, cai, dee = (api.new_user(name) for name in ("ada", "bob", "cai", "dee"))
    group = api.new_group(ada, bob, cai)
    before = api.participants(group)
    answer = put(api, group, {"userExternalId": "dee", "subscribeSDKClient": True}, member(bob), member(dee))
    assert counts(answer) == (1, 2, 1)
    assert answer.json()["dryRun"] is False
    after = api.participants(group)
    assert after[0] == before[1]
    assert [one["userId"] for one in after] == [bob, dee]
    assert after[1]["clientAssociations"][0]["type"] == "sdk"
    assert types_of(api) == {
        "conversation:create": 1,
        "conversation:join": 1,
        "conversation:leave": 2,
        "client:add": 1,
    }
    assert counts(put(api, group, member(bob), member(dee))) == (0, 0, 2)
    assert types_of(api)["conversation:leave"] == 2


def test_members_who_stay_can_be_subscribed(api: Caller) -> None:
    ada = api.new_user()
    group = api.new_group(ada)
    assert counts(put(api, group, member(ada, subscribe=True))) == (0, 0, 1)
    assert api.participants(group)[0]["clientAssociations"][0]["type"] == "sdk"
    assert counts(put(api, group, member(ada))) == (0, 0, 1)
    assert len(api.participants(group)[0]["clientAssociations"]) == 1
    assert types_of(api) == {"conversation:create": 1, "client:add": 1}


def test_an_empty_array_removes_all_members(api: Caller) -> None:
    """An empty body is refused, because it may be an error of the caller."""
    group = api.new_group(*[api.new_user() for _ in range(5)])
    for kind in ("application/json", LINES):
        assert titles_of(put_raw(api, group, b"", kind)) == ["Request body is required: [] is an empty list"]
    assert counts(put(api, group)) == (0, 5, 0)
    assert users_of(api, group) == []


def test_a_dry_run_changes_nothing(api: Caller) -> None:
    """The response has the counts and the version. With the version, the set can be put if nothing has changed."""
    ada, bob, cai = api.new_user(), api.new_user(), api.new_user()
    group = api.new_group(ada, bob)
    before = events_of(api)
    dry = put(api, group, member(bob), member(cai), query="?dryRun=true")
    assert counts(dry) == (1, 1, 1)
    assert dry.json()["dryRun"] is True
    assert dry.headers["etag"] == f'"{dry.json()["version"]}"'
    assert users_of(api, group) == [ada, bob]
    assert events_of(api) == before
    api.say(group, userId=ada)
    done = put(api, group, member(bob), member(cai), if_match=dry.headers["etag"])
    assert counts(done) == (1, 1, 1)
    assert users_of(api, group) == [bob, cai]
    assert done.headers["etag"] != dry.headers["etag"]
    assert titles_of(put(api, group, query="?dryRun=yes")) == ["dryRun should be true or false"]


def test_a_change_in_between_is_not_overwritten(api: Caller) -> None:
    """412 after a join, a leave, or both."""
    ada, bob, cai = api.new_user(), api.new_user(), api.new_user()
    group = api.new_group(ada, bob)
    version = put(api, group, member(ada), query="?dryRun=true").headers["etag"]
    api.join(group, cai)
    assert error_of(put(api, group, member(ada), if_match=version)) == OTHER_VERSION
    api.leave(group, userId=bob)
    assert error_of(put(api, group, member(ada), if_match=version)) == OTHER_VERSION
    api.leave(group, userId=cai)
    api.join(group, bob)
    assert error_of(put(api, group, member(ada), if_match=version)) == OTHER_VERSION
    assert users_of(api, group) == [ada, bob]
    assert counts(put(api, group, member(ada), if_match="*")) == (0, 1, 1)
    present = put(api, group, member(ada)).headers["etag"]
    api.join(group, bob)
    api.leave(group, userId=bob)
    assert counts(put(api, group, member(bob), if_match=f'"other", {present}')) == (1, 1, 0)


@pytest.mark.one_engine
@pytest.mark.parametrize("condition", ["{}", "'{}'", '"{}', '"{}", x', '"{}" "other"', "", "**", '*, "{}"'])
def test_a_malformed_if_match_is_refused(api: Caller, condition: str) -> None:
    """If it were ignored, the request could overwrite the changes of others."""
    ada = api.new_user()
    group = api.new_group(ada)
    version = put(api, group, query="?dryRun=true").json()["version"]
    answer = put(api, group, if_match=condition.format(version))
    assert error_of(answer)[0] == 400
    assert titles_of(answer)[0].startswith("If-Match should be a version in quotes")
    assert users_of(api, group) == [ada]
    assert counts(put(api, group, if_match=f' W/"{version}" , "other"')) == (0, 1, 0)


def test_the_version_of_a_list(api: Caller) -> None:
    """The version of a list changes with messages too."""
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group(ada)
    listed = api("GET", path_of(api, group)).headers["etag"]
    assert counts(put(api, group, member(bob), if_match=listed)) == (1, 1, 0)
    assert error_of(put(api, group, if_match=listed)) == OTHER_VERSION
    listed = api("GET", path_of(api, group)).headers["etag"]
    api.say(group)
    assert error_of(put(api, group, if_match=listed)) == OTHER_VERSION
    assert users_of(api, group) == [bob]


def test_unknown_users_are_named_and_nothing_changes(api: Caller) -> None:
    ada = api.new_user()
    group = api.new_group(ada)
    answer = put(api, group, member(UNKNOWN), member(ada), {"userExternalId": "nobody", "subscribeSDKClient": False})
    assert (answer.status_code, [one["title"] for one in answer.json()["errors"]]) == (
        404,
        ["[0]: User not found", "[2]: User not found"],
    )
    assert users_of(api, group) == [ada]


def test_leaves_make_room_for_joins(other: Caller) -> None:
    """On this server, a group has at most 3 participants."""
    users = [other.new_user() for _ in range(6)]
    group = other.new_group(*users[:3])
    assert error_of(put(other, group, *map(member, users[:4]))) == (400, "bad_request", "Too many participants")
    assert users_of(other, group) == users[:3]
    assert counts(put(other, group, *[{"userId": user} for user in users[3:]])) == (3, 3, 0)
    assert users_of(other, group) == users[3:]


def test_only_groups_are_accepted(api: Caller) -> None:
    ada = api.new_user()
    assert error_of(put(api, UNKNOWN, member(ada))) == NO_CONVERSATION
    assert error_of(put(api, api.new_personal(ada), member(ada))) == NO_GROUP


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("content", "titles"),
    [
        (b"{}", [MALFORMED]),
        (b"[", [MALFORMED]),
        (b"[{}", [MALFORMED]),
        (b"[}", [MALFORMED]),
        (b"[] []", [MALFORMED]),
        (b"[],", [MALFORMED]),
        (b"x", [MALFORMED]),
        (b"]", [MALFORMED]),
        (b'"[]"', [MALFORMED]),
        (b"[,]", [MALFORMED]),
        (b'["a" "b"]', [f"[0]: {MALFORMED}"]),
        (b'[{"userId": "a", "subscribeSDKClient": false},]', [MALFORMED]),
        (b'["ada"]', ["[0]: body should be object"]),
        (b'[{"userId": "a", "subscribeSDKClient": false}, {"userId": 1}]', ["[1]: userId should be string",
          "[1]: should have required property 'subscribeSDKClient'"]),
        (b'[{"subscribeSDKClient": false}]',
         ["[0]: exactly one of userId, userExternalId is required, none given"]),
    ],
)  # fmt: skip
def test_malformed_arrays(api: Caller, content: bytes, titles: list[str]) -> None:
    ada = api.new_user()
    group = api.new_group(ada)
    assert titles_of(put_raw(api, group, content)) == titles
    assert users_of(api, group) == [ada]


@pytest.mark.one_engine
def test_odd_but_valid_arrays(api: Caller) -> None:
    """White space, nested objects with unknown names, brackets and quotes in strings, and a byte order mark."""
    ada, bob = api.new_user('[{"\\"}],'), api.new_user()
    group = api.new_group()
    rows = [{"userExternalId": '[{"\\"}],', "subscribeSDKClient": False, "x": [{"y": []}]}, member(bob)]
    content = b"\xef\xbb\xbf \n" + json.dumps(rows, indent=2).encode() + b" \n"
    assert counts(put_raw(api, group, content)) == (2, 0, 0)
    assert users_of(api, group) == [ada, bob]
    assert counts(put_raw(api, group, b" [ ] ")) == (0, 2, 0)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    assert counts(put_raw(api, group, pieces())) == (2, 0, 0)


@pytest.mark.one_engine
def test_lines(api: Caller) -> None:
    """One object in each line. Blank lines are ignored, and errors name the index."""
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group()
    lines = "\r\n".join(["", json.dumps(member(ada)), "", json.dumps(member(bob))])
    assert counts(put_raw(api, group, lines.encode(), LINES)) == (2, 0, 0)
    assert titles_of(put_raw(api, group, lines.encode() + b"\n{", LINES)) == [f"[2]: {MALFORMED}"]
    assert error_of(put_raw(api, group, b'{"x":"' + b"x" * 20_000, LINES)) == (
        413, "payload_too_large", "An item is limited to 16 kB",
    )  # fmt: skip
    assert put_raw(api, group, b"[]", "text/csv").status_code == 415
    assert users_of(api, group) == [ada, bob]


@pytest.mark.one_engine
@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("kind", [LINES, "application/json"])
def test_a_blank_body_is_not_an_empty_list(api: Caller, kind: str, content: bytes) -> None:
    """Only `[]` removes all members."""
    ada = api.new_user()
    group = api.new_group(ada)
    assert titles_of(put_raw(api, group, content, kind)) == ["Request body is required: [] is an empty list"]
    assert users_of(api, group) == [ada]


@pytest.mark.one_engine
def test_the_size_of_an_item(api: Caller) -> None:
    """The limit also applies to items that arrive in one piece."""
    ada = api.new_user()
    group = api.new_group(ada)
    long = json.dumps({**member(ada), "x": "x" * 16_384}).encode()
    for content, kind in ((long + b"\n", LINES), (long, LINES), (b"[" + long + b"]", "application/json")):
        assert error_of(put_raw(api, group, content, kind))[0] == 413
    fitting = json.dumps({**member(ada), "x": "x" * 16_000}).encode()
    assert counts(put_raw(api, group, fitting, LINES)) == (0, 0, 1)


def lines_of(answer: httpx.Response) -> list[Any]:
    """The lines of a response."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, LINES)
    return [json.loads(line) for line in answer.text.splitlines()]


def test_progress(api: Caller) -> None:
    """A client that accepts NDJSON gets a line after each transaction, and a summary in the last line."""
    users = [api.new_user() for _ in range(4)]
    group = api.new_group(*users[:2])
    first, *middle, last = lines_of(put(api, group, *map(member, users[1:]), accept=LINES))
    assert first == {"type": "progress", "joined": 0, "left": 0, "joins": 2, "leaves": 1}
    assert middle[-1] == {"type": "progress", "joined": 2, "left": 1, "joins": 2, "leaves": 1}
    version = last.pop("version")
    assert last == {"type": "summary", "joined": 2, "left": 1, "stayed": 1, "dryRun": False}
    (dry,) = lines_of(put(api, group, query="?dryRun=true", accept=LINES))
    assert (dry["left"], dry["version"]) == (3, version)
    refused = put(api, group, member(UNKNOWN), accept=LINES)
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/json")
