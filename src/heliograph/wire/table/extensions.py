"""The operations of this server that are not in the API document, below `/heliograph/v1`."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.activity import ActivityBye, ActivityDropped, ActivityHello, ActivityReset
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientResponse
from heliograph.wire.conversations import ConversationResponse
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse
from heliograph.wire.devices import DeviceBody, DeviceResponse
from heliograph.wire.event_records import EventRecord, EventRecordListResponse
from heliograph.wire.finding import FindResponse
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.inbound import (
    BeginConversationBody,
    ControlBody,
    InboundBody,
    InboundResponse,
    MessageOutcomeBody,
)
from heliograph.wire.linking import ClientOutcomeBody
from heliograph.wire.listeners import ListenerListResponse, StreamedCall
from heliograph.wire.listings import (
    AppUserListResponse,
    ConversationSummaryListResponse,
    ConversationSummaryResponse,
)
from heliograph.wire.oauth import OAuthClientCreateBody, OAuthClientListResponse, OAuthClientResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.outbound import OutboundListResponse
from heliograph.wire.paths import (
    BRAND,
    DELIVERY,
    DEVICE_GUID,
    EXTENSION_APP,
    EXTENSION_CLIENT,
    EXTENSION_CONVERSATION,
    EXTENSION_MESSAGE,
    EXTENSION_USER,
    OAUTH_CLIENT,
    OAUTH_CLIENTS,
    RECORDED_REQUEST,
    SUPPORT_USER,
    A,
    C,
)
from heliograph.wire.recorded_requests import RecordedRequest, RecordedRequestListResponse, RecordedRequestResponse
from heliograph.wire.support_users import SupportUserBody, SupportUserResponse
from heliograph.wire.users import LoginBody, UserResponse

RECORDER_TAG = "Recorded requests"
CONTENTS_TAG = "Contents of an app"

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
LIST_RECORDED_REQUESTS = Operation(
    "ListRecordedRequests", "GET", EXTENSION_APP / "requests", RECORDER_TAG, A,
    "Lists the recorded requests of an app, in the order of their responses. A server with `--record-requests` records "
    "requests.",
    body=NO_BODY, response=Json(RecordedRequestListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("status", "operation", "keyId", "path"),
)
GET_RECORDED_REQUEST = Operation(
    "GetRecordedRequest", "GET", RECORDED_REQUEST, RECORDER_TAG, A,
    "Fetches a recorded request with its response, and the first 100 events that it caused.",
    body=NO_BODY, response=Json(RecordedRequestResponse), errors=(errors.NotFound,),
)
STREAM_ACTIVITY = Operation(
    "StreamActivity", "GET", EXTENSION_APP / "activity", RECORDER_TAG, A,
    "Streams what happens in an app as server-sent events: `request` with the data of a recorded request, and `event` "
    "with that of an event record. It begins with `hello`, and resumes after `Last-Event-ID`, or reports by `reset` "
    "that it cannot.",
    body=NO_BODY,
    response=EventStream(
        EventRecord, others=(RecordedRequest, ActivityHello, ActivityDropped, ActivityReset, ActivityBye)
    ),
    errors=(errors.BadRequest,), query=("once",), headers=("Last-Event-ID",),
)
LIST_APP_USERS = Operation(
    "ListAppUsers", "GET", EXTENSION_APP / "users", CONTENTS_TAG, A,
    "Lists the users of an app, newest first; with `filter[ids]` those with up to 100 ids, in the order of the ids. "
    "Ids of no user are left out.",
    body=NO_BODY, response=Json(AppUserListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("ids",), query=("sort",),
)
LIST_APP_CONVERSATIONS = Operation(
    "ListAppConversations", "GET", EXTENSION_APP / "conversations", CONTENTS_TAG, A,
    "Lists the conversations of an app with their counts and newest messages, newest first. With `sort=activity`, it "
    "lists those with an event among the newest 2,000, the one with the newest event first.",
    body=NO_BODY, response=Json(ConversationSummaryListResponse), errors=(errors.InvalidPage,), paged=True,
    query=("sort",),
)
GET_APP_CONVERSATION = Operation(
    "GetAppConversation", "GET", EXTENSION_CONVERSATION, CONTENTS_TAG, A,
    "Fetches a conversation with its counts and its newest message.",
    body=NO_BODY, response=Json(ConversationSummaryResponse), errors=(errors.ConversationNotFound,),
)
FIND = Operation(
    "Find", "GET", EXTENSION_APP / "find", CONTENTS_TAG, A,
    "Finds up to 10 records of an app by an exact id, external id, email address, Zendesk id or request id, and "
    "conversations by the beginning of their names.",
    body=NO_BODY, response=Json(FindResponse), errors=(errors.BadRequest,), query=("q",), required=("q",),
)
REGISTER_DEVICE = Operation(
    "RegisterDevice", "PUT", DEVICE_GUID, "End users", A,
    "Registers a device of a user, or refreshes it, as an SDK would do. Creates the SDK client of the user if needed.",
    body=Json(DeviceBody), response=Json(DeviceResponse), errors=(errors.UserNotFound, errors.IntegrationNotFound),
    query=BRAND,
)
BEGIN_CONVERSATION = Operation(
    "BeginConversation", "POST", EXTENSION_USER / "conversations", "End users", A,
    "Begins a personal conversation, as a user would do on a device or on a channel.",
    body=Json(BeginConversationBody), response=Json(ConversationResponse), status=201,
    errors=(errors.UserNotFound, errors.DeviceNotFound, errors.ClientNotFound), query=BRAND,
)
POST_INBOUND = Operation(
    "PostInbound", "POST", EXTENSION_CONVERSATION / "inbound", "End users", A,
    "Does what a participant does on a device or on a channel: sends a message or the response to a form, presses a "
    "button, types, reads, or comes by a link.",
    body=Json(InboundBody), response=Json(InboundResponse),
    errors=(
        errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember, errors.DeviceNotFound,
        errors.ClientNotFound, errors.MessageNotFound, errors.Conflict, errors.Locked,
    ),
)
REPORT_MESSAGE_OUTCOME = Operation(
    "ReportMessageOutcome", "POST", EXTENSION_MESSAGE / "outcome", "End users", A,
    "Reports what became of a message of the business, as a channel would do.",
    body=Json(MessageOutcomeBody), response=Json(Empty), errors=(errors.ConversationNotFound, errors.MessageNotFound),
)
CHANGE_CONTROL = Operation(
    "ChangeControl", "POST", EXTENSION_CONVERSATION / "control", "End users", A,
    "Passes or releases control of a conversation with a reason, which the operations of the API cannot give.",
    body=Json(ControlBody), response=Json(Empty), errors=(errors.ConversationNotFound,),
)
CREATE_OAUTH_CLIENT = Operation(
    "CreateOAuthClient", "POST", OAUTH_CLIENTS, "OAuth Clients", C,
    "Creates an OAuth client, whose integration can then be let into apps. The secret is shown only in this response.",
    body=Json(OAuthClientCreateBody), response=Json(OAuthClientResponse), status=201,
    errors=(errors.OAuthClientAlreadyExists,), reveals_secrets=("clientsecret",),
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
SET_CLIENT_OUTCOME = Operation(
    "SetClientOutcome", "POST", EXTENSION_CLIENT / "outcome", "End users", A,
    "Acts as the channel of a client, or its user: completes a link request, or ends or resumes a subscription. "
    "Responds with the client after that, or with the client that was removed.",
    body=Json(ClientOutcomeBody), response=Json(ClientResponse),
    errors=(errors.UserNotFound, errors.ClientNotFound, errors.Conflict), query=BRAND,
)
LIST_OUTBOUND = Operation(
    "ListOutbound", "GET", EXTENSION_APP / "outbound", "End users", A,
    "Lists what third-party channels would have been sent, oldest first. This server sends nothing to such a channel.",
    body=NO_BODY, response=Json(OutboundListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("conversationId", "clientId"),
)
LOGIN_USER = Operation(
    "LoginUser", "POST", EXTENSION_USER / "login", "End users", A,
    "Authenticates a user, as a login in an SDK does. If another user has the external id or the Zendesk id, this user "
    "is merged into that one.",
    body=Json(LoginBody), response=Json(UserResponse), query=BRAND,
    errors=(errors.BadRequest, errors.UserNotFound, errors.IntegrationNotFound, errors.Conflict),
)
PUT_SUPPORT_USER = Operation(
    "PutSupportUser", "PUT", SUPPORT_USER, "End users", A,
    "Stores what Zendesk Support would report about a user to SyncUser.",
    body=Json(SupportUserBody), response=Json(SupportUserResponse), errors=(errors.BadRequest,),
)
GET_SUPPORT_USER = Operation(
    "GetSupportUser", "GET", SUPPORT_USER, "End users", A,
    "Fetches a Support user.",
    body=NO_BODY, response=Json(SupportUserResponse), errors=(errors.SupportUserNotFound,),
)
DELETE_SUPPORT_USER = Operation(
    "DeleteSupportUser", "DELETE", SUPPORT_USER, "End users", A,
    "Deletes a Support user. The user that is linked to it stays as it is.",
    body=NO_BODY, response=Json(Empty), errors=(errors.SupportUserNotFound,),
)
# fmt: on

EXTENSIONS = operations_in(vars())
