"""Joining, listing and leaving with every official client: behaviour that all of them have."""

from __future__ import annotations

import jwt
import pytest

from tests.compat.official import COMPAT, Official
from tests.harness import Caller, Sandbox

UNKNOWN = "0" * 24


@pytest.fixture
def ada(api: Caller) -> str:
    """A user with an external id that must be escaped in URLs."""
    return api.new_user("ada 1/é")


@pytest.fixture
def group(api: Caller) -> str:
    """An empty group."""
    return api.new_group()


def token(api: Caller) -> str:
    """A JWT for the app, signed with its key as the API documents it."""
    assert api.auth is not None
    key_id, secret = api.auth
    return jwt.encode({"scope": "app"}, secret, algorithm="HS256", headers={"kid": key_id})


def round_trip(client: Official, api: Caller, user_id: str, group: str) -> None:
    """Join, list and leave."""
    joined = client.ok("join", conversationId=group, body={"userId": user_id, "subscribeSDKClient": True})
    listed = client.ok("list_participants", conversationId=group)
    assert listed["participants"] == [joined["participant"]]
    client.ok("leave", conversationId=group, body={"userId": user_id})
    assert api.participants(group) == []


def test_release(client: Official) -> None:
    _, release = client.name.split()
    assert client.ok("version") == release


def test_create_conversation(client: Official, api: Caller, ada: str) -> None:
    bob = api.new_user("bob")
    made = client.ok(
        "create_conversation",
        type="sdkGroup",
        displayName="Été",
        participants=[
            {"userId": ada, "subscribeSDKClient": True},
            {"userExternalId": "bob", "subscribeSDKClient": False},
        ],
    )["conversation"]
    assert made["type"] == "sdkGroup"
    assert made["displayName"] == "Été"
    found = api.participants(made["id"])
    assert [(one["userId"], len(one["clientAssociations"])) for one in found] == [(ada, 1), (bob, 0)]


def test_join_by_user_id(client: Official, api: Caller, ada: str, group: str) -> None:
    reply = client.reply("join", conversationId=group, body={"userId": ada, "subscribeSDKClient": False})
    assert reply.sent == [f"POST /v2/apps/{api.app_id}/conversations/{group}/join 201"]
    joined = reply.value["participant"]
    assert joined == {
        "id": joined["id"],
        "userId": ada,
        "userExternalId": "ada 1/é",
        "unreadCount": 0,
        "clientAssociations": [],
    }
    assert api.participants(group) == [joined]


def test_join_by_external_id_with_sdk_client(client: Official, api: Caller, ada: str, group: str) -> None:
    body = {"userExternalId": "ada 1/é", "subscribeSDKClient": True}
    joined = client.ok("join", conversationId=group, body=body)["participant"]
    assert joined["userId"] == ada
    assert [one["type"] for one in joined["clientAssociations"]] == ["sdk"]
    assert api.participants(group) == [joined]


def test_join_twice(client: Official, api: Caller, ada: str, group: str) -> None:
    body = {"userId": ada, "subscribeSDKClient": False}
    first = client.ok("join", conversationId=group, body=body)
    assert client.ok("join", conversationId=group, body=body) == first
    assert api.participants(group) == [first["participant"]]


def test_list(client: Official, api: Caller, group: str) -> None:
    assert client.ok("list_participants", conversationId=group) == {"participants": [], "meta": {"hasMore": False}}
    for number in range(3):
        api.join(group, api.new_user(f"user {number}"), subscribe=number == 1)
    reply = client.reply("list_participants", conversationId=group)
    assert reply.sent == [f"GET /v2/apps/{api.app_id}/conversations/{group}/participants 200"]
    assert reply.value == api.ok("GET", f"/conversations/{group}/participants")
    assert [one["userExternalId"] for one in reply.value["participants"]] == ["user 0", "user 1", "user 2"]


@pytest.mark.parametrize("name", ["userId", "userExternalId", "participantId"])
def test_leave(client: Official, api: Caller, ada: str, group: str, name: str) -> None:
    bob = api.new_user("bob")
    joined = api.join(group, ada)
    api.join(group, bob)
    named = {**joined, "participantId": joined["id"]}[name]
    reply = client.reply("leave", conversationId=group, body={name: named})
    assert reply.error is None
    assert reply.sent == [f"POST /v2/apps/{api.app_id}/conversations/{group}/leave 200"]
    assert [one["userId"] for one in api.participants(group)] == [bob]


