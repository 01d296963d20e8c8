"""JoinConversation. The rules are in docs/behaviour.md."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.event_records import event_types, events_of
from tests.harness import Caller, error_of, new_app, titles_of

UNKNOWN = "0123456789abcdef01234567"
MISSING_SUBSCRIBE = "should have required property 'subscribeSDKClient'"
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
NO_USER = (404, "user_not_found", "User not found")
FULL = (400, "bad_request", "Too many participants")
ID = re.compile(r"[0-9a-f]{24}")
RACERS = 12


def join(caller: Caller, conversation_id: str, **body: Any) -> httpx.Response:
    """Try to join."""
    return caller("POST", f"/conversations/{conversation_id}/join", body)


def test_first_join(api: Caller) -> None:
    """The official clients need a 201 with JSON. Unset fields are left out, nothing is unread (messages.5)."""
    ada, group = api.new_user(), api.new_group()
    answer = join(api, group, userId=ada, subscribeSDKClient=False)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    participant = answer.json()["participant"]
    assert ID.fullmatch(participant["id"])
    assert answer.json() == {
        "participant": {"id": participant["id"], "userId": ada, "unreadCount": 0, "clientAssociations": []}
    }


def test_join_by_external_id(api: Caller) -> None:
    """The participant has the external id of the user, if there is one."""
    ada, group = api.new_user("ada/é +"), api.new_group()
    answer = join(api, group, userExternalId="ada/é +", subscribeSDKClient=False)
    assert answer.status_code == 201
    assert answer.json()["participant"]["userId"] == ada
    assert answer.json()["participant"]["userExternalId"] == "ada/é +"


def test_join_writes_one_event(api: Caller) -> None:
    """The payload of `conversation:join` contains the conversation and the user, and nothing else."""
    ada, group = api.new_user("ada"), api.new_group(metadata={"lang": "en"})
    api.join(group, ada)
    created, joined = events_of(api)
    assert created.type == "conversation:create"
    assert (joined.type, joined.conversation_id, joined.user_id) == ("conversation:join", group, ada)
    assert joined.payload == {
        "conversation": {"id": group, "type": "sdkGroup", "metadata": {"lang": "en"}},
        "user": {"id": ada, "authenticated": False, "externalId": "ada"},
    }


def test_subscribe_mints_one_sdk_client(api: Caller) -> None:
    """participants.12: a new SDK client is reported by client:add with reason sdkLogin; the next join uses it."""
    ada = api.new_user("ada")
    first = api.join(api.new_group(), ada, subscribe=True)
    second = api.join(api.new_group(), ada, subscribe=True)
    (association,) = first["clientAssociations"]
    assert association["type"] == "sdk"
    assert ID.fullmatch(association["clientId"])
    assert second["clientAssociations"] == [association]
    (added,) = [event for event in events_of(api) if event.type == "client:add"]
    assert added.user_id == ada
    assert added.payload["reason"] == "sdkLogin"
    assert added.payload["user"] == {"id": ada, "authenticated": False, "externalId": "ada"}
    assert added.payload["client"]["id"] == association["clientId"]


def test_not_subscribing_with_an_sdk_client(api: Caller) -> None:
    """participants.7: false adds no association, even if the user has an SDK client."""
    ada = api.new_user()
    api.join(api.new_group(), ada, subscribe=True)
    assert api.join(api.new_group(), ada, subscribe=False)["clientAssociations"] == []


def test_joining_twice(api: Caller) -> None:
    """participants.1: 201 with the same participant, its unreadCount kept, and no second event."""
    ada, group = api.new_user("ada"), api.new_group()
    first = api.join(group, ada, subscribe=True)
    for _ in range(4):
        api.say(group)
    again = join(api, group, userExternalId="ada", subscribeSDKClient=True)
    assert again.status_code == 201
    assert again.json() == {"participant": {**first, "unreadCount": 4}}
    assert api.participants(group) == [{**first, "unreadCount": 4}]
    assert event_types(api).count("conversation:join") == 1


def test_joining_twice_adds_the_missing_association(api: Caller) -> None:
    """participants.1: a second join with subscribeSDKClient associates the SDK client."""
    ada, group = api.new_user(), api.new_group()
    first = api.join(group, ada, subscribe=False)
    second = api.join(group, ada, subscribe=True)
    assert second["id"] == first["id"]
    assert [one["type"] for one in second["clientAssociations"]] == ["sdk"]
    assert api.participants(group) == [second]


def test_joining_twice_removes_no_association(api: Caller) -> None:
    """participants.1: the existing participant stays as it is."""
    ada, group = api.new_user(), api.new_group()
    assert api.join(group, ada, subscribe=True) == api.join(group, ada, subscribe=False)


def test_joins_of_one_user_race(api: Caller) -> None:
    """participants.1: exactly one row, one SDK client and one event, however many joins race."""
    ada, group = api.new_user(), api.new_group()
    with ThreadPoolExecutor(RACERS) as pool:
        joined = list(pool.map(lambda _: api.join(group, ada, subscribe=True), range(RACERS)))
    assert joined == [joined[0]] * RACERS
    assert api.participants(group) == [joined[0]]
    assert sorted(event_types(api)) == ["client:add", "conversation:create", "conversation:join"]


def test_limit(other: Caller) -> None:
    """participants.2: a join beyond the limit, 3 here, is 400. A member still gets 201 (participants.1, requests.1)."""
    users = [other.new_user() for _ in range(4)]
    group = other.new_group(*users[:3])
    assert error_of(join(other, group, userId=users[3], subscribeSDKClient=True)) == FULL
    assert join(other, group, userId=users[2], subscribeSDKClient=True).status_code == 201
    assert [one["userId"] for one in other.participants(group)] == users[:3]


def test_leaving_makes_room(other: Caller) -> None:
    """participants.2: the limit counts the current participants, without deleted users."""
    users = [other.new_user() for _ in range(5)]
    group = other.new_group(*users[:3])
    other.leave(group, userId=users[0])
    other.join(group, users[3])
    other.ok("DELETE", f"/users/{users[1]}")
    other.join(group, users[4])
    assert [one["userId"] for one in other.participants(group)] == [users[2], users[3], users[4]]


def test_limit_on_creation(other: Caller) -> None:
    """participants.2: a conversation cannot be created beyond the limit either."""
    members = [{"userId": other.new_user()} for _ in range(4)]
    assert error_of(other("POST", "/conversations", {"type": "sdkGroup", "participants": members})) == FULL


def test_limit_under_a_race(other: Caller) -> None:
    """participants.2: concurrent joins never exceed the limit."""
    users, group = [other.new_user() for _ in range(RACERS)], other.new_group()
    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(lambda user: join(other, group, userId=user, subscribeSDKClient=True), users))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [400] * (RACERS - 3)
    assert {error_of(answer) for answer in answers if answer.status_code == 400} == {FULL}
    assert len(other.participants(group)) == 3


@pytest.mark.parametrize(
    "who",
    [
        pytest.param({"userId": UNKNOWN, "userExternalId": "ada"}, id="both"),
        pytest.param({}, id="neither"),
        pytest.param({"userId": None}, id="null"),
        pytest.param({"userId": None, "userExternalId": None}, id="nulls"),
    ],
)
def test_exactly_one_id(api: Caller, who: dict[str, Any]) -> None:
    """participants.3: both ids or neither is a 400 whose title names the rule; null counts as absent."""
    api.new_user("ada")
    group = api.new_group()
    (title,) = titles_of(join(api, group, **who, subscribeSDKClient=True))
    assert "exactly one of userId, userExternalId" in title
    assert api.participants(group) == []


def test_null_for_the_other_id(api: Caller) -> None:
    """requests.4: explicit nulls for optional keys are accepted."""
    ada, group = api.new_user("ada"), api.new_group()
    assert join(api, group, userId=ada, userExternalId=None, subscribeSDKClient=True).status_code == 201
    assert join(api, group, userId=None, userExternalId="ada", subscribeSDKClient=True).status_code == 201


@pytest.mark.parametrize("who", [{"userId": UNKNOWN}, {"userId": "nobody"}, {"userExternalId": "nobody"}])
def test_unknown_user(api: Caller, who: dict[str, str]) -> None:
    """participants.4."""
    assert error_of(join(api, api.new_group(), **who, subscribeSDKClient=True)) == NO_USER


def test_user_of_another_app(api: Caller, account: Caller) -> None:
    """participants.4: another app's user is unknown by either id."""
    stranger, group = new_app(account).new_user("ada"), api.new_group()
    assert error_of(join(api, group, userId=stranger, subscribeSDKClient=True)) == NO_USER
    assert error_of(join(api, group, userExternalId="ada", subscribeSDKClient=True)) == NO_USER


