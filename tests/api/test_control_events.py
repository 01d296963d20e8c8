"""Control events: their payloads, and the integrations that they are delivered to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.api.event_records import events_of
from tests.api.handover import Board, state_of
from tests.api.test_control import assert_documented
from tests.harness import Caller, error_of

Observed = tuple[str, str, str]
"""An event, the state of control in its payload, and which of bot and human receive it; crm and util always do."""


@dataclass
class Stage:
    """Runs the worked examples: makes control calls, and collects the events since the last call of `observed`."""

    board: Board
    group: str = ""
    seen: set[str] = field(default_factory=set)

    def begin(self, state: str) -> Stage:
        """Start in a new conversation."""
        self.group = self.board.reach(state).conversation
        self.observed()
        return self

    def call(self, who: str, act: str, metadata: Any = None) -> int:
        """Make a control call; returns the status."""
        answer = self.board.control(who, self.group, act, metadata)
        assert answer.json() == {} if answer.is_success else error_of(answer) == (403, "forbidden", "Forbidden")
        return int(answer.status_code)

    def observed(self) -> list[Observed]:
        """The events of the conversation since the last call, each with its state of control and its recipients."""
        recipients: dict[str, set[str]] = {}
        for delivery in self.deliveries():
            recipients.setdefault(delivery["eventId"], set()).add(self.board.webhooks[delivery["webhookId"]])
        found = []
        for event in events_of(self.board.api, self.group):
            if event.id not in self.seen:
                assert_documented(event)
                names = recipients.get(event.id, set())
                assert names >= {"crm", "util"}
                more = [str(event.payload[one]) for one in ("metadata",) if one in event.payload]
                error = [event.payload["error"]["code"]] if "error" in event.payload else []
                shown = state_of(event.payload["conversation"])
                found.append((" ".join([event.type, *more, *error]), shown, " ".join(sorted(names - {"crm", "util"}))))
                self.seen.add(event.id)
        return found

    def deliveries(self) -> list[Any]:
        """The deliveries of the events of the conversation."""
        api, found = self.board.api, []
        url: str | None = f"{api.url}/heliograph/v1/apps/{api.app_id}/deliveries?filter[conversationId]={self.group}"
        while url:
            page = api.http.get(url, auth=api.auth).json()
            found += page["deliveries"]
            url = page.get("links", {}).get("next")
        return found


def test_passing_and_retries(api: Caller) -> None:
    """Examples 1 to 5."""
    stage = Stage(Board(api))
    created = api.ok(
        "POST",
        "/conversations",
        {"type": "sdkGroup", "participants": [{"userId": stage.board.user, "subscribeSDKClient": False}]},
    )
    stage.group = created["conversation"]["id"]
    assert state_of(created["conversation"]) == "A(bot)"
    assert stage.observed() == [("conversation:create", "A(bot)", "bot")]
    api.say(stage.group, userId=stage.board.user)
    assert stage.observed() == [("conversation:message", "A(bot)", "bot")]
    assert stage.call("bot", "pass next", {"m": 1}) == 200
    assert stage.observed() == [("switchboard:passControl {'m': 1}", "A(human)", "bot human")]
    assert stage.call("bot", "pass next", {"n": 1}) == 200
    assert stage.observed() == []
    stage.begin("A(bot)")
    assert [stage.call("app", "pass next") for _ in range(2)] == [200, 200]
    assert stage.observed() == [
        ("switchboard:passControl", "A(human)", "bot human"), ("switchboard:passControl", "A(bot)", "bot human"),
    ]  # fmt: skip


def test_offers(api: Caller) -> None:
    """Examples 6 and 7."""
    stage = Stage(Board(api)).begin("A(human)")
    assert stage.call("app", "offer bot") == 200
    api.say(stage.group)
    assert stage.observed() == [
        ("switchboard:offerControl", "A(human)P(bot)", "bot human"),
        ("conversation:message", "A(human)P(bot)", "bot human"),
    ]
    assert [stage.call(who, "accept") for who in ("bot", "bot", "util")] == [200, 200, 403]
    assert stage.observed() == [("switchboard:acceptControl", "A(bot)", "bot human")]


def test_releases(api: Caller) -> None:
    """Examples 8 and 9."""
    stage = Stage(Board(api)).begin("A(human)P(bot)")
    assert [stage.call("human", "release", {"m": 1}), stage.call("human", "release")] == [200, 403]
    assert stage.observed() == [("switchboard:releaseControl {'m': 1}", "N", "bot human")]
    api.say(stage.group, userId=stage.board.user)
    assert stage.observed() == [("conversation:message", "A(bot)", "bot")]


def test_failures(api: Caller) -> None:
    """Examples 10 and 14, and a call that fails, of an integration on standby."""
    stage = Stage(Board(api)).begin("A(bot)")
    calls = [("bot", "offer bot"), ("app", "pass custom"), ("app", "accept"), ("human", "offer bot")]
    assert [stage.call(*one) for one in calls] == [200] * 4
    invalid = "switchboard_invalid_target"
    assert stage.observed() == [
        (f"switchboard:offerControl:failure {invalid}", "A(bot)", "bot"),
        (f"switchboard:passControl:failure {invalid}", "A(bot)", "bot"),
        ("switchboard:acceptControl:failure switchboard_invalid_action", "A(bot)", "bot"),
        (f"switchboard:offerControl:failure {invalid}", "A(bot)", "bot human"),
    ]
    stage.begin("A(util)")
    assert stage.call("util", "pass next", {"m": 1}) == 200
    expected = "switchboard:passControl:failure {'m': 1} switchboard_invalid_target"
    assert stage.observed() == [(expected, "A(util)", "")]


def test_a_pass_ends_an_offer(api: Caller) -> None:
    """Example 11."""
    stage = Stage(Board(api)).begin("A(human)P(util)")
    assert [stage.call("app", "pass id:human") for _ in range(2)] == [200, 200]
    assert stage.observed() == [("switchboard:passControl", "A(human)", "human")]


def test_deleted_members_and_disabled_switchboards(api: Caller) -> None:
    """Examples 12 and 13."""
    board = Board(api)
    stage = Stage(board).begin("A(human)P(bot)")
    board.set(enabled=False)
    api.say(stage.group)
    board.set(enabled=True)
    assert board.state(stage.group) == "A(human)P(bot)"
    assert stage.observed() == [("conversation:message", "N", "bot human")]
    stage.begin("A(human)")
    board.change("bot", nextSwitchboardIntegrationId=None)
    board.remove("human")
    assert board.state(stage.group) == "N"
    api.say(stage.group, userId=board.user)
    assert stage.observed() == [("conversation:message", "A(bot)", "bot human")]


def test_recipients_of_events(api: Caller) -> None:
    """Standby integrations receive the events of users and clients, and no events of conversations."""
    board = Board(api)
    stage = Stage(board).begin("A(human)P(bot)")
    other = api.new_user()
    api.join(stage.group, other, subscribe=True)
    api.read(stage.group, userId=other)
    api.leave(stage.group, userId=other)
    assert stage.call("app", "accept") == 200
    api.ok("DELETE", f"/conversations/{stage.group}")
    listed = stage.deliveries()
    recipients: dict[str, set[str]] = {}
    for one in listed:
        recipients.setdefault(one["eventType"], set()).add(board.webhooks[one["webhookId"]])
    # The human is not in control when the conversation is created, nor when it is deleted.
    for type in ("conversation:create", "conversation:remove"):
        assert recipients.pop(type) == {"bot", "util", "crm"}
    assert set(recipients) == {
        "conversation:join", "conversation:read", "conversation:leave", "switchboard:passControl",
        "switchboard:offerControl", "switchboard:acceptControl",
    }  # fmt: skip
    users = f"{api.url}/heliograph/v1/apps/{api.app_id}/deliveries?filter[userId]={other}"
    clients = api.http.get(users, auth=api.auth).json()["deliveries"]
    recipients["client:add"] = {board.webhooks[one["webhookId"]] for one in clients if one["eventType"] == "client:add"}
    assert all(names == {"bot", "human", "util", "crm"} for names in recipients.values())
    # Deliveries are determined when the event is committed.
    board.change("human", deliverStandbyEvents=True)
    assert [one["id"] for one in stage.deliveries()] == [one["id"] for one in listed]
    stage.begin("A(bot)")
    api.say(stage.group)
    assert stage.observed() == [("conversation:message", "A(bot)", "bot human")]
