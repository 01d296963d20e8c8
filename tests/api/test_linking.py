"""CreateClient: its rules, its confirmations, and the outcomes of links, with their events."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.database import Database
from tests.api.event_records import event_types, events_of
from tests.api.linking import EXTERNAL_ID, NUMBER, Links, new_integration, outcome_of, set_outcome
from tests.harness import Caller, error_of, new_app
from tests.security.credentials import bearer

UNKNOWN = "0123456789abcdef01234567"
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
NO_RECIPIENT = {"code": "uncategorized_error", "message": "No such recipient"}


@pytest.fixture
def links(api: Caller) -> Links:
    """Links of ada, who has an external id, for a personal conversation."""
    return Links(api, api.new_user("ada"))


def client_events(links: Links) -> list[tuple[str, str]]:
    """The types and reasons of the events of the user's clients."""
    events = events_of(links.api)
    found = [one for one in events if one.type.startswith("client:") and one.user_id == links.user]
    assert {one.conversation_id for one in found} <= {None}  # clients.12
    return [(one.type.removeprefix("client:"), one.payload["reason"]) for one in found]


def test_pending(links: Links) -> None:
    """clients.4, clients.5: the client has four keys; the events are `client:add` and `matched`."""
    client = links.link()
    assert set(client) == {"id", "type", "status", "integrationId"}
    assert (client["type"], client["status"], client["integrationId"]) == ("twilio", "pending", links.integration)
    assert links.listed() == [client]
    assert links.associated() == []
    added, matched = events_of(links.api)[-2:]
    about = {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "client": client,
        "conversation": {"id": links.conversation, "type": "personal"},
    }
    assert added.payload == {**about, "reason": "channelLinking", "source": {"type": "api"}}
    assert matched.payload == {**about, "reason": "matched"}
    assert client_events(links) == [("add", "channelLinking"), ("update", "matched")]


@pytest.mark.parametrize("confirmation", ["immediate", "userActivity", "prompt"])
def test_confirmed(links: Links, confirmation: str) -> None:
    """clients.5, clients.6"""
    client = links.link(confirmation)
    assert client["status"] == "pending"
    if confirmation != "immediate":
        assert set_outcome(links.api, links.user, client["id"], "confirmed")["status"] == "active"
    (shown,) = links.listed()
    assert shown == {
        **client,
        "status": "active",
        "externalId": EXTERNAL_ID,
        "displayName": NUMBER,
        "lastSeen": shown["lastSeen"],
        "linkedAt": shown["linkedAt"],
    }
    assert TIME.fullmatch(shown["lastSeen"])
    assert shown["linkedAt"] <= shown["lastSeen"]
    assert links.associated() == [client["id"]]
    *_, event = events_of(links.api)
    assert event.payload == {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "client": shown,
        "reason": "confirmed",
        "conversation": {"id": links.conversation, "type": "personal"},
    }
    matched = [] if confirmation == "immediate" else [("update", "matched")]
    assert client_events(links) == [("add", "channelLinking"), *matched, ("update", "confirmed")]


def test_the_order_of_associations(api: Caller) -> None:
    """clients.6: a primary client comes first, any other client last."""
    ada = api.new_user()
    body = {"type": "personal", "participants": [{"userId": ada, "subscribeSDKClient": True}]}
    links = Links(api, ada, api.ok("POST", "/conversations", body)["conversation"]["id"])
    (sdk,) = links.associated()
    last = links.link("immediate", "+15550000001", primary=False)["id"]
    first = links.link("immediate", "+15550000002")["id"]
    assert links.associated() == [first, sdk, last]
    again = links.link("prompt", "+15550000003", primary=True)["id"]
    set_outcome(api, ada, again, "confirmed")
    assert links.associated() == [again, first, sdk, last]


@pytest.mark.parametrize(
    ("outcome", "reason", "message"),
    [("cancelled", "linkCancelled", "The user cancelled the link"), ("failed", "linkFailed", "The link failed")],
)
@pytest.mark.parametrize("given", [None, {"code": "forbidden", "message": "Number is unreachable"}])
def test_removed(links: Links, outcome: str, reason: str, message: str, given: Any) -> None:
    """clients.10"""
    client = links.link()
    fields = {} if given is None else {"error": given}
    assert set_outcome(links.api, links.user, client["id"], outcome, **fields) == client
    assert links.listed() == []
    *_, event = events_of(links.api)
    assert event.payload == {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "client": client,
        "reason": reason,
        "source": {"type": "api"},
        "conversation": {"id": links.conversation, "type": "personal"},
        "error": given or {"code": "uncategorized_error", "message": message},
    }
    answer = outcome_of(links.api, links.user, client["id"], outcome)
    assert error_of(answer) == (404, "client_not_found", "Client not found")
    assert links.link()["id"] > client["id"]


