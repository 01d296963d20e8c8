"""The rows that are written as things happen: events, and what is delivered of them."""

from __future__ import annotations

from msgspec import Struct

from heliograph.wire.events import EventType


class StoredEvent(Struct):
    """A row of `event`. `members` is a JSON array of [participant id, user id], for events that change membership.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    type: EventType
    conversation_id: str | None
    user_id: str | None
    members: str | None
    key_id: str | None
    created_at: int
    payload: str
    full_payload: str | None = None


class StoredDelivery(Struct):
    """A row of `delivery`. The lane is the conversation, or else the user, that the event is about.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    webhook_id: str
    event_id: str
    event_type: str
    lane: str
    in_full: int
    status: str
    tries: int
    attempts: int
    due_at: int
    created_at: int
    settled_at: int | None = None


class StoredAttempt(Struct):
    """A row of `attempt`: what came of calling the webhook once; without a status there was no answer.

    The fields are the columns, in this order.
    """

    delivery_id: str
    number: int
    app_id: str
    lane: str
    started_at: int
    milliseconds: int
    status: int | None
    error: str | None
    answer: str | None
