"""Creating, reading, changing and deleting conversations. The rules are in docs/behaviour.md."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.api.event_records import event_types, events_of
from tests.harness import Caller, error_of, new_app, titles_of

UNKNOWN = "0123456789abcdef01234567"
NO_CONVERSATION = (404, "conversation_not_found", "Conversation not found")
NO_USER = (404, "user_not_found", "User not found")
MISSING_SUBSCRIBE = "should have required property 'subscribeSDKClient'"
ID = re.compile(r"[0-9a-f]{24}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
SHOWN = {
    "displayName": "Crew",
    "description": "Everybody aboard",
    "iconUrl": "https://example.invalid/crew.png",
    "metadata": {"lang": "en", "size": 3},
}


def create(caller: Caller, type: str, *participants: Any, **body: Any) -> httpx.Response:
    """Try to create a conversation."""
    return caller("POST", "/conversations", {"type": type, "participants": list(participants), **body})


def new_personal(caller: Caller, user_id: str) -> Any:
    """A personal conversation of the user."""
    return create(caller, "personal", {"userId": user_id}).json()["conversation"]


def test_create_group(api: Caller) -> None:
    """201; participants is optional; unset fields are left out, never null."""
    answer = api("POST", "/conversations", {"type": "sdkGroup"})
    assert answer.status_code == 201
    group = answer.json()["conversation"]
    assert ID.fullmatch(group["id"])
    assert TIME.fullmatch(group["createdAt"])
    times = {"createdAt": group["createdAt"], "lastUpdatedAt": group["createdAt"]}
    assert group == {"id": group["id"], "type": "sdkGroup", "isDefault": False, **times}
    assert api.ok("GET", f"/conversations/{group['id']}") == {"conversation": group}
    assert api.participants(group["id"]) == []


def test_create_with_everything(api: Caller) -> None:
    """CreateConversation and GetConversation return the given values."""
    group = create(api, "sdkGroup", **SHOWN).json()["conversation"]
    assert {key: group[key] for key in SHOWN} == SHOWN
    assert api.ok("GET", f"/conversations/{group['id']}") == {"conversation": group}


def test_create_with_nulls(api: Caller) -> None:
    """On create null means absent for every nullable field, and unknown keys are ignored (`minSize` and the like)."""
    nulls = dict.fromkeys((*SHOWN, "participants"))
    body = {"type": "sdkGroup", **nulls, "minSize": 0, "includeFullUser": False, "id": UNKNOWN}
    group = api.ok("POST", "/conversations", body)["conversation"]
    assert set(group) == {"id", "type", "isDefault", "createdAt", "lastUpdatedAt"}
    assert group["id"] != UNKNOWN


@pytest.mark.parametrize("count", [1, 10])
def test_create_group_with_participants(api: Caller, count: int) -> None:
    """Up to 10 participants, named by id or external id, in the order given."""
    users = [api.new_user(f"user {number}") for number in range(count)]
    named = [{"userId": users[0]}, *({"userExternalId": f"user {number}"} for number in range(1, count))]
    answer = create(api, "sdkGroup", *({**one, "subscribeSDKClient": False} for one in named))
    assert answer.status_code == 201
    assert "participants" not in answer.json()["conversation"]
    listed = api.participants(answer.json()["conversation"]["id"])
    assert [one["userId"] for one in listed] == users
    assert [one["userExternalId"] for one in listed] == [f"user {number}" for number in range(count)]


def test_eleven_participants(api: Caller) -> None:
    """More than 10 entries are refused, even if they name fewer users (participants.11)."""
    one = {"userId": api.new_user(), "subscribeSDKClient": True}
    assert titles_of(create(api, "sdkGroup", *[one] * 11)) == [".participants: should not have more than 10 items"]
    assert create(api, "sdkGroup", *[one] * 10).status_code == 201


def test_create_personal(api: Caller) -> None:
    """Exactly one participant, for whom subscribeSDKClient is optional."""
    ada = api.new_user("ada")
    personal = new_personal(api, ada)
    assert set(personal) == {"id", "type", "isDefault", "createdAt", "lastUpdatedAt"}
    assert personal["type"] == "personal"
    (participant,) = api.participants(personal["id"])
    assert (participant["userId"], participant["clientAssociations"]) == (ada, [])


def test_create_personal_with_sdk_client(api: Caller) -> None:
    """subscribeSDKClient also works for personal conversations."""
    answer = create(api, "personal", {"userId": api.new_user(), "subscribeSDKClient": True})
    (participant,) = api.participants(answer.json()["conversation"]["id"])
    assert [one["type"] for one in participant["clientAssociations"]] == ["sdk"]


@pytest.mark.parametrize("count", [0, 2])
def test_personal_with_none_or_two(api: Caller, count: int) -> None:
    """A personal conversation has exactly one user."""
    (title,) = titles_of(create(api, "personal", *({"userId": api.new_user()} for _ in range(count))))
    assert title.startswith("participants ")


@pytest.mark.parametrize("body", [{"type": "personal"}, {"type": "personal", "participants": None}])
def test_personal_without_participants(api: Caller, body: dict[str, Any]) -> None:
    """participants is required for a personal conversation."""
    (title,) = titles_of(api("POST", "/conversations", body))
    assert title.startswith("participants ")


def test_missing_type(api: Caller) -> None:
    """The type is required."""
    assert titles_of(api("POST", "/conversations", {})) == ["should have required property 'type'"]
    assert titles_of(api("POST", "/conversations", {"type": None})) == ["type should not be null"]


def test_unknown_type(api: Caller) -> None:
    """There are two types."""
    (title,) = titles_of(create(api, "group"))
    assert title == "type should be equal to one of the allowed values: personal, sdkGroup"


@pytest.mark.parametrize("who", [{"userId": UNKNOWN, "userExternalId": "ada"}, {}])
@pytest.mark.parametrize("type", ["personal", "sdkGroup"])
def test_exactly_one_id(api: Caller, type: str, who: dict[str, str]) -> None:
    """Both ids, or neither, in one participant: the title names the participant."""
    (title,) = titles_of(create(api, type, {**who, "subscribeSDKClient": True}))
    assert title.startswith("participants[0] exactly one of userId, userExternalId")


@pytest.mark.parametrize("given", [{}, {"subscribeSDKClient": None}])
def test_subscribe_is_required_for_groups(api: Caller, given: dict[str, None]) -> None:
    """participants.6: the title names the participant."""
    users = [api.new_user(), api.new_user()]
    answer = create(api, "sdkGroup", {"userId": users[0], "subscribeSDKClient": True}, {"userId": users[1], **given})
    assert titles_of(answer) == [f"participants[1] {MISSING_SUBSCRIBE}"]


def test_subscribe_not_required_by_the_setting(other: Caller) -> None:
    """participants.6: with the setting off."""
    answer = create(other, "sdkGroup", {"userId": other.new_user()})
    assert answer.status_code == 201
    assert other.participants(answer.json()["conversation"]["id"])[0]["clientAssociations"] == []


def test_null_entries(api: Caller) -> None:
    """Python client 17.0.1 sends null for dicts; the 400 names each null entry."""
    one = {"userId": api.new_user(), "subscribeSDKClient": True}
    answer = create(api, "sdkGroup", None, one, None)
    assert titles_of(answer) == ["participants[0] should not be null", "participants[2] should not be null"]


def test_several_violations(api: Caller) -> None:
    """requests.3: an error for each violation, of single fields and of rules between fields."""
    wrong = create(api, "x", {"userId": 1}, displayName="", iconUrl="crew.png", metadata={"a": []})
    titles = titles_of(wrong)
    assert titles[:3] == [
        "type should be equal to one of the allowed values: personal, sdkGroup",
        "participants[0].userId should be string",
        "displayName should NOT be shorter than 1 characters",
    ]
    assert titles[3].startswith("iconUrl should match")
    assert titles[4:] == ["metadata.a should be string or number or boolean"]
    assert len(titles_of(create(api, "sdkGroup", {}, {}))) == 4


def test_same_user_twice(api: Caller) -> None:
    """participants.11: a user who is named twice, by either id, is added once, and subscribed if any entry says so."""
    ada, bob = api.new_user("ada"), api.new_user()
    named = [({"userId": ada}, False), ({"userId": bob}, False), ({"userExternalId": "ada"}, True)]
    answer = create(api, "sdkGroup", *({**who, "subscribeSDKClient": subscribe} for who, subscribe in named))
    assert answer.status_code == 201
    listed = api.participants(answer.json()["conversation"]["id"])
    assert [one["userId"] for one in listed] == [ada, bob]
    assert [len(one["clientAssociations"]) for one in listed] == [1, 0]
    api.leave(answer.json()["conversation"]["id"], userId=ada)
    assert len(api.participants(answer.json()["conversation"]["id"])) == 1


@pytest.mark.parametrize("who", [{"userId": UNKNOWN}, {"userExternalId": "nobody"}, {"userId": "ada"}])
def test_unknown_participant(api: Caller, who: dict[str, str]) -> None:
    """404, and nothing is created."""
    ada = {"userId": api.new_user("ada"), "subscribeSDKClient": True}
    assert error_of(create(api, "sdkGroup", ada, {**who, "subscribeSDKClient": True})) == NO_USER
    assert events_of(api) == []


def test_participant_of_another_app(api: Caller, account: Caller) -> None:
    """Another app's user does not exist here."""
    assert error_of(create(api, "personal", {"userId": new_app(account).new_user()})) == NO_USER


