"""Triggered events: examples, given fields, and receivers."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from heliograph.sandbox.examples import EXAMPLES, Subjects
from heliograph.sandbox.triggers import merged, prepared
from heliograph.wire.event_types import EventType, Trigger
from heliograph.wire.events import PAYLOADS
from tests.api.test_streams import cursor_of, streaming
from tests.harness import Caller, error_of, new_app, titles_of
from tests.sandbox.inboxes import arrived, below, calls, hook, post, script, settled

OFFICIAL_DOCUMENT = os.environ.get("HELIOGRAPH_TEST_OFFICIAL_DOCUMENT")
TYPES: tuple[EventType, ...] = get_args(EventType)
CASES = [("own", type) for type in TYPES]
if OFFICIAL_DOCUMENT:
    CASES += [("official", type) for type in TYPES]
ID = re.compile(r'"(?:[a-zA-Z]*[iI]d)":"([0-9a-f]{24})"')


def trigger(api: Caller, type: str = "conversation:join", *to: str, **body: Any) -> Any:
    """Trigger an event; returns the response."""
    return api.ok("POST", below(api, "/trigger"), {"type": type, "to": to or ("inbox:default",), **body})


def refused(api: Caller, **body: Any) -> list[str]:
    """The titles of a refused trigger."""
    given = {"type": "conversation:join", "to": ["inbox:default"], **body}
    return titles_of(api("POST", below(api, "/trigger"), {name: one for name, one in given.items() if one is not None}))


def test_there_is_an_example_of_every_documented_type() -> None:
    assert set(EXAMPLES) == set(TYPES) == set(PAYLOADS) == {*get_args(Trigger)} - {"passthrough:messaging"}
    assert len(TYPES) == 25


@pytest.mark.parametrize("type", TYPES)
def test_an_example_is_valid_and_its_ids_are_new_and_consistent(type: EventType) -> None:
    """`prepared` validates the example. Two examples share no ids, and the author is the user of the event."""
    one, other = (bytes(prepared(type, {}, Subjects())).decode() for _ in range(2))
    assert ID.findall(one)
    assert not {*ID.findall(one)} & {*ID.findall(other)}
    decoded = msgspec.json.decode(one)
    holders = [decoded, decoded.get("message", {}), decoded.get("activity", {})]
    authors = [holder["author"]["userId"] for holder in holders if "author" in holder]
    users = [decoded["user"]["id"]] if "user" in decoded else []
    assert len({*authors, *users}) <= 1


@pytest.mark.parametrize(("document", "type"), CASES, ids=lambda one: one)
def test_an_example_is_valid(document: str, type: EventType) -> None:
    """By our schema of the payload, and by the schema of the official document, which we may not distribute."""
    payload = msgspec.json.decode(prepared(type, {}, Subjects()))
    found = _own_schema(type) if document == "own" else _official_schema(type)
    assert [error.message for error in OAS31Validator(found).iter_errors(payload)] == []


def _own_schema(type: EventType) -> Any:
    (reference,), components = msgspec.json.schema_components([PAYLOADS[type]], ref_template="#/components/{name}")
    return {**reference, "components": components}


def _official_schema(type: EventType) -> Any:
    document = msgspec.yaml.decode(Path(OFFICIAL_DOCUMENT or "").read_bytes())
    (schema,) = (one for one in document["components"]["schemas"].values() if one.get("title") == type)
    payload = schema["allOf"][-1]["properties"]["payload"]
    return {**payload, "components": document["components"]}


@pytest.mark.parametrize(
    ("example", "given", "result"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 2, "b": 3}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}}, {"a": {"c": 2, "d": 3}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
    ],
)
def test_fields_are_merged(example: Any, given: Any, result: Any) -> None:
    assert merged(example, given) == result


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.one_engine
def test_every_type_arrives_and_passes_the_checks(api: Caller, type: str) -> None:
    sent = trigger(api, type)
    (call,) = calls(api)
    assert call["json"]["events"] == [sent["event"]]
    assert call["checks"] == {"secret": "unknown", "payload": "valid", "order": "ok", "duplicates": 0}
    assert sent["deliveries"] == []


def test_an_inbox_without_a_webhook_gets_the_event_directly(api: Caller) -> None:
    script(api, "503", "200")
    sent = trigger(api, payload={"user": {"externalId": "ada"}, "conversation": {"metadata": {"a": {"b": 1}}}})
    (call,) = calls(api)
    payload = sent["event"]["payload"]
    assert payload["user"]["externalId"] == "ada"
    assert payload["conversation"]["metadata"] == {"a": {"b": 1}}
    assert (call["json"]["app"]["id"], call["json"]["events"]) == (api.app_id, [sent["event"]])
    assert (call["method"], call["path"], call["responseStatus"]) == ("POST", "/", 503)
    assert call["headers"]["content-type"] == "application/json"
    assert post(api).status_code == 200


def test_an_inbox_too_many_is_refused_before_the_event_exists(api: Caller) -> None:
    for number in range(100):
        script(api, "200", name=f"box-{number}")
    (title,) = refused(api, type="conversation:join", to=["inbox:one-more", "listeners"])
    assert title == "App has reached the max number of inboxes (100)"
    assert "newestEventId" not in api.ok("GET", below(api, ""))["sandbox"]


def test_the_conversation_and_the_user_can_be_real(api: Caller) -> None:
    ada, group = api.new_user("ada"), api.new_group(metadata={"topic": "sun"})
    payload = trigger(api, conversationId=group, userId=ada)["event"]["payload"]
    assert payload == {
        "conversation": {"id": group, "type": "sdkGroup", "metadata": {"topic": "sun"}},
        "user": {"id": ada, "authenticated": False, "externalId": "ada"},
    }
    assert trigger(api, userId="ada")["event"]["payload"]["user"]["id"] == ada
    missing = {"type": "conversation:join", "to": ["all"], "userId": "nobody"}
    assert error_of(api("POST", below(api, "/trigger"), missing))[:2] == (404, "user_not_found")
    missing = {"type": "conversation:join", "to": ["all"], "conversationId": ada}
    assert error_of(api("POST", below(api, "/trigger"), missing))[:2] == (404, "conversation_not_found")


def test_only_a_personal_conversation_is_created_with_its_user(api: Caller) -> None:
    ada = api.new_user("ada")
    personal = api.new_personal(ada)
    payload = trigger(api, "conversation:create", conversationId=personal, userId=ada)["event"]["payload"]
    assert (payload["conversation"]["type"], payload["user"]["id"]) == ("personal", ada)
    assert "user" not in trigger(api, "conversation:create")["event"]["payload"]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"to": None}, "should have required property 'to'"),
        ({"to": []}, ".to: should not have fewer than 1 items"),
        ({"to": ["inbox:a b"]}, "to[0] should be the id of a webhook of the app, inbox:NAME, listeners or all"),
        ({"to": ["all", "0" * 24]}, "to[1] should be the id of a webhook of the app, inbox:NAME, listeners or all"),
        ({"type": None}, "should have required property 'type'"),
        ({"payload": {"user": {"id": "ada"}}}, 'payload.user.id should match pattern "^[0-9a-f]{24}$"'),
        ({"payload": {"user": {"name": "ada"}}}, "payload.user.name is not a documented field"),
        ({"payload": {"user": {"authenticated": "no"}}}, "payload.user.authenticated should be boolean"),
        ({"payload": {"user": None}}, "payload should have required property 'user'"),
    ],
)
def test_invalid_triggers_are_refused(api: Caller, body: dict[str, Any], title: str) -> None:
    assert refused(api, **body) == [title]
    assert calls(api) == []


@pytest.mark.one_engine
def test_an_example_can_be_edited_and_sent_exactly(api: Caller) -> None:
    payload = api.ok("GET", f"{below(api, '/trigger')}?type=conversation:join")["payload"]
    assert calls(api) == []
    del payload["user"]["externalId"]
    payload["user"]["authenticated"] = True
    assert trigger(api, payload=payload, exact=True)["event"]["payload"] == payload
    assert "externalId" in trigger(api, payload=payload)["event"]["payload"]["user"]
    assert refused(api, payload={"user": payload["user"]}, exact=True) == [
        "payload should have required property 'conversation'"
    ]
    for type in ("", "?type=conversation:nothing"):
        assert api("GET", below(api, "/trigger") + type).status_code == 400


@pytest.mark.one_engine
def test_an_unknown_type_is_refused(api: Caller) -> None:
    for type in ("conversation:nothing", "passthrough:messaging"):
        (title,) = refused(api, type=type)
        assert title.startswith("type should be equal to one of the allowed values: client:add, ")


def test_webhooks_of_other_apps_are_not_called(calling: Caller, own: Caller) -> None:
    stranger = hook(new_app(calling))
    assert refused(own, to=[stranger["id"]]) == [
        "to[0] should be the id of a webhook of the app, inbox:NAME, listeners or all"
    ]


def test_deliveries_are_real_and_marked_as_synthetic(own: Caller) -> None:
    """Triggered deliveries are in the lane of their conversation, and can be sent again."""
    made = hook(own, triggers=("conversation:join",))
    script(own, "400", "200")
    ada, group = own.new_user("ada"), own.new_group()
    sent = trigger(own, "conversation:typing", made["id"], conversationId=group)
    (failed,) = settled(own, 1)
    assert ([failed["id"]], failed["status"], failed["conversationId"]) == (sent["deliveries"], "failed", group)
    path = f"/heliograph/v1/apps/{own.app_id}/deliveries/{failed['id']}"
    assert own.ok("POST", f"{path}/retry")["delivery"]["synthetic"] is True
    own.join(group, ada)
    first, again, real = arrived(own, 3)
    assert first["json"]["events"] == again["json"]["events"] == [sent["event"]]
    assert {one["checks"]["secret"] for one in (first, again, real)} == {"ok"}
    synthetic, other = settled(own, 2)
    assert (synthetic["synthetic"], synthetic["status"], synthetic["attemptCount"]) == (True, "delivered", 2)
    assert "synthetic" not in other


def test_webhooks_are_chosen_by_the_inbox_or_by_their_triggers(own: Caller) -> None:
    join, read = hook(own, "a", triggers=("conversation:join",)), hook(own, "b", triggers=("conversation:read",))
    assert len(trigger(own, "conversation:join", "all")["deliveries"]) == 1
    assert len(trigger(own, "conversation:join", "inbox:b", read["id"], "inbox:c")["deliveries"]) == 1
    assert len(trigger(own, "conversation:join", join["id"], "all", "inbox:b")["deliveries"]) == 2
    assert [len(arrived(own, count, name)) for name, count in (("a", 2), ("b", 2), ("c", 1))] == [2, 2, 1]
    assert arrived(own, 1, "c")[0]["checks"]["secret"] == "unknown"


def test_the_event_stream_has_exactly_the_events_for_listeners(own: Caller) -> None:
    """A stream misses no event after its cursor, so the events up to the last one are all events for listeners."""
    made = hook(own, triggers=("user:merge", "user:remove"))
    with streaming(own) as lines:
        cursor = cursor_of(lines)
    hidden = trigger(own, "user:update", made["id"])
    seen = trigger(own, "user:update", "listeners")
    both = trigger(own, "user:merge", "all")
    ada = own.new_user("ada")
    own.ok("DELETE", f"/users/{ada}")
    with streaming(own, cursor) as lines:
        events = (json.loads(line.removeprefix("data: "))["events"][0] for line in lines if line.startswith("data: "))
        found = [next(events) for _ in range(3)]
    assert found[:2] == [seen["event"], both["event"]]
    assert found[2]["type"] == "user:remove"
    assert [len(sent["deliveries"]) for sent in (hidden, seen, both)] == [1, 0, 1]
    ids = [call["json"]["events"][0]["id"] for call in arrived(own, 3)]
    assert {*ids} == {hidden["event"]["id"], both["event"]["id"], found[2]["id"]}


def test_events_that_are_not_for_listeners_are_not_repeated(own: Caller) -> None:
    """deliveries.10"""
    made = hook(own, triggers=("user:merge",))
    hidden = trigger(own, "user:update", made["id"])
    both = trigger(own, "user:update", made["id"], "listeners")
    assert len(settled(own, 2)) == 2
    for delivery_id in (*hidden["deliveries"], *both["deliveries"]):
        own.ok("POST", f"/heliograph/v1/apps/{own.app_id}/deliveries/{delivery_id}/retry")
    with streaming(own, "0", repeated="true") as lines:
        calls = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        found = [next(calls) for _ in range(2)]
    assert [one["events"] for one in found] == [[both["event"]]] * 2
    assert [one.get("repeated") for one in found] == [None, True]
