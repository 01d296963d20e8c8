"""`includeFullUser`: full users in the events of webhooks and streams that set it."""

from __future__ import annotations

import itertools
import json
import typing
from typing import Any

import httpx
import msgspec
import pytest

from heliograph import BasicAuth, Client
from heliograph.wire.base import Response
from heliograph.wire.events import PAYLOADS
from heliograph.wire.users import UserTruncated, UserWebhook
from tests.api.end_users import EndUser
from tests.api.endpoint import Endpoint
from tests.api.sandbox import login
from tests.delivery.receiver import documented
from tests.harness import Caller, Server, error_of, init, new_app
from tests.waiting import until

PROFILE = {"givenName": "Ada", "locale": "en"}
USER = {"externalId": "ada", "profile": PROFILE, "metadata": {"tier": 1}, "toBeRetained": True}
NAMES = ("full", "short")


def user_of(event: Any) -> Any:
    """The user in the payload of an event, or None."""
    payload = event["payload"]
    for name in ("message", "activity"):
        if name in payload:
            return payload[name]["author"].get("user")
    return payload.get("user")


def do_everything(api: Caller) -> tuple[Any, list[str]]:
    """Cause events of all types that contain a user; returns the user, and the types in order."""
    user = api.ok("POST", "/users", USER)["user"]
    personal = api.new_personal(user["id"])
    group = api.new_group()
    api.join(group, user["id"])
    api.say(personal, "Hi", userId=user["id"])
    api.say(personal, "Hello")
    api.read(personal, userExternalId="ada")
    api.read(personal)
    typing = {"author": {"type": "business"}, "type": "typing:start"}
    api.ok("POST", f"/conversations/{personal}/activity", typing)
    api.ok("PATCH", f"/users/{user['id']}", {"metadata": {"tier": 2}})
    api.leave(group, userId=user["id"])
    return user, [
        "conversation:create", "conversation:create", "conversation:join", "conversation:message",
        "conversation:message", "conversation:read", "conversation:read", "conversation:typing", "user:update",
        "conversation:leave",
    ]  # fmt: skip


def received(endpoint: Endpoint, count: int) -> dict[str, list[Any]]:
    """Wait for this many calls; returns the events of each path, ordered by id."""
    until(lambda: len(endpoint.came) >= count)
    found: dict[str, list[Any]] = {}
    for headers, body in endpoint.came:
        documented(json.dumps(body).encode())
        found.setdefault(headers["X-Path"], []).extend(body["events"])
    return {path: sorted(events, key=lambda one: str(one["id"])) for path, events in found.items()}


def is_full(user: Any) -> bool:
    """Whether a user has all fields."""
    return {"signedUpAt", "profile", "metadata", "identities", "toBeRetained"} <= set(user)


def assert_full_where_documented(events: list[Any], user: Any) -> None:
    """Check that users are full exactly in the events for which the API document says so."""
    for event in events:
        if (shown := user_of(event)) is None:
            continue
        assert shown["id"] == user["id"]
        assert is_full(shown) == (event["type"] not in ("conversation:join", "conversation:leave")), event["type"]
        if event["type"] == "conversation:message":
            assert event["payload"]["message"]["author"]["user"]["profile"] == PROFILE
    assert sum(user_of(event) is not None for event in events) == 6


def test_webhooks_with_the_option_get_full_users(calling: Server, endpoint: Endpoint) -> None:
    owner = Caller(calling.url, init(calling.database_url).account_auth)
    api = new_app(owner)
    hooks = [
        {"target": f"{endpoint.url}/{name}", "triggers": ["*"], "includeFullUser": name == "full"} for name in NAMES
    ]
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": hooks[:1]})["integration"]["id"]
    api.ok("POST", f"/integrations/{integration}/webhooks", hooks[1])
    user, types = do_everything(api)
    events = received(endpoint, 2 * len(types))
    assert [one["type"] for one in events["/hook/full"]] == types
    assert_full_where_documented(events["/hook/full"], user)
    short = {"id": user["id"], "authenticated": False, "externalId": "ada"}
    assert {json.dumps(user_of(one)) for one in events["/hook/short"]} == {json.dumps(short), "null"}
    assert [{**one, "payload": None} for one in events["/hook/short"]] == [
        {**one, "payload": None} for one in events["/hook/full"]
    ]
    owner.http.close()


