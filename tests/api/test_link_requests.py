"""Requests of CreateClient: refused requests, and repeated requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.event_records import event_types, events_of
from tests.api.linking import EXTERNAL_ID, Links, new_integration, outbound_of, set_outcome
from tests.harness import Caller, error_of, new_app, titles_of

UNKNOWN = "0123456789abcdef01234567"
REPLY = {"type": "reply", "text": "x", "payload": "y"}


@pytest.fixture
def links(api: Caller) -> Links:
    """Links of ada, who has an external id, for a personal conversation."""
    return Links(api, api.new_user("ada"))


def test_email(links: Links) -> None:
    """clients.2: addresses are shown as sent and compared in lower case; the subject is for the channel."""
    mailgun = Links(links.api, links.user, links.conversation, new_integration(links.api, "mailgun"))
    body = mailgun.body("immediate")
    about = {"type": "mailgun", "integrationId": mailgun.integration, "address": "Ada@Example.org"}
    body["matchCriteria"] = {**about, "subject": "Hello"}
    body["confirmation"]["message"] = {
        "author": {"type": "business", "displayName": "Harbour office"},
        "content": {"type": "text", "text": "Shall we?", "actions": [
            {"type": "link", "text": "Terms", "uri": "https://example.org/terms"}]},
    }  # fmt: skip
    client = mailgun.ask(body).json()["client"]["id"]
    body["matchCriteria"]["address"] = "ada@example.ORG"
    (shown,) = mailgun.listed()
    assert mailgun.ask(body).json()["client"] == shown
    assert (shown["externalId"], shown["displayName"]) == ("Ada@Example.org", "Ada@Example.org")
    (sent,) = outbound_of(links.api)["outbound"]
    assert (sent["kind"], sent["conversationId"], sent["clientId"]) == ("confirmation", links.conversation, client)
    assert (sent["content"]["to"], sent["content"]["subject"]) == ("Ada@Example.org", "Hello")
    assert sent["content"]["message"]["author"] == body["confirmation"]["message"]["author"]
    (action,) = sent["content"]["message"]["content"]["actions"]
    assert action["uri"] == "https://example.org/terms"
    assert links.api.ok("GET", f"/conversations/{links.conversation}/messages")["messages"] == []


def test_repeated_requests(links: Links) -> None:
    """clients.7"""
    first = links.link()
    written = event_types(links.api)
    assert links.link("immediate", "+1-212 555 2368", primary=False) == first
    assert event_types(links.api) == written
    set_outcome(links.api, links.user, first["id"], "confirmed")
    (active,) = links.listed()
    written = event_types(links.api)
    assert links.link() == active
    assert event_types(links.api) == written
    other = Links(links.api, links.user, integration=links.integration)
    assert other.link("prompt") == active
    assert (other.associated(), links.associated()) == ([first["id"]], [first["id"]])
    *_, event = events_of(links.api)
    assert (event.type, event.payload["reason"]) == ("client:update", "confirmed")
    assert event.payload["conversation"]["id"] == other.conversation
    blocked = set_outcome(links.api, links.user, first["id"], "blocked")
    third = Links(links.api, links.user, integration=links.integration)
    assert (third.link(), third.associated()) == (blocked, [])


def test_order_of_checks(links: Links, account: Caller) -> None:
    """clients.1"""
    api = links.api
    bob, group = api.new_user("bob"), api.new_group(links.user)
    whatsapp = new_integration(api, "whatsapp")
    body = links.body()

    def ask(user: str, conversation: str, integration: str) -> Any:
        about = {**body["matchCriteria"], "integrationId": integration}
        return api(
            "POST",
            f"/users/{user}/clients",
            {**body, "matchCriteria": about, "target": {"conversationId": conversation}},
        )

    foreign = new_integration(new_app(account))
    no_user = (404, "user_not_found", "User not found")
    no_conversation = (404, "conversation_not_found", "Conversation not found")
    no_integration = (404, "integration_not_found", "Integration not found")
    not_personal = (400, "bad_request", "target.conversationId should be of a conversation of type personal")
    no_member = (404, "not_found", "User is not a member of the conversation")
    assert error_of(ask("nobody", UNKNOWN, UNKNOWN)) == no_user
    assert error_of(ask(links.user, UNKNOWN, UNKNOWN)) == no_conversation
    assert error_of(ask("ada", "x" * 5000, "x")) == no_conversation
    assert error_of(ask(bob, group, UNKNOWN)) == not_personal
    assert error_of(ask(bob, links.conversation, UNKNOWN)) == no_member
    for integration in (UNKNOWN, foreign, "x" * 5000, ""):
        assert error_of(ask("ada", links.conversation, integration)) == no_integration
    title = "matchCriteria.integrationId should be of an integration of type twilio"
    assert error_of(ask("ada", links.conversation, whatsapp)) == (400, "bad_request", title)
    assert links.listed() == []


@pytest.mark.one_engine
def test_malformed_addresses(links: Links) -> None:
    """clients.2"""
    numbers = [
        "212 555 2368", "1 212 555 2368", "+1 (212) 555-2368", "+1234567", "+1234567890123456", "+12125552368x", "+",
        "", "+12125552368\n", "+1212\n5552368", "+1212\t5552368", "+٣٤٥٦٧٨٩٠", "+1212.555.2368",
        "+" + " " * 80 + "12125552368", "++12125552368", " +12125552368", None, 12125552368, ["+12125552368"],
    ]  # fmt: skip
    for number in numbers:
        answer = links.ask(links.body("immediate", number))  # type: ignore[arg-type]
        assert any("phoneNumber" in title for title in titles_of(answer)), number
    mailgun = new_integration(links.api, "mailgun")
    addresses = [
        "ada", "@example.org", "ada@", "a@b@c", "ada @example.org", "ada@example.org\n", "ada@example.org\r\nBcc: x@y",
        "a" * 320 + "@example.org", "", None, 1,
    ]  # fmt: skip
    for address in addresses:
        body = links.body()
        body["matchCriteria"] = {"type": "mailgun", "integrationId": mailgun, "address": address}
        assert any("address" in title for title in titles_of(links.ask(body))), address
    assert titles_of(links.ask(links.body("immediate", "+1212555\u00002368")))
    assert links.listed() == []
    for number in ("+1 212-555-2368", "+12125552368", "+1 212 555 2368", "+1-212--555  2368 "):
        links.link("immediate", number)
    assert [one["externalId"] for one in links.listed()] == [EXTERNAL_ID]


@pytest.mark.one_engine
def test_invalid_bodies(links: Links) -> None:
    """clients.3, and the three required parts."""
    text = {"type": "text", "text": "Hello"}
    body = links.body()
    for name in body:
        assert any(name in title for title in titles_of(links.ask({**body, name: None})))
    messages = [
        {"author": {"type": "user", "userId": links.user}, "content": text},
        {"author": {"type": "business"}, "content": {"type": "file", "mediaUrl": "https://example.org/a.pdf"}},
        {"author": {"type": "business"}, "content": {**text, "actions": [REPLY]}},
        {"author": {"type": "business"}},
    ]  # fmt: skip
    for message in messages:
        titles = titles_of(links.ask({**body, "confirmation": {"type": "prompt", "message": message}}))
        assert any(title.startswith("confirmation") for title in titles), titles
    for confirmation in ({"type": "later"}, {}, "prompt"):
        assert titles_of(links.ask({**body, "confirmation": confirmation}))
    for type in ("telegram", "sdk", "custom"):
        assert titles_of(links.ask({**body, "matchCriteria": {**body["matchCriteria"], "type": type}}))
    image = {"type": "image", "mediaUrl": "https://example.org/a.png"}
    sent = {"author": {"type": "business"}, "content": image}
    assert links.ask({**body, "confirmation": {"type": "prompt", "message": sent}}).status_code == 201
    (shown,) = outbound_of(links.api)["outbound"]
    assert shown["content"]["message"]["content"]["mediaUrl"] == image["mediaUrl"]


def test_pages_of_many_clients(links: Links) -> None:
    created = [links.link("prompt", f"+1555000{number:04}")["id"] for number in range(12)]
    found, path = [], f"/users/{links.user}/clients?page[size]=5"
    page = links.api.ok("GET", path)
    while True:
        found += [one["id"] for one in page["clients"]]
        if not page["meta"]["hasMore"]:
            break
        page = links.api.http.get(page["links"]["next"], auth=links.api.auth).json()
    assert found == created


def test_the_key_of_an_integration_may_link(links: Links) -> None:
    hook = {"target": "https://example.invalid", "triggers": []}
    bot = links.api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]["id"]
    key = links.api.ok("POST", f"/integrations/{bot}/keys", {"displayName": "Bot"})["key"]
    caller = Caller(links.api.url, (key["id"], key["secret"]), links.api.app_id, links.api.http)
    assert caller("POST", f"/users/{links.user}/clients", links.body()).status_code == 201