OUTCOMES = ("matched", "confirmed", "cancelled", "failed", "blocked", "unblocked")


def test_outcomes_that_cannot_follow(links: Links) -> None:
    """clients.10: 409, and nothing changes."""
    api, user = links.api, links.user
    sdk = api.join(api.new_group(), user, subscribe=True)["clientAssociations"][0]["clientId"]
    by_activity = links.link("userActivity", "+15550000001")["id"]
    prompted = links.link()["id"]
    possible = [
        (sdk, set()), (by_activity, {"matched", "confirmed", "failed"}),
        (prompted, {"matched", "confirmed", "failed", "cancelled"}),
    ]  # fmt: skip
    before = event_types(api)
    for client, some in possible:
        for outcome in set(OUTCOMES) - some:
            answer = outcome_of(api, user, client, outcome)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "conflict")
    assert event_types(api) == before
    set_outcome(api, user, prompted, "matched")
    steps = (("confirmed", "blocked"), ("blocked", "unblocked"), ("unblocked", "blocked"))
    for step, following in steps:
        set_outcome(api, user, prompted, step)
        for outcome in set(OUTCOMES) - {following}:
            assert outcome_of(api, user, prompted, outcome).status_code == 409, (step, outcome)
    title = "outcome cancelled cannot follow: the client is active"
    assert error_of(outcome_of(api, user, prompted, "cancelled")) == (409, "conflict", title)
    assert client_events(links)[-4:] == [
        ("update", "matched"), ("update", "confirmed"), ("update", "blocked"), ("update", "unblocked"),
    ]  # fmt: skip
    *_, event = events_of(api)
    assert event.payload["conversation"]["id"] == links.conversation


def test_invalid_outcomes(links: Links, account: Caller) -> None:
    client = links.link()["id"]
    for body in ({}, {"outcome": "lost"}, {"outcome": "failed", "error": {"code": "x"}}):
        answer = links.api.http.request(
            "POST",
            f"{links.api.url}/heliograph/v1/apps/{links.api.app_id}/users/{links.user}/clients/{client}/outcome",
            json=body,
            auth=links.api.auth,
        )
        assert answer.status_code == 400
    for user, id in ((UNKNOWN, client), (links.user, UNKNOWN), (links.user, "%00"), (links.api.new_user(), client)):
        assert outcome_of(links.api, user, id, "confirmed").status_code == 404
    assert outcome_of(new_app(account), links.user, client, "confirmed").status_code == 404
    assert links.api.auth is not None
    token = {"authorization": bearer(links.api.auth, "integration")}
    url = f"{links.api.url}/heliograph/v1/apps/{links.api.app_id}/users/{links.user}/clients/{client}/outcome"
    answer = links.api.http.request("POST", url, json={"outcome": "confirmed"}, headers=token)
    assert error_of(answer) == (403, "forbidden", "Forbidden")
    assert [one["status"] for one in links.listed()] == ["pending"]


@pytest.mark.parametrize("confirmation", ["immediate", "userActivity", "prompt"])
def test_addresses_without_a_recipient(links: Links, confirmation: str) -> None:
    """clients.9"""
    mailgun = Links(links.api, links.user, links.conversation, new_integration(links.api, "mailgun"))
    bodies = [(links, links.body(confirmation, "+1 500 555-0001"))]
    for address in ("ada@example.invalid", "ada@INVALID"):
        body = mailgun.body(confirmation)
        body["matchCriteria"] = {"type": "mailgun", "integrationId": mailgun.integration, "address": address}
        bodies.append((mailgun, body))
    for who, body in bodies:
        answer = who.ask(body)
        assert answer.status_code == 201
        assert answer.json()["client"]["status"] == "pending"
        assert who.listed() == []
        *_, event = events_of(links.api)
        assert event.payload["reason"] == "linkFailed"
        assert (event.payload["error"], event.payload["client"]) == (NO_RECIPIENT, answer.json()["client"])
    assert client_events(links) == [("add", "channelLinking"), ("remove", "linkFailed")] * 3


