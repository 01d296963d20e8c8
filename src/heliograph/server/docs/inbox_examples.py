"""Examples of the bodies and responses of inboxes and triggers."""

from __future__ import annotations

from typing import Any

import msgspec

from heliograph.wire import conversations, events, inboxes, triggers, users
from heliograph.wire.operations import BodyType, ResponseType
from heliograph.wire.paging import PageMeta

_APP = "6ae0a1c4b3f10001a7d25e90"
_USER = "6ae0a1d2c8a20002a7d25e90"
_GROUP = "6ae0a1dd1b730003a7d25e90"
_WEBHOOK = "6ae0a1f24c110007a7d25e90"
_EVENT = "6ae0a1f5b0220008a7d25e90"
_DELIVERY = "6ae0a1f5b0220009a7d25e90"
_CALL = "6ae0a1f5b022000aa7d25e90"
_TIME = "2026-11-22T15:43:17.120Z"

_payload = events.MembershipPayload(
    conversation=conversations.ConversationTruncated(id=_GROUP, type="sdkGroup"),
    user=users.UserTruncated(id=_USER, authenticated=False, external_id="ada"),
)
_event = events.Event(id=_EVENT, type="conversation:join", created_at=_TIME, payload=_payload)
_inbox = inboxes.Inbox(
    name="default",
    url=f"http://127.0.0.1:8080/_inbox/{_APP}/default",
    call_count=1,
    steps=["503 x3", "200"],
    position=0,
)
_call = inboxes.InboxCall(
    id=_CALL,
    received_at=_TIME,
    method="POST",
    path="/",
    query="",
    headers={"content-type": "application/json", "x-api-key": "the-secret-of-the-webhook"},
    truncated=False,
    delay_ms=0,
    checks=inboxes.CallChecks(secret="ok", payload="valid", order="ok", duplicates=0),
    json=events.WebhookCall(
        app=events.WebhookApp(id=_APP), webhook=events.WebhookCalled(id=_WEBHOOK, version="v2"), events=[_event]
    ),
    response_status=503,
)
_RESPONSES: tuple[Any, ...] = (
    inboxes.InboxListResponse(inboxes=[_inbox]),
    inboxes.InboxResponse(inbox=_inbox),
    inboxes.InboxCallListResponse(calls=[_call], meta=PageMeta(has_more=False)),
    triggers.TriggerResponse(event=_event, deliveries=[_DELIVERY]),
    triggers.EventExampleResponse(payload=msgspec.to_builtins(_payload)),
)

INBOX_EXAMPLES: dict[BodyType | ResponseType, Any] = {
    **{type(one): msgspec.to_builtins(one) for one in _RESPONSES},
    inboxes.InboxScriptBody: {"steps": ["503 x3", "200 after 2s"]},
    triggers.TriggerBody: {
        "type": "conversation:join",
        "to": ["inbox:default"],
        "payload": {"user": {"externalId": "ada"}},
    },
}
