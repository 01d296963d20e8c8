"""What end users, channels and Zendesk Support would do."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientResponse
from heliograph.wire.conversations import ConversationResponse
from heliograph.wire.devices import DeviceBody, DeviceResponse
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.inbound import (
    BeginConversationBody,
    ControlBody,
    InboundBody,
    InboundResponse,
    MessageOutcomeBody,
)
from heliograph.wire.linking import ClientOutcomeBody
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.outbound import OutboundListResponse
from heliograph.wire.paths import (
    BRAND,
    DEVICE_GUID,
    EXTENSION_APP,
    EXTENSION_CLIENT,
    EXTENSION_CONVERSATION,
    EXTENSION_MESSAGE,
    EXTENSION_USER,
    SUPPORT_USER,
    A,
)
from heliograph.wire.support_users import SupportUserBody, SupportUserResponse
from heliograph.wire.users import LoginBody, UserResponse

# fmt: off
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

OPERATIONS = operations_in(vars())
