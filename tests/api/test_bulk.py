"""BulkParticipants: many joins and leaves in one request, with the rules of single ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.api.event_records import events_of
from tests.harness import Caller, error_of, titles_of

UNKNOWN = "0123456789abcdef01234567"
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
NO_GROUP = (400, "bad_request", "Only conversations of type sdkGroup can be joined or left")
NO_USER = [{"code": "user_not_found", "title": "User not found"}]
NO_MEMBER = [{"code": "not_found", "title": "User is not a member of the conversation"}]
FULL = [{"code": "bad_request", "title": "Too many participants"}]


def path_of(caller: Caller, group: str) -> str:
    """The path of the operation."""
    return f"/heliograph/v1/apps/{caller.app_id}/conversations/{group}/participants/bulk"


def bulk(caller: Caller, group: str, *items: dict[str, Any], **options: Any) -> httpx.Response:
    """Send the items."""
    return caller("POST", path_of(caller, group), {"items": list(items), **options})


def join(user: str, **more: Any) -> dict[str, Any]:
    """A join item."""
    return {"type": "join", "userId": user, "subscribeSDKClient": False, **more}


def leave(**who: str) -> dict[str, Any]:
    """A leave item."""
    return {"type": "leave", **who}


def types_of(caller: Caller) -> Counter[str]:
    """The number of events of each type."""
    return Counter(event.type for event in events_of(caller))


def test_every_item_has_the_result_of_a_single_call(api: Caller) -> None:
    ada, bob, cai = api.new_user("ada"), api.new_user("bob"), api.new_user()
    group = api.new_group(bob)
    (before,) = api.participants(group)
    answer = bulk(
        api,
        group,
        join(ada),
        {"type": "join", "userExternalId": "ada", "subscribeSDKClient": False},
        join(UNKNOWN),
        leave(participantId=before["id"]),
        leave(userId=bob),
        leave(userExternalId="nobody"),
        join(bob, subscribeSDKClient=True),
        join(cai),
        leave(userId=cai),
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["index"] for one in results] == list(range(9))
    assert [one["status"] for one in results] == [201, 201, 404, 200, 404, 404, 201, 201, 200]
    assert results[0]["participant"] == results[1]["participant"]
    assert [one.get("errors") for one in results] == [None, None, NO_USER, None, NO_MEMBER, NO_USER, None, None, None]
    assert answer.json()["counts"] == {"joined": 3, "left": 2, "unchanged": 1, "refused": 3}
    assert api.participants(group) == [results[0]["participant"], results[6]["participant"]]
    assert results[6]["participant"]["clientAssociations"][0]["type"] == "sdk"
    assert types_of(api) == {
        "conversation:create": 1,
        "conversation:join": 3,
        "conversation:leave": 2,
        "client:add": 1,
    }


def test_events_are_those_of_single_calls(api: Caller) -> None:
    """Each item has its own event. The payloads and their order are the same as for single calls."""
    ada, bob = api.new_user("ada"), api.new_user()
    alone, together = api.new_group(), api.new_group()
    for user in (ada, bob):
        api.join(alone, user)
    api.leave(alone, userId=ada)
    bulk(api, together, join(ada), join(bob), leave(userId=ada))
    events = [event for event in events_of(api) if event.type != "conversation:create"]
    single, many = ([one for one in events if one.conversation_id == group] for group in (alone, together))
    assert [one.type for one in many] == ["conversation:join", "conversation:join", "conversation:leave"]
    for one, other in zip(single, many, strict=True):
        assert one.payload | {"conversation": None} == other.payload | {"conversation": None}
        assert (one.type, one.user_id) == (other.type, other.user_id)


def test_the_limit_is_exact(other: Caller) -> None:
    """On this server, a group has at most 3 participants; leaves make room for later items."""
    users = [other.new_user() for _ in range(5)]
    group = other.new_group(users[0])
    items = [join(user) for user in users]
    results = bulk(other, group, *items, leave(userId=users[0]), join(users[4])).json()["results"]
    assert [one["status"] for one in results] == [201, 201, 201, 400, 400, 200, 201]
    assert results[3]["errors"] == results[4]["errors"] == FULL
    assert [one["userId"] for one in other.participants(group)] == [users[1], users[2], users[4]]


def test_a_thousand_items(api: Caller) -> None:
    """A request may have up to 1,000 items, and the same user may join and leave repeatedly."""
    users = [api.new_user() for _ in range(10)]
    group = api.new_group()
    rounds = [one for _ in range(50) for one in (*map(join, users), *(leave(userId=user) for user in users))]
    answer = bulk(api, group, *rounds)
    assert answer.json()["counts"] == {"joined": 500, "left": 500, "unchanged": 0, "refused": 0}
    assert api.participants(group) == []
    joined = [one["participant"]["id"] for one in answer.json()["results"] if "participant" in one]
    assert joined == sorted(set(joined))
    assert types_of(api) == {"conversation:create": 1, "conversation:join": 500, "conversation:leave": 500}
    assert titles_of(bulk(api, group, *rounds, join(users[0]))) == [".items: should not have more than 1000 items"]


@pytest.mark.one_engine
def test_long_external_ids_fit(api: Caller) -> None:
    """The body is limited to 1 MB, ten times the limit of other requests."""
    name = "ü" * 900
    ada, group = api.new_user(name), api.new_group()
    items = [{"type": "join", "userExternalId": name, "subscribeSDKClient": False}] * 400
    assert len(str(items)) > 300_000
    counts = bulk(api, group, *items).json()["counts"]
    assert (counts["joined"], counts["unchanged"]) == (1, 399)
    assert [one["userId"] for one in api.participants(group)] == [ada]
    large = bulk(api, group, *items, *items)
    assert error_of(large) == (413, "payload_too_large", "Request body is limited to 1 MB in size")


def test_atomic_changes_everything_or_nothing(api: Caller) -> None:
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group(bob)
    before, events = api.participants(group), types_of(api)
    refused = bulk(api, group, join(ada, subscribeSDKClient=True), leave(userId=bob), join(UNKNOWN), atomic=True)
    assert error_of(refused) == (404, "user_not_found", "items[2]: User not found")
    assert api.participants(group) == before
    assert types_of(api) == events
    done = bulk(api, group, join(ada), leave(userId=bob), atomic=True)
    assert done.json()["counts"] == {"joined": 1, "left": 1, "unchanged": 0, "refused": 0}
    assert [one["userId"] for one in api.participants(group)] == [ada]


def test_atomic_counts_leaves_before_joins(other: Caller) -> None:
    users = [other.new_user() for _ in range(4)]
    group = other.new_group(*users[:3])
    refused = bulk(other, group, join(users[3]), leave(userId=users[0]), atomic=True)
    assert error_of(refused) == (400, "bad_request", "items[0]: Too many participants")
    assert bulk(other, group, leave(userId=users[0]), join(users[3]), atomic=True).status_code == 200
    assert [one["userId"] for one in other.participants(group)] == users[1:]


@pytest.mark.parametrize("atomic", [False, True])
def test_only_groups_are_accepted(api: Caller, atomic: bool) -> None:
    """The error is that of the request, not of an item."""
    ada = api.new_user()
    personal = api.new_personal(ada)
    assert error_of(bulk(api, UNKNOWN, join(ada), atomic=atomic)) == NO_CONVERSATION
    assert error_of(bulk(api, personal, leave(userId=ada), atomic=atomic)) == NO_GROUP


@pytest.mark.one_engine
def test_invalid_items(api: Caller) -> None:
    ada, group = api.new_user(), api.new_group()
    valid = join(ada)
    assert titles_of(bulk(api, group)) == [".items: should not have fewer than 1 items"]
    assert titles_of(bulk(api, group, valid, {"userId": ada})) == ["items[1] should have required property 'type'"]
    assert titles_of(bulk(api, group, valid, {"type": "kick", "userId": ada})) == [
        "items[1].type should be equal to one of the allowed values: join, leave"
    ]
    assert titles_of(bulk(api, group, valid, leave())) == [
        "items[1] exactly one of userId, userExternalId, participantId is required, none given"
    ]
    assert titles_of(bulk(api, group, {"type": "join", "userId": ada})) == [
        "items[0] should have required property 'subscribeSDKClient'"
    ]
    assert titles_of(bulk(api, group, valid, atomic="yes")) == ["atomic should be boolean"]
    assert api.participants(group) == []
