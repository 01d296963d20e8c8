"""The objects of the fixture `heliograph`, on both engines: users, the business, conversations, webhooks, events."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from heliograph import InvalidArgument
from heliograph.testing import Sandbox
from tests.api.endpoint import Endpoint

ROOT = Path(__file__).parents[2]
FORM = {
    "type": "form",
    "fields": [
        {"type": "text", "name": "name", "label": "Name"},
        {"type": "email", "name": "mail", "label": "Email"},
    ],
}


def test_groups_and_their_participants(heliograph: Sandbox) -> None:
    crew = heliograph.group("crew", members=["ada", "bob"])
    crew.leave("ada")
    crew.join("eve")
    assert crew.participants == ["bob", "eve"]
    assert heliograph.group("crew").id == crew.id
    assert [(one.type, one.user, one.conversation) for one in heliograph.events()][1:] == [
        ("conversation:join", "ada", "crew"),
        ("conversation:join", "bob", "crew"),
        ("conversation:leave", "ada", "crew"),
        ("conversation:join", "eve", "crew"),
    ]
    assert [one.user for one in heliograph.events("conversation:join", user="eve")] == ["eve"]


def test_users_and_the_business_talk(heliograph: Sandbox) -> None:
    ada = heliograph.user("ada")
    assert heliograph.user("ada") is ada
    support = heliograph.personal("ada")
    assert support.participants == ["ada"]
    ada.say("hello", to=support)
    heliograph.business.say("hi", to="ada", replies=["Track", "Return"])
    assert [(one.author, one.text, one.replies) for one in heliograph.messages("ada")] == [
        ("ada", "hello", []),
        ("business", "hi", ["Track", "Return"]),
    ]
    event = heliograph.wait_for("conversation:message", author="business")
    assert (event.text, event.conversation) == ("hi", "ada")


def test_a_reply_a_postback_and_a_form(heliograph: Sandbox) -> None:
    ada = heliograph.user("ada")
    heliograph.personal("ada")
    buttons = [
        {"type": "reply", "text": "Yes", "payload": "YES"},
        {"type": "postback", "text": "Buy", "payload": "BUY"},
    ]
    heliograph.business.send({"type": "text", "text": "Well?", "actions": buttons}, to="ada")
    said = ada.select("Yes", to="ada")
    assert said is not None
    assert said.data["content"]["payload"] == "YES"
    assert ada.select("Buy", to="ada") is None
    assert heliograph.wait_for("conversation:postback").payload["postback"]["payload"] == "BUY"
    heliograph.business.send(FORM, to="ada")
    response = ada.submit({"name": "Ada", "mail": "ada@example.org"}, to="ada")
    assert response.data["content"]["textFallback"] == "Name: Ada\nEmail: ada@example.org"
    with pytest.raises(InvalidArgument, match="no message in ada offers 'No'"):
        ada.select("No", to="ada")
    with pytest.raises(InvalidArgument, match="no message in crew is a form"):
        ada.submit({}, to="crew")


def test_activities_and_a_file(heliograph: Sandbox) -> None:
    ada = heliograph.user("ada")
    ada.type(to="crew")
    ada.read(to="crew")
    assert heliograph.wait_for("conversation:typing").author == "ada"
    assert heliograph.wait_for("conversation:read").author == "ada"
    assert ada.upload("a.txt", b"Land ahoy!", to="crew").data["content"]["type"] == "file"


def test_each_event_is_returned_once_and_in_order(heliograph: Sandbox) -> None:
    for text in ("one", "two"):
        heliograph.user("ada").say(text, to="crew")
    assert [heliograph.wait_for("conversation:message").text for _ in range(2)] == ["one", "two"]
    with pytest.raises(AssertionError, match=r"no conversation:message within 0\.1 s; received conversation:create"):
        heliograph.wait_for("conversation:message", timeout=0.1)
    with pytest.raises(InvalidArgument, match="nonsense should be one of author, conversation, "):
        heliograph.events(nonsense=1)


def test_quiet(heliograph: Sandbox) -> None:
    heliograph.group("crew")
    heliograph.assert_quiet(0.05)
    later = threading.Timer(0.05, heliograph.business.say, ("hello", "crew"))
    later.start()
    with pytest.raises(AssertionError, match=r"expected no event within 1 s, but there were \[conversation:message"):
        heliograph.assert_quiet(1)
    later.join()


def test_the_attempts_of_a_webhook(heliograph: Sandbox) -> None:
    with Endpoint() as endpoint:
        crew = heliograph.group("crew")
        with heliograph.webhook(endpoint.url, triggers=["conversation:join"]) as hook:
            crew.join("ada")
            crew.join("bob")
        assert hook.statuses == [200, 200]
        crew.join("eve")
        assert hook.statuses == [200, 200]
    assert [one["status"] for one in heliograph.deliveries()] == ["delivered", "delivered"]


def test_an_inbox(heliograph: Sandbox) -> None:
    inbox = heliograph.inbox("404", triggers=["conversation:message"])
    heliograph.user("ada").say("hello", to="crew")
    (call,) = inbox.wait(1)
    assert (call.method, call.event_type, call.response_status) == ("POST", "conversation:message", 404)
    inbox.respond("200")
    heliograph.user("ada").say("again", to="crew")
    assert [one.response_status for one in inbox.wait(2)] == [404, 200]
    inbox.clear()
    assert inbox.calls == []
    with pytest.raises(AssertionError, match=r"0 of 1 calls arrived within 0\.05 s"):
        inbox.wait(1, timeout=0.05)


@pytest.mark.one_engine
def test_retries_within_15_minutes(heliograph: Sandbox) -> None:
    inbox = heliograph.inbox("503", triggers=["conversation:message"])
    heliograph.freeze()
    heliograph.user("ada").say("hello", to="crew")
    inbox.wait(1)
    attempts = heliograph.advance(minutes=15)
    assert [(one["number"], one["status"]) for one in attempts] == [(2, 503), (3, 503), (4, 503), (5, 503)]
    assert [call.response_status for call in inbox.calls] == [503] * 5


def test_a_triggered_event(heliograph: Sandbox) -> None:
    inbox = heliograph.inbox(triggers=["conversation:join"])
    event = heliograph.trigger("conversation:join", to=f"inbox:{inbox.name}", user={"externalId": "eve"})
    assert event["payload"]["user"]["externalId"] == "eve"
    (call,) = inbox.wait(1)
    assert call.json["events"][0]["id"] == event["id"]


def test_a_seed_and_a_reset(heliograph: Sandbox) -> None:
    heliograph.seed(ROOT / "examples/heliograph.toml")
    crew = heliograph.group("crew")
    assert crew.participants[:2] == ["ada", "grace"]
    heliograph.user("eve").say("hello", to="crew")
    heliograph.reset()
    heliograph.seed(ROOT / "examples/heliograph.toml")
    assert "eve" not in heliograph.group("crew").participants
    assert heliograph.messages("crew")[0].author == "ada"


def test_requests_and_chaos(heliograph: Sandbox) -> None:
    crew = heliograph.group("crew", members=["ada"])
    heliograph.chaos("ListParticipants", status=503, times=1, retry_after=0)
    assert crew.participants == ["ada"]
    listed = heliograph.requests("ListParticipants")
    assert [one["status"] for one in listed] == [503, 200]
    assert listed[0]["chaos"] == "rule-1"
    assert [(rule["matches"], rule["hits"]) for rule in heliograph.chaos_state()["rules"]] == [(2, 1)]
