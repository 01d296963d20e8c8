"""The operations of this server that are not in the API document, below `/heliograph/v1`."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.events import WebhookCall
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import DELIVERY, EXTENSION_APP, EXTENSION_USER, SUPPORT_USER, A
from heliograph.wire.support_users import SupportUserBody, SupportUserResponse
from heliograph.wire.table.v2.users import BRAND
from heliograph.wire.users import LoginBody, UserResponse

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
LOGIN_USER = Operation(
    "LoginUser", "POST", EXTENSION_USER / "login", "Sandbox", A,
    "Authenticates a user, as a login in an SDK does. If another user has the external id or the Zendesk id, this user "
    "is merged into that one.",
    body=Json(LoginBody), response=Json(UserResponse), query=BRAND,
    errors=(errors.BadRequest, errors.UserNotFound, errors.IntegrationNotFound, errors.Conflict),
)
PUT_SUPPORT_USER = Operation(
    "PutSupportUser", "PUT", SUPPORT_USER, "Sandbox", A,
    "Stores what Zendesk Support would report about a user to SyncUser.",
    body=Json(SupportUserBody), response=Json(SupportUserResponse), errors=(errors.BadRequest,),
)
GET_SUPPORT_USER = Operation(
    "GetSupportUser", "GET", SUPPORT_USER, "Sandbox", A,
    "Fetches a Support user.",
    body=NO_BODY, response=Json(SupportUserResponse), errors=(errors.SupportUserNotFound,),
)
DELETE_SUPPORT_USER = Operation(
    "DeleteSupportUser", "DELETE", SUPPORT_USER, "Sandbox", A,
    "Deletes a Support user. The user that is linked to it stays as it is.",
    body=NO_BODY, response=Json(Empty), errors=(errors.SupportUserNotFound,),
)
# fmt: on

EXTENSIONS = operations_in(vars())
