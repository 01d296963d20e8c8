"""What this server offers beside the API document, below a path of its own."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.events import WebhookCall
from heliograph.wire.operations import Operation
from heliograph.wire.table.v2.paths import A

APP = "/heliograph/v1/apps/{appId}"
DELIVERY = f"{APP}/deliveries/{{deliveryId}}"

# fmt: off
EXTENSIONS: tuple[Operation, ...] = (
    Operation(
        "ListDeliveries", "GET", f"{APP}/deliveries", "Deliveries", A, DeliveryListResponse,
        "Lists what was or is to be delivered to the webhooks of an app, oldest first.",
        errors=(errors.InvalidPage,), paged=True, filters=("status", "webhookId", "conversationId", "userId"),
    ),
    Operation(
        "GetDelivery", "GET", DELIVERY, "Deliveries", A, DeliveryResponse,
        "Fetches a delivery with its attempts.",
        errors=(errors.NotFound,),
    ),
    Operation(
        "RetryDelivery", "POST", f"{DELIVERY}/retry", "Deliveries", A, DeliveryResponse,
        "Delivers once more, with five attempts, what failed or was delivered before. Its webhook has to be there.",
        errors=(errors.NotFound,),
    ),
    Operation(
        "StreamEvents", "GET", f"{APP}/events", "Deliveries", A, WebhookCall,
        "Tells events as they happen, as server-sent events: the data of each is what a webhook would be called with. "
        "After `Last-Event-ID` it begins with those that came after it.",
        errors=(errors.BadRequest,), query=("trigger", "conversationId", "includeFullUser"), headers=("Last-Event-ID",),
        streamed=True,
    ),
)
