"""LeaveConversation. The rules are in docs/behaviour.md."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.event_records import event_types, events_of
from tests.harness import Caller, error_of, new_app

UNKNOWN = "0123456789abcdef01234567"
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
NO_USER = (404, "user_not_found", "User not found")
NO_MEMBER = (404, "not_found", "User is not a member of the conversation")
RACERS = 12


def leave(caller: Caller, conversation_id: str, **body: Any) -> httpx.Response:
    """Try to leave."""
    return caller("POST", f"/conversations/{conversation_id}/leave", body)


@pytest.mark.parametrize("key", ["userId", "userExternalId", "participantId"])
def test_leaving(api: Caller, key: str) -> None:
    """Each of the three ids is accepted; the official clients need a 200 with an empty JSON object."""
    ada, bob, group = api.new_user("ada"), api.new_user(), api.new_group()
    participant, stays = api.join(group, ada), api.join(group, bob)
    ids = {"userId": ada, "userExternalId": "ada", "participantId": participant["id"]}
    answer = leave(api, group, **{key: ids[key]})
    assert answer.status_code == 200
    assert answer.json() == {}
    assert answer.headers["content-type"] == "application/json"
    assert api.participants(group) == [stays]


def test_nulls_and_unknown_keys(api: Caller) -> None:
    """requests.4: nulls count as absent, and unknown keys are ignored."""
    ada, group = api.new_user(), api.new_group()
    api.join(group, ada)
    answer = leave(api, group, userId=ada, userExternalId=None, participantId=None, subscribeSDKClient=3, x=[])
    assert answer.status_code == 200
    assert api.participants(group) == []


def test_leave_writes_one_event(api: Caller) -> None:
    """The payload of `conversation:leave` contains the conversation and the user, and nothing else."""
    ada, group = api.new_user("ada"), api.new_group()
    api.join(group, ada)
    api.leave(group, userId=ada)
    assert leave(api, group, userId=ada).status_code == 404
    *_, joined, left = events_of(api)
    assert joined.type == "conversation:join"
    assert (left.type, left.conversation_id, left.user_id) == ("conversation:leave", group, ada)
    assert left.payload == {
        "conversation": {"id": group, "type": "sdkGroup"},
        "user": {"id": ada, "authenticated": False, "externalId": "ada"},
    }


def test_leaving_keeps_the_sdk_client(api: Caller) -> None:
    """The client belongs to the user and not to the participant: the next join uses it again."""
    ada, group = api.new_user(), api.new_group()
    before = api.join(group, ada, subscribe=True)["clientAssociations"]
    api.leave(group, userId=ada)
    assert [one["id"] for one in api.ok("GET", f"/users/{ada}/clients")["clients"]] == [before[0]["clientId"]]
    assert api.join(group, ada, subscribe=True)["clientAssociations"] == before


def test_last_participant_leaves(api: Caller) -> None:
    """participants.15: the conversation stays, empty, and can be joined again."""
    ada, group = api.new_user(), api.new_group()
    api.join(group, ada)
    before = api.ok("GET", f"/conversations/{group}")
    api.leave(group, userId=ada)
    assert api.ok("GET", f"/conversations/{group}") == before
    listed = api.ok("GET", f"/conversations/{group}/participants")
    assert listed == {"participants": [], "meta": {"hasMore": False}}
    api.join(group, ada)
    assert len(api.participants(group)) == 1


def test_member_from_creation_leaves(api: Caller) -> None:
    """Initial participants can leave too."""
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group(ada, bob)
    api.leave(group, userId=ada)
    assert [one["userId"] for one in api.participants(group)] == [bob]
    assert api.ok("GET", "/conversations", params={"filter[userId]": ada})["conversations"] == []


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["userId", "userExternalId"],
        ["userId", "participantId"],
        ["userExternalId", "participantId"],
        ["userId", "userExternalId", "participantId"],
    ],
)
def test_exactly_one_id(api: Caller, keys: list[str]) -> None:
    """participants.13: none or several of the three ids is a 400 whose title names the rule, even if they agree."""
    ada, group = api.new_user("ada"), api.new_group()
    participant = api.join(group, ada)
    ids = {"userId": ada, "userExternalId": "ada", "participantId": participant["id"]}
    status, code, title = error_of(leave(api, group, **{key: ids[key] for key in keys}))
    assert (status, code) == (400, "bad_request")
    assert "exactly one of userId, userExternalId, participantId" in title
    assert api.participants(group) == [participant]


def test_only_nulls(api: Caller) -> None:
    """requests.4, participants.13: null counts as absent, so three nulls are no id."""
    answer = leave(api, api.new_group(), userId=None, userExternalId=None, participantId=None)
    assert error_of(answer)[:2] == (400, "bad_request")


def test_wrong_types(api: Caller) -> None:
    """requests.3: an error for each violation."""
    answer = leave(api, api.new_group(), userId=1, userExternalId={}, participantId=False)
    assert answer.status_code == 400
    titles = [f"{name} should be string" for name in ("userId", "userExternalId", "participantId")]
    titles.append("exactly one of userId, userExternalId, participantId is required, 3 given")
    assert answer.json() == {"errors": [{"code": "bad_request", "title": title} for title in titles]}


@pytest.mark.parametrize("who", [{"userId": UNKNOWN}, {"userId": "nobody"}, {"userExternalId": "nobody"}])
def test_unknown_user(api: Caller, who: dict[str, str]) -> None:
    """participants.14."""
    assert error_of(leave(api, api.new_group(), **who)) == NO_USER


@pytest.mark.parametrize("who", ["userId", "userExternalId"])
def test_not_a_member(api: Caller, who: str) -> None:
    """participants.14: a user who is only in another conversation."""
    ada = api.new_user("ada")
    api.new_group(ada)
    assert error_of(leave(api, api.new_group(), **{who: ada if who == "userId" else "ada"})) == NO_MEMBER


@pytest.mark.parametrize("participant", [UNKNOWN, "nobody", ""])
def test_unknown_participant(api: Caller, participant: str) -> None:
    """participants.14."""
    assert error_of(leave(api, api.new_group(), participantId=participant)) == NO_MEMBER


def test_participant_of_another_conversation(api: Caller) -> None:
    """participants.14: a participant id is valid in its own conversation only, even if the user is a member of both."""
    ada = api.new_user()
    here, there = api.new_group(ada), api.new_group(ada)
    (elsewhere,) = api.participants(there)
    assert error_of(leave(api, here, participantId=elsewhere["id"])) == NO_MEMBER
    assert len(api.participants(here)) == len(api.participants(there)) == 1


def test_user_id_is_not_a_participant_id(api: Caller) -> None:
    """participants.14: the id of the member's user, given as a participant id."""
    ada = api.new_user()
    group = api.new_group(ada)
    assert error_of(leave(api, group, participantId=ada)) == NO_MEMBER
    assert len(api.participants(group)) == 1