@pytest.mark.parametrize("key", ["userId", "userExternalId"])
def test_ids_are_not_mixed_up(api: Caller, key: str) -> None:
    """participants.4: an external id is not accepted as a user id, nor the other way round."""
    ada = api.new_user("ada")
    who = {key: "ada" if key == "userId" else ada}
    assert error_of(join(api, api.new_group(), **who, subscribeSDKClient=True)) == NO_USER


@pytest.mark.parametrize("conversation", [UNKNOWN, "nothing", "%00", "..%2F.."])
def test_unknown_conversation(api: Caller, conversation: str) -> None:
    """requests.2: a malformed id is an unknown id."""
    assert error_of(join(api, conversation, userId=api.new_user(), subscribeSDKClient=True)) == NO_CONVERSATION


def test_conversation_of_another_app(api: Caller, account: Caller) -> None:
    """Another app's conversation does not exist here."""
    group = new_app(account).new_group()
    assert error_of(join(api, group, userId=api.new_user(), subscribeSDKClient=True)) == NO_CONVERSATION


def test_personal_conversation(api: Caller) -> None:
    """participants.5: 400; the title says that only sdkGroup is allowed, and nothing changes."""
    ada, bob = api.new_user(), api.new_user()
    personal = api.new_personal(ada)
    (title,) = titles_of(join(api, personal, userId=bob, subscribeSDKClient=True))
    assert "sdkGroup" in title
    assert [one["userId"] for one in api.participants(personal)] == [ada]