def test_streams_with_the_option_get_full_users(api: Caller) -> None:
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/events"
    with api.http.stream("GET", url, auth=api.auth) as answer:
        place = next(line for line in answer.iter_lines() if line.startswith("id: ")).removeprefix("id: ")
    user, types = do_everything(api)

    def streamed(full: bool) -> list[Any]:
        assert api.auth is not None
        with Client(api.url, auth=BasicAuth(*api.auth)) as client:
            stream = client.events.stream(api.app_id, include_full_user=full, last_event_id=place)
            with stream:
                return [one.to_dict() for one in itertools.islice(stream, len(types))]

    for full in (True, False):
        calls = [documented(msgspec.json.encode(one)) for one in streamed(full)]
        events = [msgspec.to_builtins(call)["events"][0] for call in calls]
        assert [one["type"] for one in events] == types
        if full:
            assert_full_where_documented(events, user)
        else:
            assert not any(is_full(shown) for one in events if (shown := user_of(one)) is not None)
    api.ok("DELETE", f"/users/{user['id']}")
    events = [one["events"][0] for one in streamed(True)]
    assert [one["type"] for one in events] == types
    assert not any(is_full(shown) for one in events if (shown := user_of(one)) is not None), "the user is gone"
    wrong = httpx.get(f"{url}?includeFullUser=1", auth=api.auth)
    assert error_of(wrong) == (400, "bad_request", "includeFullUser should be true or false")


USERS: dict[str, tuple[str, type[UserTruncated]]] = {
    "client:add": ("user", UserTruncated),
    "client:remove": ("user", UserTruncated),
    "client:update": ("user", UserTruncated),
    "conversation:create": ("user", UserWebhook),
    "conversation:join": ("user", UserTruncated),
    "conversation:leave": ("user", UserTruncated),
    "conversation:message": ("message.author.user", UserWebhook),
    "conversation:message:delivery:channel": ("user", UserWebhook),
    "conversation:message:delivery:failure": ("user", UserWebhook),
    "conversation:message:delivery:user": ("user", UserWebhook),
    "conversation:postback": ("user", UserWebhook),
    "conversation:read": ("activity.author.user", UserWebhook),
    "conversation:referral": ("user", UserWebhook),
    "conversation:typing": ("activity.author.user", UserWebhook),
    "user:merge": ("merged_users.discarded", UserWebhook),
    "user:remove": ("user", UserTruncated),
    "user:update": ("user", UserWebhook),
}
"""The path of the user in each payload, and its documented type. Other payloads have no user."""


def kind_of(payload: type[Response], path: str) -> Any:
    """The type of the field at a path, without None."""
    kind: Any = payload
    for name in path.split("."):
        hint = typing.get_type_hints(kind)[name]
        kind = next((one for one in typing.get_args(hint) if one is not type(None)), hint)
    return kind


def test_payloads_have_full_users_where_the_api_document_has_them() -> None:
    """webhooks.7"""
    for trigger, payload in PAYLOADS.items():
        if trigger in USERS:
            path, expected = USERS[trigger]
            assert kind_of(payload, path) is expected, trigger
        else:
            assert "user" not in payload.__struct_fields__, trigger


@pytest.mark.one_engine
def test_interactions_outcomes_and_merges_have_full_users(api: Caller) -> None:
    """webhooks.7: read from a stream, which has the same users as a webhook with `includeFullUser`."""
    assert api.auth is not None
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/events"
    with api.http.stream("GET", url, auth=api.auth) as answer:
        place = next(line for line in answer.iter_lines() if line.startswith("id: ")).removeprefix("id: ")
    ada = EndUser(api, api.new_user("ada", profile=PROFILE))
    personal = ada.begin()["id"]
    ada.act(personal, {"type": "postback", "payload": "BOOK"})
    ada.act(personal, {"type": "referral", "code": "spring"})
    message = api.say(personal)["id"]
    for outcome in ("channel", "user", "failure"):
        api.ok("POST", f"{ada.path}/conversations/{personal}/messages/{message}/outcome", {"outcome": outcome})
    login(api, api.new_user(), externalId="ada")
    found: dict[str, Any] = {}
    with Client(api.url, auth=BasicAuth(*api.auth)) as client:
        stream = client.events.stream(api.app_id, include_full_user=True, last_event_id=place)
        with stream:
            for event in stream:
                shown = event.to_dict()["events"][0]
                found[shown["type"]] = shown["payload"]
                if shown["type"] == "user:merge":
                    break
    merged = found.pop("user:merge")["mergedUsers"]
    users = [found[type]["user"] for type in found if USERS[type] == ("user", UserWebhook)]
    assert len(users) == 6
    for user in (*users, merged["surviving"]):
        assert user["profile"] == PROFILE
        assert user["identities"] == []
    assert merged["discarded"]["profile"] == {}
