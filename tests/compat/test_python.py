"""Behaviour that is specific to the official Python client or to one of its releases."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.compat.official import PYTHON_14, PYTHON_16, PYTHON_17, Drivers, Official
from tests.harness import Caller

PROFILE = {"givenName": "Ada", "email": "ada@example.invalid"}


def query_of(request: str) -> dict[str, str]:
    """The decoded query of a line such as `GET /v2/apps?a=b 200`."""
    return dict(parse_qsl(urlsplit(request.split()[1]).query))


def as_sent(client: Official, name: str, given: dict[str, Any]) -> dict[str, str]:
    """The query with which a release sends `page` or `filter`: release 17 sends a single JSON value."""
    if client.name == PYTHON_17:
        return {name: json.dumps(given)}
    return {f"{name}[{key}]": str(value) for key, value in given.items()}


def crowd(api: Caller, size: int) -> tuple[str, list[str]]:
    """A new group with `size` participants, and the ids of the participants."""
    group = api.new_group()
    return group, [api.join(group, api.new_user())["id"] for _ in range(size)]


def ids(value: Any) -> list[str]:
    """The ids of the participants of a page."""
    return [one["id"] for one in value["participants"]]


@pytest.mark.parametrize("release", [PYTHON_14, PYTHON_17])
def test_create_and_get_user(drivers: Drivers, api: Caller, release: str) -> None:
    client = drivers.client(release, api)
    reply = client.reply("create_user", externalId="ada 1/é", profile=PROFILE, metadata={"level": 1})
    assert reply.sent == [f"POST /v2/apps/{api.app_id}/users 201"]
    made = reply.value["user"]
    assert made["externalId"] == "ada 1/é"
    assert made["metadata"] == {"level": 1}
    assert {name: made["profile"][name] for name in PROFILE} == PROFILE
    for name in (made["id"], "ada 1/é"):
        assert client.ok("get_user", user=name)["user"] == made
    again = client.error("create_user", externalId="ada 1/é")
    assert again == (409, "conflict", "User already exists")


def test_release_16_creates_a_user_that_it_cannot_read(drivers: Drivers, api: Caller) -> None:
    client = drivers.client(PYTHON_16, api)
    reply = client.reply("create_user", externalId="ada", profile=PROFILE)
    assert reply.sent == [f"POST /v2/apps/{api.app_id}/users 201"]
    assert reply.error["class"] == "AttributeError"
    user = api.ok("GET", "/users/ada")["user"]
    assert user["profile"] == PROFILE
    joined = client.ok(
        "join", conversationId=api.new_group(), body={"userExternalId": "ada", "subscribeSDKClient": False}
    )
    assert joined["participant"]["userId"] == user["id"]


def test_list_page_by_page(python: Official, api: Caller) -> None:
    group, everybody = crowd(api, 5)
    found: list[list[str]] = []
    page: dict[str, Any] = {"size": 2}
    while True:
        reply = python.reply("list_participants", conversationId=group, page=page)
        assert query_of(reply.sent[0]) == as_sent(python, "page", page)
        found.append(ids(reply.value))
        meta, links = reply.value["meta"], reply.value["links"]
        assert ("next" in links) is meta["hasMore"]
        assert ("prev" in links) is (len(found) > 1)
        if not meta["hasMore"]:
            break
        page = {"after": meta["afterCursor"], "size": 2}
    assert found == [everybody[:2], everybody[2:4], everybody[4:]]


def test_list_backwards(python: Official, api: Caller) -> None:
    group, everybody = crowd(api, 4)
    page = {"before": everybody[3], "size": 2}
    reply = python.reply("list_participants", conversationId=group, page=page)
    assert query_of(reply.sent[0]) == as_sent(python, "page", page)
    assert ids(reply.value) == everybody[1:3]
    assert reply.value["meta"] == {"hasMore": True, "beforeCursor": everybody[1], "afterCursor": everybody[2]}


def test_size_is_always_sent(python: Official, api: Caller) -> None:
    group, everybody = crowd(api, 2)
    reply = python.reply("list_participants", conversationId=group, page={"after": everybody[0]})
    assert query_of(reply.sent[0]) == as_sent(python, "page", {"after": everybody[0], "size": 25})
    assert ids(reply.value) == everybody[1:]


def test_both_cursors_are_refused(python: Official, api: Caller) -> None:
    group, everybody = crowd(api, 3)
    page = {"after": everybody[0], "before": everybody[2]}
    refused = python.error("list_participants", conversationId=group, page=page)
    assert refused == (400, "bad_request", "Invalid page query parameters")


@pytest.mark.parametrize("name", ["userId", "userExternalId"])
def test_list_conversations(python: Official, api: Caller, name: str) -> None:
    named = {"userId": api.new_user("ada 1/é"), "userExternalId": "ada 1/é"}
    groups = [api.new_group(named["userId"]) for _ in range(3)]
    api.new_group()
    chosen = {name: named[name]}
    reply = python.reply("list_conversations", filter=chosen)
    assert query_of(reply.sent[0]) == as_sent(python, "filter", chosen)
    assert [one["id"] for one in reply.value["conversations"]] == groups
    page = {"after": groups[0], "size": 1}
    reply = python.reply("list_conversations", filter=chosen, page=page)
    assert query_of(reply.sent[0]) == as_sent(python, "filter", chosen) | as_sent(python, "page", page)
    assert [one["id"] for one in reply.value["conversations"]] == groups[1:2]
    assert reply.value["meta"]["hasMore"] is True


def test_leave_returns_an_empty_object(python: Official, api: Caller) -> None:
    ada = api.new_user()
    assert python.ok("leave", conversationId=api.new_group(ada), body={"userId": ada}) == {}


def test_exceptions_by_status(python: Official, api: Caller) -> None:
    group = api.new_group()
    body = {"userExternalId": "nobody"}
    errors = {
        400: python.reply("join", conversationId=group, body={}).error,
        401: python.configured(basic=None).reply("leave", conversationId=group, body=body).error,
        404: python.reply("leave", conversationId=group, body=body).error,
    }
    assert {status: error["status"] for status, error in errors.items()} == {400: 400, 401: 401, 404: 404}
    if python.name == PYTHON_17:
        classes = {400: "BadRequestException", 401: "UnauthorizedException", 404: "NotFoundException"}
    else:
        classes = dict.fromkeys(errors, "ApiException")
    assert {status: error["class"] for status, error in errors.items()} == classes


def test_release_17_turns_dicts_into_null_participants(python_17: Official, api: Caller) -> None:
    participants = [{"userId": api.new_user(), "subscribeSDKClient": True}]
    refused = python_17.error("create_conversation_unwrapped", type="sdkGroup", participants=participants)
    assert refused == (400, "bad_request", "participants[0] should not be null")


def test_release_17_sends_null_for_fields_that_a_dict_lacks(python_17: Official) -> None:
    made = python_17.ok("create_conversation_of_dict", type="sdkGroup", displayName=None)["conversation"]
    assert made["type"] == "sdkGroup"
    assert made.keys().isdisjoint({"displayName", "description", "iconUrl", "metadata"})


def test_release_17_needs_the_wrapped_leave_body(python_17: Official, api: Caller) -> None:
    ada = api.new_user()
    group = api.new_group(ada)
    reply = python_17.reply("leave_unwrapped", conversationId=group, body={"userId": ada})
    assert (reply.error["class"], reply.sent) == ("ValidationError", [])
    assert [one["userId"] for one in api.participants(group)] == [ada]
    assert python_17.ok("leave", conversationId=group, body={"userId": ada}) == {}
    assert api.participants(group) == []
