"""The rows of the append-only tables: events, deliveries and attempts."""

from __future__ import annotations

from msgspec import Raw, Struct

from heliograph.storage.codec import RowCodec
from heliograph.wire.deliveries import DeliveryStatus
from heliograph.wire.event_types import EventType


class StoredEvent(Struct, gc=False):
    """A row of `event`. The fields are the columns, in this order.

    `members` holds a pair of participant id and user id for each participant that an event adds or removes; None for
    events that change no membership. Payloads stay JSON, so that a retried call has the same bytes each time.
    `full_source` is what `includeFullSource` adds to the source of the payload. `request_id` is the request that caused
    the event; None for events that the server caused by itself.
    """

    id: str
    app_id: str
    type: EventType
    conversation_id: str | None
    user_id: str | None
    members: tuple[tuple[str, str], ...] | None
    caller_key_id: str | None
    created_at: int
    payload: Raw
    full_payload: Raw | None = None
    full_source: Raw | None = None
    request_id: str | None = None


class StoredDelivery(Struct):
    """A row of `delivery`. The lane is the id of the conversation that the event is about, or else of the user.

    `in_full` is the sum of `FULL_USER` and `FULL_SOURCE`, as far as the webhook asks for them and the event has them.

    The fields are the columns, in this order.
    """

    id: str
    app_id: str
    webhook_id: str
    event_id: str
    event_type: EventType
    lane: str
    in_full: int
    status: DeliveryStatus
    tries: int
    attempts: int
    due_at: int
    created_at: int
    settled_at: int | None = None


class StoredAttempt(Struct):
    """A row of `attempt`: the result of calling the webhook once. `status` is None if there was no response.

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


FULL_USER, FULL_SOURCE = 1, 2
EVENT_ROWS = RowCodec(StoredEvent)
DELIVERY_ROWS = RowCodec(StoredDelivery)
