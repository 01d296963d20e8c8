"""Behaviour that is specific to the official JavaScript client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compat.official import Official
from tests.harness import Caller


@pytest.fixture
def everybody(api: Caller) -> list[str]:
    """The users who are in `group`."""
    return [api.new_user(f"user {number}") for number in range(5)]


@pytest.fixture
def group(api: Caller, everybody: list[str]) -> str:
    """A group with five users in it."""
    return api.new_group(*everybody)


def users_of(value: Any) -> list[str]:
    """The users of a page of participants."""
    return [one["userId"] for one in value["participants"]]


def query_of(request: str) -> str:
    """The query of a line such as `GET /v2/apps?a=b 200`, as it was sent."""
    return request.split()[1].partition("?")[2]


def test_create_and_get_user(javascript: Official, api: Caller) -> None:
    profile = {"givenName": "Ada", "email": "ada@example.invalid"}
    reply = javascript.reply("create_user", externalId="ada 1/é", profile=profile, metadata={"level": 1})
    assert reply.sent == [f"POST /v2/apps/{api.app_id}/users 201"]
    made = reply.value["user"]
    assert made["externalId"] == "ada 1/é"
    assert made["metadata"] == {"level": 1}
    assert {name: made["profile"][name] for name in profile} == profile
    for name in (made["id"], "ada 1/é"):
        assert javascript.ok("get_user", user=name)["user"] == made


def test_from_user_to_empty_group(javascript: Official, api: Caller) -> None:
    ada = javascript.ok("create_user", externalId="ada")["user"]["id"]
    group = javascript.ok("create_conversation", type="sdkGroup", displayName="Group")["conversation"]["id"]
    joined = javascript.ok("join", conversationId=group, body={"userId": ada, "subscribeSDKClient": True})
    assert javascript.ok("list_participants", conversationId=group)["participants"] == [joined["participant"]]
    javascript.ok("leave", conversationId=group, body={"participantId": joined["participant"]["id"]})
    assert api.participants(group) == []


@pytest.mark.parametrize("call", ["leave", "leave_merged", "leave_plain"])
def test_leave_returns_text(javascript: Official, api: Caller, group: str, everybody: list[str], call: str) -> None:
    # The client falls back to the text of the response if its JSON is an empty object.
    assert javascript.ok(call, conversationId=group, body={"userExternalId": "user 3"}) == "{}"
    left = [one for number, one in enumerate(everybody) if number != 3]
    assert [one["userId"] for one in api.participants(group)] == left


def test_only_the_first_key_of_page_is_sent(javascript: Official, group: str, everybody: list[str]) -> None:
    first = javascript.reply("list_participants", conversationId=group, page={"size": 2})
    assert users_of(first.value) == everybody[:2]
    after = first.value["meta"]["afterCursor"]
    stuck = javascript.reply("list_participants", conversationId=group, page={"size": 2, "after": after})
    assert query_of(stuck.sent[0]) == "page%5Bsize%5D=2"
    assert users_of(stuck.value) == everybody[:2]
    unsized = javascript.reply("list_participants", conversationId=group, page={"after": after, "size": 2})
    assert query_of(unsized.sent[0]) == f"page%5Bafter%5D={after}"
    assert users_of(unsized.value) == everybody[2:]
    assert unsized.value["meta"]["hasMore"] is False


def test_page_by_page_with_the_default_size(javascript: Official, api: Caller) -> None:
    group = api.new_group()
    everybody = [api.new_user() for _ in range(28)]
    for user in everybody:
        api.join(group, user)
    pages, page = [], {"size": 2}
    while True:
        value = javascript.ok("list_participants", conversationId=group, page=page)
        pages.append(users_of(value))
        if not value["meta"]["hasMore"]:
            break
        page = {"after": value["meta"]["afterCursor"]}
    assert pages == [everybody[:2], everybody[2:27], everybody[27:]]
    back = javascript.ok("list_participants", conversationId=group, page={"before": value["meta"]["beforeCursor"]})
    assert users_of(back) == everybody[2:27]


def test_page_by_page_with_both_keys(javascript: Official, group: str, everybody: list[str]) -> None:
    pages: list[list[str]] = []
    query: dict[str, Any] = {"page[size]": 2}
    while True:
        reply = javascript.reply("list_participants_by_call_api", conversationId=group, query=query)
        pages.append(users_of(reply.value))
        if not reply.value["meta"]["hasMore"]:
            break
        query["page[after]"] = reply.value["meta"]["afterCursor"]
    assert query_of(reply.sent[0]) == f"page%5Bsize%5D=2&page%5Bafter%5D={query['page[after]']}"
    assert pages == [everybody[:2], everybody[2:4], everybody[4:]]


@pytest.mark.parametrize("name", ["userId", "userExternalId"])
def test_list_conversations(javascript: Official, group: str, everybody: list[str], name: str) -> None:
    named = {"userId": everybody[0], "userExternalId": "user 0"}
    reply = javascript.reply("list_conversations", filter={name: named[name]}, page={"size": 10})
    value = named[name].replace(" ", "%20")
    assert set(query_of(reply.sent[0]).split("&")) == {f"filter%5B{name}%5D={value}", "page%5Bsize%5D=10"}
    assert [one["id"] for one in reply.value["conversations"]] == [group]


def test_an_error_is_a_plain_object_with_the_body(javascript: Official, group: str) -> None:
    reply = javascript.reply("join", conversationId=group, body={"userId": "0" * 24, "subscribeSDKClient": False})
    assert reply.sent[0].endswith("/join 404")
    assert reply.error == {
        "class": "Object",
        "status": 404,
        "body": {"errors": [{"code": "user_not_found", "title": "User not found"}]},
        "text": "[object Object]",
    }
