"""Triggered events: examples of events with fields of the caller's choice, sent to chosen receivers."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from heliograph.wire.base import Body, Id, Response
from heliograph.wire.events import Event, EventType

INBOX_PREFIX = "inbox:"
LISTENERS = "listeners"
ALL = "all"
MAX_DESTINATIONS = 20


class TriggerBody(Body):
    """An event to send.

    `payload` is merged into the example of the type: null removes a field. `to` has ids of webhooks, `inbox:` and the
    name of an inbox, `listeners` for the event stream, or `all`. With `conversationId` and `userId`, the payload shows
    a conversation and a user of the app.
    """

    type: EventType
    to: Annotated[list[str], Meta(min_length=1, max_length=MAX_DESTINATIONS)]
    payload: dict[str, Any] | None = None
    conversation_id: str | None = None
    user_id: str | None = None


class TriggerResponse(Response):
    """The event that was sent, and the ids of its deliveries to webhooks."""

    event: Event
    deliveries: list[Id]