def test_unknown_user_and_conversation(client: Official, group: str, ada: str) -> None:
    stranger = {"userId": UNKNOWN, "subscribeSDKClient": False}
    assert client.error("join", conversationId=group, body=stranger) == (404, "user_not_found", "User not found")
    assert client.error("leave", conversationId=group, body={"userId": UNKNOWN})[:2] == (404, "user_not_found")
    nowhere = (404, "conversation_not_found", "Conversation not found")
    assert client.error("join", conversationId=UNKNOWN, body={"userId": ada, "subscribeSDKClient": False}) == nowhere
    assert client.error("list_participants", conversationId=UNKNOWN) == nowhere
    assert client.error("leave", conversationId=UNKNOWN, body={"userId": ada}) == nowhere


def test_leave_without_membership(client: Official, api: Caller, ada: str, group: str) -> None:
    refused = (404, "not_found", "User is not a member of the conversation")
    assert client.error("leave", conversationId=group, body={"userId": ada}) == refused
    assert client.error("leave", conversationId=group, body={"participantId": UNKNOWN}) == refused
    left = api.join(group, ada)
    client.ok("leave", conversationId=group, body={"participantId": left["id"]})
    assert client.error("leave", conversationId=group, body={"participantId": left["id"]}) == refused


def test_bodies_that_name_no_user_or_too_many(client: Official, api: Caller, ada: str, group: str) -> None:
    empty = client.reply("join", conversationId=group, body={})
    assert empty.error["status"] == 400
    assert {one["code"] for one in empty.error["body"]["errors"]} == {"bad_request"}
    both = {"userId": ada, "userExternalId": "ada 1/é", "subscribeSDKClient": False}
    assert client.error("join", conversationId=group, body=both)[:2] == (400, "bad_request")
    silent = client.error("join", conversationId=group, body={"userId": ada})
    assert silent == (400, "bad_request", "should have required property 'subscribeSDKClient'")
    assert api.participants(group) == []


@pytest.mark.one_engine
def test_base_url_with_a_trailing_slash(client: Official, api: Caller, ada: str, group: str) -> None:
    slashed = client.configured(host=client.host + "/")
    reply = slashed.reply("list_participants", conversationId=group)
    # The official libraries append their paths to the host as it is given.
    slashes = "/" if client.name in COMPAT else "//"
    assert reply.sent == [f"GET {slashes}v2/apps/{api.app_id}/conversations/{group}/participants 200"]
    round_trip(slashed, api, ada, group)


@pytest.mark.one_engine
def test_bearer(client: Official, api: Caller, ada: str, group: str) -> None:
    round_trip(client.configured(basic=None, bearer=token(api)), api, ada, group)


@pytest.mark.one_engine
def test_bearer_wins_over_basic(client: Official, api: Caller, ada: str, group: str) -> None:
    assert client.basic is not None
    round_trip(client.configured(basic=(client.basic[0], "wrong"), bearer=token(api)), api, ada, group)


@pytest.mark.one_engine
@pytest.mark.parametrize("call", ["join", "list_participants", "leave"])
def test_without_good_credentials(client: Official, api: Caller, ada: str, group: str, call: str) -> None:
    assert client.basic is not None
    bodies = {"join": {"userId": ada, "subscribeSDKClient": True}, "leave": {"userId": ada}}
    args = {"conversationId": group, **({"body": bodies[call]} if call in bodies else {})}
    for stranger in (
        client.configured(basic=None),
        client.configured(basic=(client.basic[0], "wrong")),
        client.configured(basic=None, bearer=token(api) + "x"),
    ):
        assert stranger.error(call, **args) == (401, "unauthorized", "Authorization is required")
    assert api.participants(group) == []


def test_key_of_another_app(client: Official, sandbox: Sandbox, group: str, ada: str) -> None:
    elsewhere = client.configured(app_id=sandbox.app_id)
    refused = elsewhere.error("join", conversationId=group, body={"userId": ada, "subscribeSDKClient": False})
    assert refused == (403, "forbidden", "Forbidden")
