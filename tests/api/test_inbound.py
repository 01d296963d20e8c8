"""Acts of end users on devices and channels, below /heliograph/v1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.end_users import EndUser, post
from tests.api.endpoint import Endpoint
from tests.api.event_records import events_of
from tests.api.handover import Board, state_of
from tests.api.linking import Links
from tests.delivery.receiver import documented
from tests.harness import Caller, Server, error_of, init, new_app, titles_of
from tests.waiting import until


def test_every_act_has_its_event_with_the_source_of_the_device(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    before = len(events_of(api, conversation))
    message = user.say(conversation, "Hi")
    for act in ("typing:start", "typing:stop", "conversation:read"):
        assert user.act(conversation, {"type": act}).json() == {"messages": []}
    assert user.act(conversation, {"type": "postback", "payload": "p", "metadata": {"k": 1}}).status_code == 200
    assert user.act(conversation, {"type": "referral", "code": "c", "details": {"from": "ad"}}).status_code == 200
    source = {"type": "web", "integrationId": user.integration_id}
    assert message["source"] == source
    assert message["author"] == {"type": "user", "userId": user.id}
    events = events_of(api, conversation)[before:]
    assert [one.type for one in events] == [
        "conversation:message", "conversation:typing", "conversation:typing", "conversation:read",
        "conversation:postback", "conversation:referral",
    ]  # fmt: skip
    holders = [one.payload.get("message") or one.payload.get("activity") or one.payload for one in events]
    assert [one["source"] for one in holders] == [source] * 6
    assert events[4].payload["postback"] == {"payload": "p", "metadata": {"k": 1}}
    assert events[5].payload["referral"] == {"code": "c", "details": {"from": "ad"}}
    assert events[4].payload["user"]["id"] == events[5].payload["user"]["id"] == user.id


def test_messages_are_listed_and_counted_like_posted_messages(api: Caller) -> None:
    user = EndUser(api)
    group = api.new_group(api.new_user())
    api.join(group, user.id)
    message = user.say(group, "Hi")
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == [message]
    assert api.unread(group) == [1, 0]


def test_without_a_device_and_a_client_the_source_is_the_api(api: Caller) -> None:
    user = EndUser(api)
    group = api.new_group(user.id)
    body = {"userId": user.id, "act": {"type": "message", "content": {"type": "text", "text": "Hi"}}}
    (message,) = api.ok("POST", f"{user.path}/conversations/{group}/inbound", body)["messages"]
    assert message["source"] == {"type": "api:conversations"}
    assert user.say(group, clientId=user.device["clientId"])["source"] == {"type": "sdk"}


def test_an_act_makes_its_device_active_and_associates_its_client(api: Caller) -> None:
    user = EndUser(api)
    group = api.new_group(user.id)
    other = user.register("other", status="inactive")
    assert api.participants(group)[0]["clientAssociations"] == []
    user.say(group, deviceId=other["id"])
    assert api.participants(group)[0]["clientAssociations"] == [{"type": "sdk", "clientId": other["clientId"]}]
    first, _ = api.ok("GET", f"/users/{user.id}/devices")["devices"]
    (client,) = api.ok("GET", f"/users/{user.id}/clients")["clients"]
    assert (first["id"], first["status"]) == (other["id"], "active")
    assert client["lastSeen"] == first["lastSeen"] >= other["lastSeen"]


def test_unknown_ids_are_404_and_invalid_acts_are_400(api: Caller, account: Caller) -> None:
    user, stranger = EndUser(api), EndUser(new_app(account))
    group, foreign = api.new_group(user.id), stranger.api.new_group(stranger.id)
    message = {"type": "message", "content": {"type": "text", "text": "Hi"}}
    outsider = api.new_user()
    for conversation, act, where, error in (
        ("unknown", message, {}, (404, "conversation_not_found", "Conversation not found")),
        (foreign, message, {}, (404, "conversation_not_found", "Conversation not found")),
        (group, message, {"userId": "unknown"}, (404, "user_not_found", "User not found")),
        (group, message, {"userId": stranger.id}, (404, "user_not_found", "User not found")),
        (group, message, {"userId": outsider}, (404, "not_found", "User is not a member of the conversation")),
        (group, message, {"deviceId": stranger.device["id"]}, (404, "device_not_found", "Device not found")),
        (group, message, {"clientId": stranger.device["clientId"]}, (404, "client_not_found", "Client not found")),
        (
            group,
            {"type": "postback", "payload": "p", "messageId": "unknown"},
            {},
            (404, "not_found", "Message not found"),
        ),
    ):
        assert error_of(user.act(conversation, act, **where)) == error, (act, where)
    both = {"deviceId": user.device["id"], "clientId": user.device["clientId"]}
    assert titles_of(user.act(group, message, **both)) == ["at most one of deviceId, clientId may be given, 2 given"]
    assert titles_of(user.act(group, {"type": "dance"}))[0].startswith("act")
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == []


def test_a_postback_has_the_metadata_of_its_button_and_can_be_echoed(api: Caller) -> None:
    user = EndUser(api)
    conversation = user.begin()["id"]
    button = {"type": "postback", "text": "Yes", "payload": "yes", "metadata": {"k": "v"}}
    text = post(api, conversation, {"type": "text", "text": "Well?", "actions": [button]})
    item = {"title": "One", "actions": [{**button, "payload": "one", "text": "One"}]}
    carousel = post(api, conversation, {"type": "carousel", "items": [item]})
    api.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"echoPostback": False}})
    press = {"type": "postback", "payload": "yes", "messageId": text["id"], "metadata": {"ignored": 1}}
    assert user.act(conversation, press).json() == {"messages": []}
    event = events_of(api, conversation)[-1]
    assert event.payload["postback"] == {"payload": "yes", "metadata": {"k": "v"}}
    api.ok("PATCH", f"/v2/apps/{api.app_id}", {"settings": {"echoPostback": True}})
    press = {"type": "postback", "payload": "one", "messageId": carousel["id"]}
    (echo,) = user.act(conversation, press).json()["messages"]
    assert echo["content"] == {"type": "text", "text": "One"}
    assert [one.type for one in events_of(api, conversation)[-2:]] == [
        "conversation:postback",
        "conversation:message",
    ]
    wrong = {"type": "postback", "payload": "no", "messageId": text["id"]}
    assert titles_of(user.act(conversation, wrong)) == [
        "act.payload should be the payload of a postback action of the message"
    ]


def test_beginning_a_conversation_shows_its_reason_and_its_source(api: Caller) -> None:
    user = EndUser(api)
    first = user.begin("prechatCapture", referral={"code": "c"})
    second = user.begin("startConversation")
    assert (first["isDefault"], second["isDefault"]) == (True, False)
    assert (first["type"], second["type"]) == ("personal", "personal")
    (participant,) = api.participants(first["id"])
    assert participant["clientAssociations"] == [{"type": "sdk", "clientId": user.device["clientId"]}]
    created = [events_of(api, one["id"])[0] for one in (first, second)]
    assert [one.type for one in created] == ["conversation:create"] * 2
    assert [one.payload["creationReason"] for one in created] == ["prechatCapture", "startConversation"]
    assert created[0].payload["source"] == {"type": "web", "integrationId": user.integration_id}
    assert created[0].payload["referral"] == {"code": "c"}
    path = f"{user.path}/users/{user.id}/conversations"
    assert titles_of(api("POST", path, {"reason": "none"}))[0].startswith("reason")
    unknown = api("POST", path, {"reason": "message", "deviceId": "unknown"})
    assert error_of(unknown) == (404, "device_not_found", "Device not found")


def test_the_responder_of_the_integration_gets_control(api: Caller) -> None:
    board = Board(api)
    user = EndUser(api, board.user)
    api.ok(
        "PATCH", f"/integrations/{user.integration_id}", {"type": "web", "defaultResponderId": board.members["human"]}
    )
    assert state_of(user.begin()) == "A(human)"
    group = board.reach("N").conversation
    for act, state in (
        ({"type": "typing:start"}, "N"),
        ({"type": "conversation:read"}, "N"),
        ({"type": "postback", "payload": "p"}, "A(human)"),
    ):
        assert user.act(group, act).status_code == 200
        assert state_of(api.ok("GET", f"/conversations/{group}")["conversation"]) == state, act
    group = board.reach("N").conversation
    user.say(group)
    assert state_of(api.ok("GET", f"/conversations/{group}")["conversation"]) == "A(human)"


def test_control_is_passed_and_released_with_a_reason(api: Caller) -> None:
    board = Board(api)
    group = board.reach("A(bot)").conversation
    path = f"/heliograph/v1/apps/{api.app_id}/conversations/{group}/control"
    body = {"action": "pass", "switchboardIntegration": "human", "reason": "transferToEmail", "metadata": {"k": 1}}
    assert api.ok("POST", path, body) == {}
    assert api.ok("POST", path, {"action": "release", "reason": "ticketClosed"}) == {}
    passed, released = events_of(api, group)[-2:]
    assert (passed.type, released.type) == ("switchboard:passControl", "switchboard:releaseControl")
    assert (passed.payload["reason"], released.payload["reason"]) == ("transferToEmail", "ticketClosed")
    assert passed.payload["metadata"] == {"k": 1}
    assert state_of(passed.payload["conversation"]) == "A(human)"
    failed = api("POST", path, {"action": "pass", "switchboardIntegration": "unknown"})
    assert (failed.status_code, failed.headers["x-heliograph-control"]) == (200, "failed")
    assert titles_of(api("POST", path, {"action": "pass"})) == [
        "should have required property 'switchboardIntegration'"
    ]
    assert titles_of(api("POST", path, {"action": "release", "switchboardIntegration": "bot"})) == [
        "switchboardIntegration is only for the action pass"
    ]


def test_webhooks_with_full_sources_get_the_client_and_the_device(calling: Server, endpoint: Endpoint) -> None:
    api = new_app(Caller(calling.url, init(calling.database_url).account_auth))
    hooks = [
        {"target": f"{endpoint.url}/{name}", "triggers": ["*"], "includeFullSource": source, "includeFullUser": user}
        for name, source, user in (("short", False, False), ("source", True, False), ("both", True, True))
    ]
    for hook in hooks:
        api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    user = EndUser(api, api.new_user(profile={"givenName": "Ada"}))
    conversation = user.begin()["id"]
    user.say(conversation)
    user.act(conversation, {"type": "typing:start"})
    user.act(conversation, {"type": "postback", "payload": "p"})
    api.say(conversation)
    until(lambda: len(endpoint.came) >= 3 * 6)
    received: dict[str, dict[str, Any]] = {}
    for headers, body in endpoint.came:
        documented(json.dumps(body).encode())
        (event,) = body["events"]
        received.setdefault(headers["X-Path"].rpartition("/")[2], {}).setdefault(event["type"], event["payload"])
    device = api.ok("GET", f"/users/{user.id}/devices")["devices"][0]
    (client,) = api.ok("GET", f"/users/{user.id}/clients")["clients"]
    for name, events in received.items():
        for type in ("conversation:create", "conversation:message", "conversation:typing", "conversation:postback"):
            payload = events[type]
            source = (payload.get("message") or payload.get("activity") or payload)["source"]
            assert source["integrationId"] == user.integration_id
            if name == "short":
                assert source.keys() == {"type", "integrationId"}
            else:
                assert source["device"] == {**device, "lastSeen": source["device"]["lastSeen"]}
                assert source["client"] == {**client, "lastSeen": source["client"]["lastSeen"]}
        author = events["conversation:message"]["message"]["author"]["user"]
        assert ("profile" in author) == (name == "both")
    api.http.close()


@pytest.mark.parametrize(("confirmation", "status"), [("userActivity", "active"), ("prompt", "pending")])
def test_an_act_through_a_client_confirms_a_link_that_waits_for_activity(
    api: Caller, confirmation: str, status: str
) -> None:
    links = Links(api, api.new_user())
    client = links.link(confirmation)
    user = EndUser(api, links.user)
    message = user.say(links.conversation, clientId=client["id"])
    assert message["source"] == {"type": "twilio", "integrationId": links.integration}
    shown = next(one for one in links.listed() if one["id"] == client["id"])
    assert shown["status"] == status
    assert links.associated() == ([client["id"]] if status == "active" else [])
    updates = [one.payload["reason"] for one in events_of(api) if one.type == "client:update"]
    assert updates == ["matched", *(["confirmed"] if status == "active" else [])]
    group = api.new_group(user.id)
    refused = user.act(group, {"type": "typing:start"}, clientId=client["id"])
    assert titles_of(refused) == ["clientId should be of a client of type sdk in a conversation of type sdkGroup"]
