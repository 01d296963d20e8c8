"""Deliveries, events and their streams."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.event_records import EventRecordListResponse
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.listeners import ListenerListResponse, StreamedCall
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import (
    DELIVERY,
    EXTENSION_APP,
    A,
)

# fmt: off
LIST_DELIVERIES = Operation(
    "ListDeliveries", "GET", EXTENSION_APP / "deliveries", "Deliveries", A,
    "Lists the deliveries of events to the webhooks of an app, oldest first; with `filter[ids]` those with up to 100 "
    "ids, in the order of the ids.",
    body=NO_BODY, response=Json(DeliveryListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("status", "webhookId", "conversationId", "userId", "eventType", "eventId", "ids"),
)
GET_DELIVERY = Operation(
    "GetDelivery", "GET", DELIVERY, "Deliveries", A,
    "Fetches a delivery with its attempts.",
    body=NO_BODY, response=Json(DeliveryResponse), errors=(errors.NotFound,),
)
RETRY_DELIVERY = Operation(
    "RetryDelivery", "POST", DELIVERY / "retry", "Deliveries", A,
    "Sends an event again, with up to five attempts: a failed or delivered one, or a pending one without the wait for "
    "its next attempt. Event streams that ask for repetitions have a settled one again. The webhook must still exist.",
    body=NO_BODY, response=Json(DeliveryResponse), errors=(errors.NotFound,),
)
STREAM_EVENTS = Operation(
    "StreamEvents", "GET", EXTENSION_APP / "events", "Deliveries", A,
    "Streams the events of an app as server-sent events. The data of each is the body that a webhook would receive. "
    "With `Last-Event-ID`, the stream resumes after that event, or begins with the oldest one if it is 0.",
    body=NO_BODY, response=EventStream(StreamedCall), errors=(errors.BadRequest,),
    query=("trigger", "conversationId", "includeFullUser", "repeated", "listener", "forwardTo"),
    headers=("Last-Event-ID",),
)
LIST_LISTENERS = Operation(
    "ListListeners", "GET", EXTENSION_APP / "listeners", "Deliveries", A,
    "Lists the programs that follow the event stream of an app under a name, such as `heliograph listen`.",
    body=NO_BODY, response=Json(ListenerListResponse),
)
LIST_EVENT_RECORDS = Operation(
    "ListEventRecords", "GET", EXTENSION_APP / "eventRecords", "Deliveries", A,
    "Lists the events of an app with the requests that caused them, oldest first.",
    body=NO_BODY, response=Json(EventRecordListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("type", "conversationId", "userId", "requestId"),
)
# fmt: on

OPERATIONS = operations_in(vars())
