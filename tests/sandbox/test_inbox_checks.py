"""The checks of the calls of an inbox: secret, payload, order and duplicates."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec
import pytest

from heliograph.sandbox.calls import Incoming
from heliograph.sandbox.inboxes import Inboxes, inbox_url, is_target
from heliograph.wire.inboxes import CallFilter
from heliograph.wire.paging import Page
from tests.harness import Caller
from tests.sandbox.inboxes import arrived, calls, hook, post, script, settled

FIRST, SECOND = f"{1:024x}", f"{2:024x}"
GROUP, OTHER_GROUP = f"{3:024x}", f"{4:024x}"


def call_of(event_id: str, webhook_id: str = FIRST, *, group: str = GROUP, **payload: Any) -> dict[str, Any]:
    """A webhook call about the removal of a conversation."""
    event = {
        "id": event_id,
        "type": "conversation:remove",
        "createdAt": "2026-11-22T15:43:17.120Z",
        "payload": {"conversation": {"id": group, "type": "sdkGroup"}, **payload},
    }
    return {"app": {"id": FIRST}, "webhook": {"id": webhook_id, "version": "v2"}, "events": [event]}


def checks(api: Caller, *bodies: Any, headers: dict[str, str] | None = None) -> list[Any]:
    """Send these calls to an inbox; returns their checks."""
    for body in bodies:
        post(api, body, headers=headers or {})
    return [call["checks"] for call in calls(api)]


def test_real_deliveries_pass_all_checks(own: Caller) -> None:
    """A join that the inbox refuses is sent again, with the same body."""
    hook(own, triggers=("conversation:join", "conversation:leave"))
    script(own, "400", "200")
    ada, group = own.new_user("ada"), own.new_group()
    own.join(group, ada)
    (failed,) = settled(own, 1)
    assert failed["status"] == "failed"
    own.ok("POST", f"/heliograph/v1/apps/{own.app_id}/deliveries/{failed['id']}/retry")
    own.leave(group, userId=ada)
    first, again, last = arrived(own, 3)
    assert [one["responseStatus"] for one in (first, again, last)] == [400, 200, 200]
    assert first["json"] == again["json"]
    good = {"secret": "ok", "payload": "valid", "order": "ok", "duplicates": 0}
    assert [one["checks"] for one in (first, again, last)] == [good, {**good, "duplicates": 1}, good]
    assert last["json"]["events"][0]["type"] == "conversation:leave"


def test_the_secret_is_compared_with_that_of_the_named_webhook(own: Caller) -> None:
    one, other = hook(own, triggers=("user:merge",)), hook(own, "other", triggers=("user:merge",))
    for headers in ({}, {"x-api-key": "wrong"}, {"x-api-key": other["secret"]}, {"x-api-key": one["secret"]}):
        post(own, call_of(FIRST, one["id"]), headers=headers)
    post(own, call_of(FIRST, other["id"]), headers={"x-api-key": other["secret"]})
    post(own, {"not": "a call"}, headers={"x-api-key": one["secret"]})
    found = [call["checks"]["secret"] for call in calls(own)]
    assert found == ["missing", "wrong", "wrong", "ok", "unknown", "ok"]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("change", "violations"),
    [
        ({"app": None}, ["app should not be null"]),
        ({"extra": 1}, ["extra is not a documented field"]),
        ({"events": "one"}, ["events should be array"]),
        (call_of("x"), ['events[0].id should match pattern "^[0-9a-f]{24}$"']),
        (call_of(FIRST, user=None), ["events[0].payload.user should not be null"]),
        (call_of(FIRST, user={}), ["events[0].payload.user is not a documented field"]),
        (call_of(FIRST, conversation={}), [
            "events[0].payload.conversation should have required property 'id'",
            "events[0].payload.conversation should have required property 'type'",
        ]),
    ],
)  # fmt: skip
def test_violations_of_a_payload_are_listed(api: Caller, change: dict[str, Any], violations: list[str]) -> None:
    (found,) = checks(api, {**call_of(FIRST), **change})
    assert (found["payload"], found["violations"]) == ("invalid", violations)


@pytest.mark.one_engine
@pytest.mark.parametrize("depth", [*range(700, 1010, 30), 990, 5_000])
def test_a_deep_body_does_not_hide_the_other_calls(api: Caller, depth: int) -> None:
    """Anyone can call an inbox. A body that is too deep to be shown as JSON is shown as text."""
    body = "[" * depth + "]" * depth
    post(api, content=body, name=f"deep-{depth}")
    (call,) = calls(api, f"deep-{depth}")
    assert call["checks"]["payload"] == "invalid"
    assert call.get("text", body) == body


def test_an_older_event_that_arrives_late_is_out_of_order(api: Caller) -> None:
    late, repeated = call_of(FIRST), call_of(FIRST)
    found = checks(api, call_of(SECOND), late, repeated, call_of(FIRST, group=OTHER_GROUP), call_of(FIRST, SECOND))
    assert [(one["order"], one.get("afterEventId"), one["duplicates"]) for one in found] == [
        ("ok", None, 0), ("wrong", SECOND, 0), ("ok", None, 1), ("ok", None, 2), ("ok", None, 0),
    ]  # fmt: skip


@pytest.mark.one_engine
def test_checks_consider_calls_of_earlier_pages(api: Caller) -> None:
    first, *_ = (post(api, call_of(FIRST)), post(api, call_of(FIRST)), calls(api)[0])
    assert first.status_code == 200
    (second,) = calls(api, **{"page[after]": calls(api)[0]["id"]})
    assert second["checks"]["duplicates"] == 1


@pytest.mark.parametrize(
    ("path", "matches"),
    [("", True), ("/", True), ("/hook?a=b", True), ("2", False), (".x", False)],
)
def test_the_target_of_a_webhook(path: str, matches: bool) -> None:
    """Any host matches, because a container calls the server by another name than the developer does."""
    for base in ("http://127.0.0.1:8080", "http://host.docker.internal/sc"):
        assert is_target(inbox_url(base, FIRST, "default") + path, FIRST, "default") is matches
    assert not is_target(f"https://example.org/?/_inbox/{FIRST}/default", FIRST, "default")


def test_small_headers_count_with_the_memory_of_their_objects() -> None:
    inboxes = Inboxes(memory_limit=1_000_000)
    headers = [(f"h{number}", "x") for number in range(90)]
    for _ in range(500):
        inboxes.receive(FIRST, "default", Incoming("POST", "/", "", headers, b""))
    assert len(inboxes.get(FIRST, "default").calls) < 100


def test_memory_is_bounded_over_all_inboxes() -> None:
    """The oldest call of any inbox is dropped first."""
    inboxes = Inboxes(memory_limit=10_000)
    for number in range(10):
        inboxes.receive(FIRST, f"inbox-{number % 2}", Incoming("POST", f"/{number}", "", [], b"x" * 1500))
    kept = [
        [call.request.path for call in inboxes.page(FIRST, name, CallFilter(), Page()).records]
        for name in inboxes.names(FIRST)
    ]
    assert kept == [["/8"], ["/7", "/9"]]


IN_THREADS = """
import sys, threading
from heliograph.sandbox.payloads import violations_of_call
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
def check():
    start.wait()
    assert violations_of_call(sys.argv[1].encode()) == []
threads = [threading.Thread(target=check) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
"""


def test_the_first_checks_can_be_made_in_several_threads() -> None:
    """Runs in a new process: msgspec can crash when several threads are the first to use a type."""
    call = msgspec.json.encode(call_of(SECOND)).decode()
    for _ in range(3):
        subprocess.run([sys.executable, "-c", IN_THREADS, call], check=True)
