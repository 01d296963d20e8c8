"""Event records: the events of an app, with their causes. They are an extension of the API document."""

from __future__ import annotations

from typing import Any, get_args

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.event_types import EventType
from heliograph.wire.paging import Links, PageMeta

EVENT_TYPES: dict[str, EventType] = {type: type for type in get_args(EventType)}


class EventRecordFilter(Struct, frozen=True):
    """Which events to list: those for which every field that is set has this value."""

    type: EventType | None = None
    conversation_id: str | None = None
    user_id: str | None = None
    request_id: str | None = None


def parse_filter(parameters: dict[str, str]) -> EventRecordFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: unknown type.
    """
    type = parameters.get("type")
    if type is not None and type not in EVENT_TYPES:
        raise BadRequest(f"type should be equal to one of the allowed values: {', '.join(EVENT_TYPES)}")
    return EventRecordFilter(
        None if type is None else EVENT_TYPES[type],
        parameters.get("conversationId"),
        parameters.get("userId"),
        parameters.get("requestId"),
    )


class EventRecord(Response):
    """An event with its cause.

    `request_id` is the X-Request-Id of the request that caused the event, and `key_id` the key of its caller; events
    that the server caused by itself have none. `session_id` is the session of the console in which it was sent.
    `payload` is that of the webhook call without `includeFullUser`. `synthetic` is whether a sandbox tool triggered the
    event.
    """

    id: Id
    type: EventType
    created_at: Time
    payload: dict[str, Any]
    request_id: str | None = None
    key_id: str | None = None
    conversation_id: Id | None = None
    user_id: Id | None = None
    synthetic: bool | None = None
    session_id: str | None = None


class EventRecordListResponse(Response):
    """A page of events, oldest first."""

    events: list[EventRecord]
    meta: PageMeta
    links: Links | None = None
