"""Triggered events: examples of events with fields of the caller's choice, sent to chosen receivers."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from heliograph.errors import BadRequest
from heliograph.wire.base import Body, Id, Response
from heliograph.wire.event_records import EVENT_TYPES
from heliograph.wire.event_types import EventType
from heliograph.wire.events import Event

INBOX_PREFIX = "inbox:"
LISTENERS = "listeners"
ALL = "all"
MAX_DESTINATIONS = 20


class TriggerBody(Body):
    """An event to send.

    `payload` is merged into the example of the type: null removes a field. `to` has ids of webhooks, `inbox:` and the
    name of an inbox, `listeners` for the event stream, or `all`. With `conversationId` and `userId`, the payload shows
    a conversation and a user of the app. With `exact`, `payload` is sent without the fields of the example.
    """

    type: EventType
    to: Annotated[list[str], Meta(min_length=1, max_length=MAX_DESTINATIONS)]
    payload: dict[str, Any] | None = None
    conversation_id: str | None = None
    user_id: str | None = None
    exact: bool | None = None


class TriggerResponse(Response):
    """The event that was sent, and the ids of its deliveries to webhooks."""

    event: Event
    deliveries: list[Id]


class EventExampleResponse(Response):
    """An example of the payload of an event, which was not sent."""

    payload: dict[str, Any]


def parse_type(parameters: dict[str, str]) -> EventType:
    """The type of event that the parameters name.

    Raises:
        BadRequest: it is missing or unknown.
    """
    type = parameters.get("type")
    if type not in EVENT_TYPES:
        raise BadRequest(f"type should be equal to one of the allowed values: {', '.join(EVENT_TYPES)}")
    return EVENT_TYPES[type]
