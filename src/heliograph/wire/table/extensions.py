"""What this server offers beside the API document, below a path of its own."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.events import WebhookCall
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import DELIVERY, EXTENSION_APP, A

# fmt: off
LIST_DELIVERIES = Operation(
    "ListDeliveries", "GET", EXTENSION_APP / "deliveries", "Deliveries", A,
    "Lists what was or is to be delivered to the webhooks of an app, oldest first.",
    body=NO_BODY, response=Json(DeliveryListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("status", "webhookId", "conversationId", "userId"),
)
GET_DELIVERY = Operation(
    "GetDelivery", "GET", DELIVERY, "Deliveries", A,
    "Fetches a delivery with its attempts.",
    body=NO_BODY, response=Json(DeliveryResponse), errors=(errors.NotFound,),
)
RETRY_DELIVERY = Operation(
    "RetryDelivery", "POST", DELIVERY / "retry", "Deliveries", A,
    "Delivers once more, with five attempts, what failed or was delivered before. Its webhook has to be there.",
    body=NO_BODY, response=Json(DeliveryResponse), errors=(errors.NotFound,),
)
STREAM_EVENTS = Operation(
    "StreamEvents", "GET", EXTENSION_APP / "events", "Deliveries", A,
    "Tells events as they happen, as server-sent events: the data of each is what a webhook would be called with. "
    "After `Last-Event-ID` it begins with those that came after it.",
    body=NO_BODY, response=EventStream(WebhookCall), errors=(errors.BadRequest,),
    query=("trigger", "conversationId", "includeFullUser"), headers=("Last-Event-ID",),
)
# fmt: on

EXTENSIONS = operations_in(vars())