@pytest.mark.parametrize("confirmation", ["immediate", "prompt"])
def test_theft(links: Links, confirmation: str) -> None:
    """clients.8: the address moves when the link is confirmed."""
    api = links.api
    links.link("immediate")
    (before,) = links.listed()
    also = Links(api, links.user, integration=links.integration)
    also.link()
    bob = Links(api, api.new_user("bob"), integration=links.integration)
    carol = Links(api, api.new_user("carol"), integration=links.integration)
    waiting = carol.link()
    new = bob.link(confirmation)
    if confirmation == "prompt":
        assert links.listed() == [before]
        set_outcome(api, bob.user, new["id"], "confirmed")
    assert (links.listed(), links.associated(), also.associated()) == ([], [], [])
    assert bob.associated() == [new["id"]]
    stolen, confirmed = events_of(api)[-2:]
    assert (stolen.type, stolen.user_id) == ("client:remove", links.user)
    assert stolen.payload == {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "client": before,
        "reason": "theft",
        "source": {"type": "api"},
        "conversation": {"id": links.conversation, "type": "personal"},
    }
    assert (confirmed.user_id, confirmed.payload["reason"]) == (bob.user, "confirmed")
    assert carol.listed() == [waiting]
    # The conversation of the link may be deleted, and the address may be available again.
    api.ok("DELETE", f"/conversations/{api.new_personal(bob.user)}")
    set_outcome(api, carol.user, waiting["id"], "confirmed")
    assert bob.listed() == []
    api.ok("DELETE", f"/users/{carol.user}")
    assert links.link("immediate")["id"] > new["id"]
    assert links.associated() == [links.listed()[0]["id"]]


def test_theft_after_the_conversation_is_gone(api: Caller) -> None:
    ada = api.new_user("ada")
    api.new_personal(ada)
    links = Links(api, ada)
    links.link("immediate")
    api.ok("DELETE", f"/conversations/{links.conversation}")
    Links(api, api.new_user("bob"), integration=links.integration).link("immediate")
    stolen = next(one for one in events_of(api) if one.payload.get("reason") == "theft")
    assert "conversation" not in stolen.payload


def test_confirmed_after_the_conversation_is_gone(api: Caller) -> None:
    """clients.6"""
    ada = api.new_user("ada")
    api.new_personal(ada)
    links = Links(api, ada)
    client = links.link()["id"]
    api.ok("DELETE", f"/conversations/{links.conversation}")
    assert set_outcome(api, ada, client, "confirmed")["status"] == "active"
    *_, event = events_of(api)
    assert (event.type, "conversation" in event.payload) == ("client:update", False)


def test_remove_a_pending_client(links: Links) -> None:
    """clients.11"""
    client = links.link()
    assert links.api.ok("DELETE", f"/users/{links.user}/clients/{client['id']}") == {}
    assert links.listed() == []
    *_, event = events_of(links.api)
    assert event.payload == {
        "user": {"id": links.user, "authenticated": False, "externalId": "ada"},
        "client": client,
        "reason": "api",
        "source": {"type": "api"},
    }
    links.link("immediate")
    links.api.ok("DELETE", f"/users/{links.user}/clients/{links.listed()[0]['id']}")
    bob = Links(links.api, links.api.new_user("bob"), integration=links.integration)
    bob.link("immediate")
    assert [reason for _, reason in client_events(links)].count("theft") == 0


def test_deleting_the_integration(links: Links, database: Database) -> None:
    """integrations.11: with clients of several users, and more of them than one transaction changes."""
    api = links.api
    bob = Links(api, api.new_user("bob"), integration=links.integration)
    active = [links.link("immediate", f"+1555000{number:04}")["id"] for number in range(110)]
    others = [bob.link("immediate", f"+1555001{number:04}")["id"] for number in range(100)]
    pending = bob.link()["id"]
    assert (len(links.associated()), len(bob.associated())) == (110, 100)
    written = event_types(api)
    assert api.ok("DELETE", f"/integrations/{links.integration}") == {}
    assert event_types(api) == written
    assert (links.associated(), bob.associated()) == ([], [])
    found = [one for user in (links.user, bob.user) for one in api.sdk.clients.iter_clients(api.app_id, user)]
    assert {(one.status, one.id) for one in found} == {("inactive", id) for id in (*active, *others, pending)}
    assert database.rows("SELECT 1 FROM linked_address WHERE app_id = $1", api.app_id) == []
    for client in (pending, others[0]):
        assert outcome_of(api, bob.user, client, "confirmed").status_code == 409
    assert error_of(links.ask()) == (404, "integration_not_found", "Integration not found")
    api.ok("DELETE", f"/users/{bob.user}/clients/{pending}")
