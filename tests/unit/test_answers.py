"""Responses show the fields of requests except secrets, and every event has a payload."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from heliograph.wire import events
from heliograph.wire.contents import Content
from heliograph.wire.event_types import EventType, Trigger
from heliograph.wire.integrations import Integration
from heliograph.wire.messages import Message
from heliograph.wire.webhooks import Webhook
from tests.unit.contents import CONTENTS
from tests.unit.integrations import INTEGRATIONS

ID = "6ae0a1c4b3f10001a7d25e90"
TIME = "2026-11-22T15:43:17.120Z"
WRITE_ONLY = {
    "defaultResponderId", "projectId", "clientEmail", "privateKey", "serverKey", "apiSecret", "appSecret", "apiKey",
    "certificate", "password", "accessKey", "token", "authToken", "consumerKey", "consumerSecret", "accessTokenKey",
    "accessTokenSecret",
}  # fmt: skip
# By field, the types of integrations that show it; others do not.
SHOWN_BY_SOME = {"pageAccessToken": {"messenger"}, "signingKey": {"mailgun"}}
# Events that only third-party channels cause.
CHANNEL_EVENTS = {"passthrough:messaging"}


@pytest.mark.parametrize("type", CONTENTS)
def test_a_message_shows_the_content_that_was_sent(type: str) -> None:
    _, full = CONTENTS[type]
    sent: dict[str, Any] = {"type": type, **full}
    shown = msgspec.to_builtins(msgspec.convert(sent, Content))
    if type == "formResponse":
        sent["fields"] = [{name: sent["fields"][0][name] for name in sent["fields"][0] if name != "quotedMessageId"}]
    assert shown == sent


@pytest.mark.parametrize("type", INTEGRATIONS)
def test_an_integration_shows_its_fields_except_secrets(type: str) -> None:
    _, full = INTEGRATIONS[type]
    given: dict[str, Any] = {"type": type, "id": ID, "status": "active", **full}
    if type == "custom":
        webhook = {"id": ID, "version": "v2", "secret": "s"}
        given["webhooks"] = [{**webhook, **one} for one in full["webhooks"]]
    hidden = WRITE_ONLY | {name for name, types in SHOWN_BY_SOME.items() if type not in types}
    shown = msgspec.to_builtins(msgspec.convert(given, Integration))
    assert shown == {name: value for name, value in given.items() if name not in hidden}


def test_a_message_may_quote_a_message() -> None:
    quoted = {
        "id": ID,
        "received": TIME,
        "author": {"type": "business", "displayName": "Grace", "subtypes": ["AI"]},
        "content": {"type": "text", "text": "Fog"},
        "source": {"type": "api:conversations"},
        "references": [{"uri": "https://example.invalid/fog", "title": "Fog"}],
    }
    message = {
        **quoted,
        "author": {"type": "user", "userId": ID},
        "activity": {"type": "ticket:closed"},
        "quotedMessage": {"type": "message", "message": quoted},
        "deleted": False,
    }
    assert msgspec.to_builtins(msgspec.convert(message, Message)) == message
    elsewhere = {**quoted, "quotedMessage": {"type": "externalMessageId", "externalMessageId": "wamid.1"}}
    assert msgspec.to_builtins(msgspec.convert(elsewhere, Message)) == elsewhere


def test_every_event_of_this_server_has_a_payload() -> None:
    assert set(events.PAYLOADS) == set(get_args(Trigger)) - CHANNEL_EVENTS == set(get_args(EventType))


CONVERSATION = {
    "id": ID,
    "type": "personal",
    "activeSwitchboardIntegration": {"id": ID, "name": "bot", "integrationId": ID, "integrationType": "custom"},
}
USER = {"id": ID, "authenticated": False, "externalId": "grace"}
CLIENT = {"id": ID, "type": "sdk", "status": "active"}
LINKED = {"user": USER, "client": CLIENT, "conversation": CONVERSATION}
SOURCE = {"type": "web", "integrationId": ID}
AUTHOR = {"type": "user", "userId": ID, "user": USER}
MESSAGE = {"id": ID, "received": TIME, "author": AUTHOR, "content": {"type": "text", "text": "Fog"}, "source": SOURCE}
MEMBERSHIP = {"conversation": CONVERSATION, "user": USER}
CONTROL = {"conversation": CONVERSATION, "metadata": {"tide": "low"}}
FAILED = {"error": {"code": "c", "message": "m"}}
DELIVERED = {
    **MEMBERSHIP,
    "message": {"id": ID},
    "destination": {"type": "web", "integrationId": ID},
    "isFinalEvent": True,
}
READ = {"conversation": CONVERSATION, "activity": {"type": "conversation:read", "source": SOURCE, "author": AUTHOR}}
TYPING = {**READ, "activity": {"type": "typing:stop", "source": SOURCE, "author": {"type": "business"}}}
PAYLOADS: dict[Trigger, dict[str, Any]] = {
    "client:add": {**LINKED, "reason": "channelLinking", "source": SOURCE},
    "client:remove": {**LINKED, "reason": "linkFailed", "source": SOURCE, **FAILED},
    "client:update": {**LINKED, "reason": "matched"},
    "conversation:create": {**MEMBERSHIP, "creationReason": "message", "source": SOURCE},
    "conversation:join": MEMBERSHIP,
    "conversation:leave": MEMBERSHIP,
    "conversation:message": {"conversation": CONVERSATION, "message": MESSAGE, "recentNotifications": [MESSAGE]},
    "conversation:message:delivery:channel": DELIVERED,
    "conversation:message:delivery:failure": {**DELIVERED, **FAILED},
    "conversation:message:delivery:user": DELIVERED,
    "conversation:referral": {**MEMBERSHIP, "referral": {"code": "c", "details": {"from": "ad"}}, "source": SOURCE},
    "conversation:postback": {**MEMBERSHIP, "postback": {"payload": "BOOK", "metadata": {"a": 1}}, "source": SOURCE},
    "conversation:read": READ,
    "conversation:remove": {"conversation": CONVERSATION},
    "conversation:typing": TYPING,
    "switchboard:acceptControl": CONTROL,
    "switchboard:acceptControl:failure": {**CONTROL, **FAILED},
    "switchboard:offerControl": CONTROL,
    "switchboard:offerControl:failure": {**CONTROL, **FAILED},
    "switchboard:passControl": {**CONTROL, "reason": "ticketClosed"},
    "switchboard:passControl:failure": {**CONTROL, **FAILED},
    "switchboard:releaseControl": CONTROL,
    "user:merge": {
        "mergedUsers": {"surviving": USER, "discarded": USER},
        "mergedConversations": {"surviving": CONVERSATION, "discarded": CONVERSATION},
        "mergedClients": {"surviving": CLIENT, "discarded": CLIENT},
        "discardedMetadata": {"tide": "high"},
        "reason": "api",
    },
    "user:remove": {"user": USER},
    "user:update": {"user": {**USER, "signedUpAt": TIME, "profile": {"givenName": "Grace"}}, "source": SOURCE},
}


@pytest.mark.parametrize("trigger", PAYLOADS)
def test_payloads_have_the_documented_form(trigger: Trigger) -> None:
    payload = msgspec.convert(PAYLOADS[trigger], events.PAYLOADS[trigger])
    event = events.Event(id=ID, type=trigger, created_at=TIME, payload=payload)
    call = events.WebhookCall(
        app=events.WebhookApp(id=ID), webhook=events.WebhookCalled(id=ID, version="v2"), events=[event]
    )
    assert msgspec.json.decode(msgspec.json.encode(call)) == {
        "app": {"id": ID},
        "webhook": {"id": ID, "version": "v2"},
        "events": [{"id": ID, "type": trigger, "createdAt": TIME, "payload": PAYLOADS[trigger]}],
    }


def test_every_payload_has_an_example() -> None:
    assert set(PAYLOADS) == set(events.PAYLOADS)


def test_a_webhook_is_shown_with_its_secret() -> None:
    shown = {
        "id": ID,
        "version": "v2",
        "target": "https://example.invalid/hook",
        "triggers": ["conversation:message"],
        "secret": "s",
        "includeFullUser": False,
        "includeFullSource": True,
    }
    assert msgspec.to_builtins(msgspec.convert(shown, Webhook)) == shown
