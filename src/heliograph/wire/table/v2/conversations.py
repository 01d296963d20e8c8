"""Conversations: their participants, messages and activities, and control over them."""

from __future__ import annotations

from typing import Any

from heliograph import errors
from heliograph.wire.activities import ActivityPost
from heliograph.wire.apps import Empty
from heliograph.wire.conversations import (
    ConversationCreateBody,
    ConversationListResponse,
    ConversationResponse,
    ConversationUpdateBody,
)
from heliograph.wire.formats import NO_BODY, Json
from heliograph.wire.messages import MessageListResponse, MessagePost, MessagePostResponse
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.participants import (
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.wire.passthrough import ConversionEventsBody, ConversionEventsResponse, DownloadMessageRefBody
from heliograph.wire.paths import APP, CONVERSATION, MESSAGE, I
from heliograph.wire.switchboards import AcceptControlBody, OfferControlBody, PassControlBody, ReleaseControlBody

# fmt: off
CREATE_CONVERSATION = Operation(
    "CreateConversation", "POST", APP / "conversations", "Conversations", I,
    "Creates a personal conversation of one user, or a group with up to 10 initial participants.",
    body=Json(ConversationCreateBody), response=Json(ConversationResponse), status=201,
    errors=(errors.AppNotFound, errors.UserNotFound),
)
LIST_CONVERSATIONS = Operation(
    "ListConversations", "GET", APP / "conversations", "Conversations", I,
    "Lists the conversations of a user, who is named by `filter[userId]` or `filter[userExternalId]`.",
    body=NO_BODY, response=Json(ConversationListResponse), errors=(errors.InvalidPage, errors.UserNotFound), paged=True,
    filters=("userId", "userExternalId"), one_filter=True,
)
GET_CONVERSATION = Operation(
    "GetConversation", "GET", CONVERSATION, "Conversations", I,
    "Fetches a conversation.",
    body=NO_BODY, response=Json(ConversationResponse), errors=(errors.ConversationNotFound,),
)
UPDATE_CONVERSATION = Operation(
    "UpdateConversation", "PATCH", CONVERSATION, "Conversations", I,
    "Changes the given fields. Null clears a field; metadata is merged key by key.",
    body=Json(ConversationUpdateBody), response=Json(ConversationResponse), errors=(errors.ConversationNotFound,),
)
DELETE_CONVERSATION = Operation(
    "DeleteConversation", "DELETE", CONVERSATION, "Conversations", I,
    "Deletes a conversation with its participants and messages. A user's default conversation cannot be deleted.",
    body=NO_BODY, response=Json(Empty), errors=(errors.BadRequest, errors.ConversationNotFound),
)
JOIN_CONVERSATION = Operation(
    "JoinConversation", "POST", CONVERSATION / "join", "Participants", I,
    "Adds a user to an sdkGroup conversation. If the user is a participant already, that participant is returned. "
    "With `subscribeSDKClient`, the user's SDK client is associated with the conversation, and created if needed.",
    body=Json(ParticipantJoinBody), response=Json(ParticipantResponse), status=201,
    errors=(errors.TooManyParticipants, errors.ConversationNotFound, errors.UserNotFound), repeatable=True,
)
LIST_PARTICIPANTS = Operation(
    "ListParticipants", "GET", CONVERSATION / "participants", "Participants", I,
    "Lists the participants of a conversation, in the order of joining.",
    body=NO_BODY, response=Json(ParticipantListResponse), errors=(errors.InvalidPage, errors.ConversationNotFound),
    paged=True,
)
LEAVE_CONVERSATION = Operation(
    "LeaveConversation", "POST", CONVERSATION / "leave", "Participants", I,
    "Removes a user, named by user id, external id or participant id, from an sdkGroup conversation.",
    body=Json(ParticipantLeaveBody), response=Json(Empty),
    errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember), repeatable=True,
)
POST_MESSAGE = Operation(
    "PostMessage", "POST", CONVERSATION / "messages", "Messages", I,
    "Posts a message of the business or of a user.",
    body=Json(MessagePost), response=Json(MessagePostResponse), status=201,
    errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember, errors.Locked),
)
LIST_MESSAGES = Operation(
    "ListMessages", "GET", CONVERSATION / "messages", "Messages", I,
    "Lists messages, oldest first. The page size is always 100. Without a cursor, it is the last page.",
    body=NO_BODY, response=Json(MessageListResponse), errors=(errors.InvalidPage, errors.NotFound), paged=True,
    last_page_first=True,
)
DELETE_ALL_MESSAGES = Operation(
    "DeleteAllMessages", "DELETE", CONVERSATION / "messages", "Messages", I,
    "Deletes all messages of a conversation, which leaves no unread messages.",
    body=NO_BODY, response=Json(Empty), errors=(errors.ConversationNotFound,),
)
DELETE_MESSAGE = Operation(
    "DeleteMessage", "DELETE", MESSAGE, "Messages", I,
    "Deletes a message. Other unread messages stay unread.",
    body=NO_BODY, response=Json(Empty), errors=(errors.ConversationNotFound, errors.MessageNotFound),
)
POST_ACTIVITY = Operation(
    "PostActivity", "POST", CONVERSATION / "activity", "Activities", I,
    "Records that the business is typing, or that a user or the business has read the conversation.",
    body=Json(ActivityPost), response=Json(Empty),
    errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
)
PASS_CONTROL = Operation(
    "PassControl", "POST", CONVERSATION / "passControl", "Switchboard Actions", I,
    "Passes control of a conversation to a switchboard integration.",
    body=Json(PassControlBody), response=Json(Empty), errors=(errors.ConversationNotFound,),
)
RELEASE_CONTROL = Operation(
    "ReleaseControl", "POST", CONVERSATION / "releaseControl", "Switchboard Actions", I,
    "Releases control of a conversation, so that no integration has it. An integration must have control to do so.",
    body=Json(ReleaseControlBody, optional=True), response=Json(Empty),
    errors=(errors.Forbidden, errors.ConversationNotFound),
)
OFFER_CONTROL = Operation(
    "OfferControl", "POST", CONVERSATION / "offerControl", "Switchboard Actions", I,
    "Offers control of a conversation to a switchboard integration. This replaces an earlier offer.",
    body=Json(OfferControlBody), response=Json(Empty), errors=(errors.ConversationNotFound,),
)
ACCEPT_CONTROL = Operation(
    "AcceptControl", "POST", CONVERSATION / "acceptControl", "Switchboard Actions", I,
    "Accepts an offer of control. An integration can accept only an offer to itself.",
    body=Json(AcceptControlBody, optional=True), response=Json(Empty),
    errors=(errors.Forbidden, errors.ConversationNotFound),
)
DOWNLOAD_MESSAGE_REF = Operation(
    "DownloadMessageRef", "POST", CONVERSATION / "download", "Conversations", I,
    "Downloads message data from Apple to which a message of a user refers.",
    body=Json(DownloadMessageRefBody), response=Json(dict[str, Any]),
    errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
)
POST_CONVERSION_EVENTS = Operation(
    "PostConversionEvents", "POST", CONVERSATION / "conversionEvents", "Conversations", I,
    "Sends conversion events of a conversation to a Meta channel.",
    body=Json(ConversionEventsBody), response=Json(ConversionEventsResponse), errors=(errors.ConversationNotFound,),
)
# fmt: on

OPERATIONS = operations_in(vars())