def test_creation_of_a_group_is_one_event(api: Caller) -> None:
    """participants.10: no `conversation:join` for the initial participants, and no user in the payload."""
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group(ada, bob, metadata={"a": 1}, displayName="Crew")
    (event,) = events_of(api)
    assert (event.type, event.conversation_id) == ("conversation:create", group)
    assert event.payload == {
        "conversation": {"id": group, "type": "sdkGroup", "metadata": {"a": 1}},
        "creationReason": "none",
        "source": {"type": "api"},
    }


def test_creation_of_a_personal_conversation_is_one_event(api: Caller) -> None:
    """participants.10: for a personal conversation, the payload contains the user."""
    ada = api.new_user("ada")
    personal = new_personal(api, ada)["id"]
    (event,) = events_of(api)
    assert (event.type, event.conversation_id, event.user_id) == ("conversation:create", personal, ada)
    assert event.payload["conversation"] == {"id": personal, "type": "personal"}
    assert event.payload["user"] == {"id": ada, "authenticated": False, "externalId": "ada"}


def test_creation_mints_sdk_clients(api: Caller) -> None:
    """participants.12: each new SDK client has a `client:add` event."""
    members = [{"userId": api.new_user(), "subscribeSDKClient": True} for _ in range(2)]
    assert create(api, "sdkGroup", *members).status_code == 201
    assert sorted(event_types(api)) == ["client:add", "client:add", "conversation:create"]


