"""The operations of this server that are not in the API document, below `/heliograph/v1`."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.events import WebhookCall
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.oauth import OAuthClientCreateBody, OAuthClientListResponse, OAuthClientResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import DELIVERY, EXTENSION_APP, OAUTH_CLIENT, OAUTH_CLIENTS, A, C

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
CREATE_OAUTH_CLIENT = Operation(
    "CreateOAuthClient", "POST", OAUTH_CLIENTS, "OAuth Clients", C,
    "Creates an OAuth client, whose integration can then be let into apps. The secret is shown only in this response.",
    body=Json(OAuthClientCreateBody), response=Json(OAuthClientResponse), status=201,
    errors=(errors.OAuthClientAlreadyExists,),
)
LIST_OAUTH_CLIENTS = Operation(
    "ListOAuthClients", "GET", OAUTH_CLIENTS, "OAuth Clients", C,
    "Lists the OAuth clients, oldest first, without their secrets.",
    body=NO_BODY, response=Json(OAuthClientListResponse),
)
DELETE_OAUTH_CLIENT = Operation(
    "DeleteOAuthClient", "DELETE", OAUTH_CLIENT, "OAuth Clients", C,
    "Deletes an OAuth client with its integrations in all apps. Their tokens stop working.",
    body=NO_BODY, response=Json(Empty), errors=(errors.OAuthClientNotFound,),
)
# fmt: on

EXTENSIONS = operations_in(vars())
