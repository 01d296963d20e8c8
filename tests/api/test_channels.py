"""DownloadMessageRef, PostConversionEvents, and the outbound items that real channels would have been sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.database import Database
from tests.api.event_records import event_types
from tests.api.importing import add_client, associate
from tests.api.linking import EXTERNAL_ID, Links, new_integration, outbound_of
from tests.harness import Caller, error_of, new_app, titles_of

UNKNOWN = "0123456789abcdef01234567"
REFERENCE = {"url": "https://example.org", "bid": "b", "key": "k", "signature": "s", "owner": "o"}
EVENTS = {"payload": {"data": [{"event_name": "Purchase"}, {"event_name": "Lead", "custom": {"a": [1]}}]}}
SENT = {"author": {"type": "business"}, "content": {"type": "text", "text": "Shall we?"}}
CLIENT = "f" * 24


@pytest.fixture
def links(api: Caller) -> Links:
    """Links of a user for a personal conversation."""
    return Links(api, api.new_user("ada"))


def attach(links: Links, type: str) -> str:
    """Attach a client of a channel to the conversation; returns its integration."""
    integration = new_integration(links.api, type)
    add_client(links.api, links.user, CLIENT, type, integrationId=integration)
    (participant,) = links.api.participants(links.conversation)
    associate(links.api, links.conversation, participant, (type, CLIENT))
    return integration


def test_download_message_ref(links: Links, account: Caller) -> None:
    """clients.13"""
    api, body = links.api, {"userId": links.user, "apple": {"interactiveDataRef": REFERENCE}}
    path = f"/conversations/{links.conversation}/download"
    title = "The user has no client of type apple attached to the conversation"
    assert error_of(api("POST", path, body)) == (400, "bad_request", title)
    no_conversation = (404, "conversation_not_found", "Conversation not found")
    assert error_of(api("POST", f"/conversations/{UNKNOWN}/download", body)) == no_conversation
    assert error_of(new_app(account)("POST", path, body)) == no_conversation
    for user in (UNKNOWN, "ada", new_app(account).new_user()):
        assert error_of(api("POST", path, {**body, "userId": user})) == (404, "user_not_found", "User not found")
    stranger = {**body, "userId": api.new_user()}
    assert error_of(api("POST", path, stranger)) == (404, "not_found", "User is not a member of the conversation")
    attach(links, "apple")
    written = event_types(api)
    assert api.ok("POST", path, body) == {}
    assert event_types(api) == written
    for name in REFERENCE:
        reference = {**REFERENCE, name: None}
        answer = api("POST", path, {**body, "apple": {"interactiveDataRef": reference}})
        assert any(name in one for one in titles_of(answer))
    changes: list[dict[str, Any]] = [{"userId": None}, {"apple": None}, {"apple": {}}]
    for changed in changes:
        assert titles_of(api("POST", path, {**body, **changed}))


@pytest.mark.parametrize("type", ["messenger", "instagram", "whatsapp"])
def test_conversion_events(links: Links, account: Caller, type: str) -> None:
    """clients.14, clients.15"""
    api, path = links.api, f"/conversations/{links.conversation}/conversionEvents"
    title = f"The user has no client of type {type} attached to the conversation"
    assert error_of(api("POST", path, {type: EVENTS})) == (400, "bad_request", title)
    group = f"/conversations/{api.new_group(links.user)}/conversionEvents"
    assert error_of(api("POST", group, {type: EVENTS})) == (400, "bad_request", title)
    no_conversation = (404, "conversation_not_found", "Conversation not found")
    for caller, where in ((api, f"/conversations/{UNKNOWN}/conversionEvents"), (new_app(account), path)):
        assert error_of(caller("POST", where, {type: EVENTS})) == no_conversation
    integration = attach(links, type)
    written = event_types(api)
    expected = {"conversionEvents": {"datasetId": integration, "eventsReceived": 2}}
    assert api.ok("POST", path, {type: EVENTS}) == expected
    assert event_types(api) == written
    (shown,) = outbound_of(api)["outbound"]
    assert (shown["kind"], shown["clientId"], shown["content"]) == ("conversionEvents", CLIENT, EVENTS["payload"])
    other = next(one for one in ("messenger", "instagram") if one != type)
    invalid: list[Any] = [{}, {type: EVENTS, other: EVENTS}, {type: {}}, {type: {"payload": {"data": [1]}}}]
    for body in (*invalid, {type: {"payload": {"data": {}}}}, {type: {"payload": {}}}, {"line": EVENTS}):
        assert titles_of(api("POST", path, body))


def test_outbound(links: Links, account: Caller, database: Database) -> None:
    """clients.15: pages, filters, isolation of apps, and deletion with the conversation."""
    api = links.api
    api.new_personal(links.user)
    other = Links(api, links.user, integration=links.integration)
    numbers = [f"+1555000{number:04}" for number in range(5)]
    for number, where in zip(numbers, (links, other, links, other, links), strict=True):
        body = where.body("immediate", number)
        body["confirmation"]["message"] = SENT
        assert where.ask(body).status_code == 201
    every = outbound_of(api)
    assert [one["content"]["to"] for one in every["outbound"]] == numbers
    assert set(every["outbound"][0]) == {"id", "kind", "conversationId", "clientId", "content", "createdAt"}
    first = outbound_of(api, "?page[size]=2")
    assert first["outbound"] == every["outbound"][:2]
    following = api.http.get(first["links"]["next"], auth=api.auth).json()
    assert following["outbound"] == every["outbound"][2:4]
    mine = f"filter[conversationId]={links.conversation}"
    paged = outbound_of(api, f"?{mine}&page[size]=2")
    assert [one["content"]["to"] for one in paged["outbound"]] == numbers[0:3:2]
    assert mine in paged["links"]["next"]
    rest = api.http.get(paged["links"]["next"], auth=api.auth).json()
    assert [one["content"]["to"] for one in rest["outbound"]] == numbers[4:]
    client = every["outbound"][0]["clientId"]
    assert outbound_of(api, f"?filter[clientId]={client}")["outbound"] == every["outbound"][:1]
    assert outbound_of(api, f"?{mine}&filter[clientId]={client}")["outbound"] == every["outbound"][:1]
    for query in (f"filter[clientId]={client}&filter[conversationId]={other.conversation}", "filter[clientId]=x"):
        assert outbound_of(api, f"?{query}") == {"outbound": [], "meta": {"hasMore": False}}
    foreign = new_app(account)
    for query in ("", f"?filter[clientId]={client}", f"?{mine}"):
        assert outbound_of(foreign, query)["outbound"] == []
    url = f"{api.url}/heliograph/v1/apps/{api.app_id}/outbound"
    assert api.http.get(url, auth=foreign.auth).status_code == 403
    assert api.http.get(f"{url}?page[size]=0", auth=api.auth).status_code == 400
    api.ok("DELETE", f"/conversations/{other.conversation}")
    assert [one["content"]["to"] for one in outbound_of(api)["outbound"]] == numbers[0:5:2]
    api.ok("DELETE", f"/users/{links.user}")
    for table in ("outbound", "linked_address", "client"):
        assert database.rows(f"SELECT 1 FROM {table} WHERE app_id = $1", api.app_id) == []


def test_a_link_that_is_attached_again_sends_its_message(links: Links) -> None:
    links.link("immediate")
    body = links.body()
    body["confirmation"]["message"] = SENT
    assert links.ask(body).status_code == 201
    assert outbound_of(links.api)["outbound"] == []
    other = Links(links.api, links.user, integration=links.integration)
    assert other.ask({**body, "target": {"conversationId": other.conversation}}).status_code == 201
    (sent,) = outbound_of(links.api)["outbound"]
    assert sent["content"] == {"to": EXTERNAL_ID, "message": SENT}