def test_is_default(api: Caller) -> None:
    """True only for the user's first personal conversation, and never for a group."""
    ada, bob = api.new_user(), api.new_user()
    group = api.new_group(ada)
    shown = [new_personal(api, user) for user in (ada, ada, bob)]
    assert [one["isDefault"] for one in shown] == [True, False, True]
    ids = [group, *(one["id"] for one in shown)]
    read = [api.ok("GET", f"/conversations/{one}")["conversation"]["isDefault"] for one in ids]
    assert read == [False, True, False, True]


def test_ids_ascend(api: Caller) -> None:
    """Ids are in the order of creation."""
    ids = [api.new_group() for _ in range(20)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("conversation", [UNKNOWN, "nothing", "%00"])
def test_unknown(api: Caller, account: Caller, method: str, conversation: str) -> None:
    """requests.2: a malformed id is an unknown id, and so is the id of another app's conversation."""
    body: Any = {} if method == "PATCH" else None
    for one in (conversation, new_app(account).new_group()):
        assert error_of(api(method, f"/conversations/{one}", body)) == NO_CONVERSATION


def test_delete_group(api: Caller) -> None:
    """conversations.1: its participants are deleted; the only event is `conversation:remove`; later calls are 404."""
    ada = api.new_user()
    group = api.new_group(ada, metadata={"a": 1})
    answer = api("DELETE", f"/conversations/{group}")
    assert answer.status_code == 200
    assert answer.json() == {}
    for method, verb in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/participants")]:
        empty: Any = {} if method == "PATCH" else None
        assert error_of(api(method, f"/conversations/{group}{verb}", empty)) == NO_CONVERSATION
    for verb in ("join", "leave"):
        body = {"userId": ada, "subscribeSDKClient": True}
        assert error_of(api("POST", f"/conversations/{group}/{verb}", body)) == NO_CONVERSATION
    assert api.ok("GET", "/conversations", params={"filter[userId]": ada})["conversations"] == []
    _, removed = events_of(api)
    assert (removed.type, removed.conversation_id) == ("conversation:remove", group)
    assert removed.payload == {"conversation": {"id": group, "type": "sdkGroup", "metadata": {"a": 1}}}


def test_delete_personal(api: Caller) -> None:
    """The default conversation cannot be deleted, with the title of the API document; another one can."""
    ada = api.new_user()
    default, second = new_personal(api, ada)["id"], new_personal(api, ada)["id"]
    title = f"Conversation {default} cannot be deleted because it is the default."
    assert error_of(api("DELETE", f"/conversations/{default}")) == (400, "bad_request", title)
    assert len(api.participants(default)) == 1
    assert api.ok("DELETE", f"/conversations/{second}") == {}
    assert error_of(api("GET", f"/conversations/{second}")) == NO_CONVERSATION
    assert new_personal(api, ada)["isDefault"] is False
