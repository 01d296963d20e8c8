"""Deliveries: the state of each event on its way to a webhook. They are an extension of the API document."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.base import Id, Response, Time
from heliograph.wire.event_records import EVENT_TYPES
from heliograph.wire.event_types import EventType, Trigger
from heliograph.wire.listings import parse_ids
from heliograph.wire.paging import Links, PageMeta

DeliveryStatus = Literal["pending", "delivered", "failed"]
_STATUSES: dict[str, DeliveryStatus] = {status: status for status in get_args(DeliveryStatus)}


class DeliveryFilter(Struct, frozen=True):
    """Which deliveries to list: those with these `ids`, or those for which every field that is set has this value."""

    status: DeliveryStatus | None = None
    webhook_id: str | None = None
    conversation_id: str | None = None
    user_id: str | None = None
    ids: list[str] | None = None
    event_type: EventType | None = None
    event_id: str | None = None


def parse_filter(parameters: dict[str, str]) -> DeliveryFilter:
    """The filter that the `filter` parameters ask for, by their inner names.

    Raises:
        BadRequest: unknown status or type of event, too many ids, or further filters with ids.
    """
    status = parameters.get("status")
    if status is not None and status not in _STATUSES:
        raise BadRequest(f"status should be equal to one of the allowed values: {', '.join(_STATUSES)}")
    event_type = parameters.get("eventType")
    if event_type is not None and event_type not in EVENT_TYPES:
        raise BadRequest(f"eventType should be equal to one of the allowed values: {', '.join(EVENT_TYPES)}")
    return DeliveryFilter(
        None if status is None else _STATUSES[status],
        parameters.get("webhookId"),
        parameters.get("conversationId"),
        parameters.get("userId"),
        parse_ids(parameters),
        None if event_type is None else EVENT_TYPES[event_type],
        parameters.get("eventId"),
    )


class Attempt(Response):
    """One call of the webhook. It has no status if no response came; `response` is its first kilobyte."""

    number: int
    started_at: Time
    milliseconds: int
    status: int | None = None
    error: str | None = None
    response: str | None = None


class Delivery(Response):
    """One event for one webhook. `due_at` is the earliest time of the next attempt: earlier deliveries come first.

    `synthetic` is whether a sandbox tool triggered the event. A single delivery has all `attempts`, and one in a list
    the `last_attempt` without its `response`.
    """

    id: Id
    status: DeliveryStatus
    webhook_id: Id
    event_id: Id
    event_type: Trigger
    attempt_count: int
    created_at: Time
    conversation_id: Id | None = None
    user_id: Id | None = None
    due_at: Time | None = None
    settled_at: Time | None = None
    synthetic: bool | None = None
    attempts: list[Attempt] | None = None
    last_attempt: Attempt | None = None


class DeliveryResponse(Response):
    """One delivery, with its attempts."""

    delivery: Delivery


class DeliveryListResponse(Response):
    """A page of deliveries, oldest first."""

    deliveries: list[Delivery]
    meta: PageMeta
    links: Links | None = None