@pytest.mark.parametrize("key", ["userId", "userExternalId", "participantId"])
def test_leaving_twice(api: Caller, key: str) -> None:
    """participants.14: at the second leave, the user is no longer a member."""
    ada, group = api.new_user("ada"), api.new_group()
    ids = {"userId": ada, "userExternalId": "ada", "participantId": api.join(group, ada)["id"]}
    api.leave(group, userId=ada)
    assert error_of(leave(api, group, **{key: ids[key]})) == NO_MEMBER


def test_former_participant_id(api: Caller) -> None:
    """participants.9, participants.14: rejoining creates a new participant; the former id is unknown."""
    ada, group = api.new_user(), api.new_group()
    former = api.join(group, ada)["id"]
    api.leave(group, participantId=former)
    present = api.join(group, ada)
    assert error_of(leave(api, group, participantId=former)) == NO_MEMBER
    assert api.participants(group) == [present]


def test_leaves_race(api: Caller) -> None:
    """participants.14: exactly one of several concurrent leaves succeeds, with one event."""
    ada, group = api.new_user(), api.new_group()
    api.join(group, ada)
    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(lambda _: leave(api, group, userId=ada), range(RACERS)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * (RACERS - 1)
    assert {error_of(answer) for answer in answers if answer.status_code == 404} == {NO_MEMBER}
    assert event_types(api).count("conversation:leave") == 1


@pytest.mark.parametrize("key", ["userId", "userExternalId", "participantId"])
@pytest.mark.parametrize("conversation", [UNKNOWN, "nothing"])
def test_unknown_conversation(api: Caller, conversation: str, key: str) -> None:
    """requests.2: a malformed id is an unknown id."""
    api.new_user("ada")
    assert error_of(leave(api, conversation, **{key: "ada"})) == NO_CONVERSATION


def test_conversation_of_another_app(api: Caller, account: Caller) -> None:
    """Another app's conversation does not exist here, and its members stay."""
    there = new_app(account)
    ada = there.new_user("ada")
    group = there.new_group(ada)
    assert error_of(leave(api, group, userId=ada)) == NO_CONVERSATION
    assert len(there.participants(group)) == 1


@pytest.mark.parametrize("key", ["userId", "participantId"])
def test_personal_conversation(api: Caller, key: str) -> None:
    """participants.5: 400; the title says that only sdkGroup is allowed, and nothing changes."""
    ada = api.new_user()
    body = {"type": "personal", "participants": [{"userId": ada}]}
    personal = api.ok("POST", "/conversations", body)["conversation"]["id"]
    (before,) = api.participants(personal)
    status, code, title = error_of(leave(api, personal, **{key: ada if key == "userId" else before["id"]}))
    assert (status, code) == (400, "bad_request")
    assert "sdkGroup" in title
    assert api.participants(personal) == [before]
