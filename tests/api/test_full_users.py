"""`includeFullUser`: the users in events, complete for whoever asks for it, and for nobody else."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx
import msgspec

from heliograph.cli.forwarding import Stream
from tests.api.endpoint import Endpoint
from tests.api.test_delivery_metrics import eventually
from tests.delivery.receiver import documented
from tests.harness import Caller, Server, error_of, init, new_app

PROFILE = {"givenName": "Ada", "locale": "en"}
USER = {"externalId": "ada", "profile": PROFILE, "metadata": {"tier": 1}, "toBeRetained": True}
NAMES = ("full", "short")


def user_of(event: Any) -> Any:
    """The user in the payload of an event, if one is in it."""
    payload = event["payload"]
    for name in ("message", "activity"):
        if name in payload:
            return payload[name]["author"].get("user")
    return payload.get("user")


def do_everything(api: Caller) -> tuple[Any, list[str]]:
    """One event of each kind that shows a user; returns the user, and the types of the events."""
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


def told(endpoint: Endpoint, count: int) -> dict[str, list[Any]]:
    """The events that each path was called with, in the order of their ids, once there are so many calls."""
    eventually(lambda: len(endpoint.came) >= count)
    found: dict[str, list[Any]] = {}
    for headers, body in endpoint.came:
        documented(json.dumps(body).encode())
        found.setdefault(headers["X-Path"], []).extend(body["events"])
    return {path: sorted(events, key=lambda one: str(one["id"])) for path, events in found.items()}


def is_full(user: Any) -> bool:
    """Whether a user is shown completely."""
    return {"signedUpAt", "profile", "metadata", "identities", "toBeRetained"} <= set(user)


def assert_full_where_documented(events: list[Any], user: Any) -> None:
    """Users are full in every event of which the API document says so, and short in the others."""
    for event in events:
        if (shown := user_of(event)) is None:
            continue
        assert shown["id"] == user["id"]
        assert is_full(shown) == (event["type"] not in ("conversation:join", "conversation:leave")), event["type"]
        if event["type"] == "conversation:message":
            assert event["payload"]["message"]["author"]["user"]["profile"] == PROFILE
    assert sum(user_of(event) is not None for event in events) == 6


def test_users_are_complete_where_a_webhook_asks_for_it(calling: Server, endpoint: Endpoint) -> None:
    owner = Caller(calling.url, init(calling.database_url).account_auth)
    api = new_app(owner)
    hooks = [
        {"target": f"{endpoint.url}/{name}", "triggers": ["*"], "includeFullUser": name == "full"} for name in NAMES
    ]
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": hooks[:1]})["integration"]["id"]
    api.ok("POST", f"/integrations/{integration}/webhooks", hooks[1])
    user, types = do_everything(api)
    events = told(endpoint, 2 * len(types))
    assert [one["type"] for one in events["/hook/full"]] == types
    assert_full_where_documented(events["/hook/full"], user)
    short = {"id": user["id"], "authenticated": False, "externalId": "ada"}
    assert {json.dumps(user_of(one)) for one in events["/hook/short"]} == {json.dumps(short), "null"}
    assert [{**one, "payload": None} for one in events["/hook/short"]] == [
        {**one, "payload": None} for one in events["/hook/full"]
    ]
    owner.http.close()


def test_the_stream_completes_users_on_request(api: Caller) -> None:
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/events"
    with api.http.stream("GET", url, auth=api.auth) as answer:
        place = next(line for line in answer.iter_lines() if line.startswith("id: ")).removeprefix("id: ")
    user, types = do_everything(api)
    assert api.auth is not None
    options: dict[str, Any] = {"url": api.url, "triggers": [], "conversation": None}
    options |= dict(zip(("key_id", "key_secret"), api.auth, strict=True))
    for full in (True, False):
        stream = Stream(api.app_id, place, {**options, "include_full_user": full})
        calls = [documented(one) for one in itertools.islice(stream.calls(), len(types))]
        events = [msgspec.to_builtins(call)["events"][0] for call in calls]
        assert [one["type"] for one in events] == types
        if full:
            assert_full_where_documented(events, user)
        else:
            assert not any(is_full(shown) for one in events if (shown := user_of(one)) is not None)
    api.ok("DELETE", f"/users/{user['id']}")
    stream = Stream(api.app_id, place, {**options, "include_full_user": True})
    events = [msgspec.json.decode(one)["events"][0] for one in itertools.islice(stream.calls(), len(types))]
    assert [one["type"] for one in events] == types
    assert not any(is_full(shown) for one in events if (shown := user_of(one)) is not None), "the user is gone"
    wrong = httpx.get(f"{url}?includeFullUser=1", auth=api.auth)
    assert error_of(wrong) == (400, "bad_request", "includeFullUser should be true or false")