@pytest.mark.parametrize("given", [{}, {"subscribeSDKClient": None}])
def test_subscribe_is_required(api: Caller, given: dict[str, None]) -> None:
    """participants.6: missing or null is a 400 with the title of the API document's validator."""
    group = api.new_group()
    assert titles_of(join(api, group, userId=api.new_user(), **given)) == [MISSING_SUBSCRIBE]
    assert api.participants(group) == []


def test_subscribe_not_required_by_the_setting(other: Caller) -> None:
    """participants.6: with the setting off, it defaults to false."""
    answer = join(other, other.new_group(), userId=other.new_user())
    assert answer.status_code == 201
    assert answer.json()["participant"]["clientAssociations"] == []


def test_order_of_joining(api: Caller) -> None:
    """participants.8: participants are in the order of joining, which is that of their ids."""
    users, group = [api.new_user() for _ in range(4)], api.new_group()
    users = [users[2], users[0], users[3], users[1]]
    joined = [api.join(group, user)["id"] for user in users]
    assert [one["userId"] for one in api.participants(group)] == users
    assert joined == sorted(joined)


def test_joining_again_after_leaving(api: Caller) -> None:
    """participants.9: creates a new participant, with a new id, at the end, without unread messages and lastRead."""
    ada, group = api.new_user(), api.new_group()
    first = api.join(group, ada)
    bob = api.join(group, api.new_user())
    api.say(group)
    api.read(group, userId=ada)
    api.say(group)
    before = api.participants(group)[0]
    assert before == {**first, "unreadCount": 1, "lastRead": before["lastRead"]}
    api.leave(group, userId=ada)
    second = api.join(group, ada)
    assert second == {"id": second["id"], "userId": ada, "unreadCount": 0, "clientAssociations": []}
    assert second["id"] > bob["id"]
    assert api.participants(group) == [{**bob, "unreadCount": 2}, second]


def test_a_joiner_has_nothing_unread(api: Caller) -> None:
    """messages.5: earlier messages are unread for the participants of that time, not for a later joiner."""
    early, group = api.new_user(), api.new_group()
    api.join(group, early)
    api.say(group)
    api.say(group)
    assert api.join(group, api.new_user())["unreadCount"] == 0
    assert [one["unreadCount"] for one in api.participants(group)] == [2, 0]


def test_unknown_keys_are_ignored(api: Caller) -> None:
    """requests.4: including the names of fields of other types."""
    extras = {"id": UNKNOWN, "unreadCount": 9, "includeFullUser": False, "participantId": UNKNOWN, "": [None]}
    answer = join(api, api.new_group(), userId=api.new_user(), subscribeSDKClient=False, **extras)
    assert answer.status_code == 201
    assert answer.json()["participant"]["unreadCount"] == 0


def test_several_violations(api: Caller) -> None:
    """requests.3: an error for each violation."""
    group = api.new_group()
    first, second = titles_of(join(api, group))
    assert "exactly one of userId, userExternalId" in first
    assert second == MISSING_SUBSCRIBE
    wrong = join(api, group, userId=5, userExternalId=["ada"], subscribeSDKClient="yes")
    assert titles_of(wrong) == [
        "userId should be string",
        "userExternalId should be string",
        "subscribeSDKClient should be boolean",
        "exactly one of userId, userExternalId is required, 2 given",
    ]


def test_violations_of_both_kinds(api: Caller) -> None:
    """requests.3: a wrong type does not hide a missing field."""
    titles = titles_of(join(api, api.new_group(), userId=5))
    assert sorted(titles) == [MISSING_SUBSCRIBE, "userId should be string"]


def test_empty_body(api: Caller) -> None:
    """An empty object breaks both rules."""
    answer = api("POST", f"/conversations/{api.new_group()}/join", {})
    assert len(titles_of(answer)) == 2


def test_refusal_leaves_nothing_behind(other: Caller) -> None:
    """participants.2: a refused join leaves no event and no SDK client behind."""
    users = [other.new_user() for _ in range(4)]
    group = other.new_group(*users[:3])
    assert error_of(join(other, group, userId=users[3], subscribeSDKClient=True)) == FULL
    assert event_types(other) == ["conversation:create"]
    assert other.ok("GET", f"/users/{users[3]}/clients")["clients"] == []
