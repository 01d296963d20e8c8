"""The operations of this server that are not in the API document, below `/heliograph/v1`."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.clients import ClientResponse
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.events import WebhookCall
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.linking import ClientOutcomeBody
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.outbound import OutboundListResponse
from heliograph.wire.paths import DELIVERY, EXTENSION_APP, EXTENSION_CLIENT, A

# fmt: off
LIST_DELIVERIES = Operation(
    "ListDeliveries", "GET", EXTENSION_APP / "deliveries", "Deliveries", A,
    "Lists the deliveries of events to the webhooks of an app, oldest first.",
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
    "Sends a failed or delivered event again, with up to five attempts. Its webhook must still exist.",
    body=NO_BODY, response=Json(DeliveryResponse), errors=(errors.NotFound,),
)
STREAM_EVENTS = Operation(
    "StreamEvents", "GET", EXTENSION_APP / "events", "Deliveries", A,
    "Streams the events of an app as server-sent events. The data of each is the body that a webhook would receive. "
    "With `Last-Event-ID`, the stream resumes after that event.",
    body=NO_BODY, response=EventStream(WebhookCall), errors=(errors.BadRequest,),
    query=("trigger", "conversationId", "includeFullUser"), headers=("Last-Event-ID",),
)
SET_CLIENT_OUTCOME = Operation(
    "SetClientOutcome", "POST", EXTENSION_CLIENT / "outcome", "Sandbox", A,
    "Acts as the channel of a client, or its user: completes a link request, or ends or resumes a subscription. "
    "Responds with the client after that, or with the client that was removed.",
    body=Json(ClientOutcomeBody), response=Json(ClientResponse),
    errors=(errors.UserNotFound, errors.ClientNotFound, errors.Conflict), query=("brandId",),
)
LIST_OUTBOUND = Operation(
    "ListOutbound", "GET", EXTENSION_APP / "outbound", "Sandbox", A,
    "Lists what third-party channels would have been sent, oldest first. This server sends nothing to such a channel.",
    body=NO_BODY, response=Json(OutboundListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("conversationId", "clientId"),
)
# fmt: on

EXTENSIONS = operations_in(vars())
