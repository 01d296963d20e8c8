"""Conversations: who is in them, what is said and done in them, and who is in control of them."""

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
from heliograph.wire.messages import MessageListResponse, MessagePost, MessagePostResponse
from heliograph.wire.operations import Operation
from heliograph.wire.participants import (
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.wire.passthrough import ConversionEventsBody, ConversionEventsResponse, DownloadMessageRefBody
from heliograph.wire.switchboards import AcceptControlBody, OfferControlBody, PassControlBody, ReleaseControlBody
from heliograph.wire.table.v2.paths import APP, CONVERSATION, I

# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "CreateConversation", "POST", f"{APP}/conversations", "Conversations", I, ConversationResponse,
        "Creates a personal conversation of one user, or a group with up to 10 users in it from the start.",
        body=ConversationCreateBody, status=201, errors=(errors.AppNotFound, errors.UserNotFound),
    ),
    Operation(
        "ListConversations", "GET", f"{APP}/conversations", "Conversations", I, ConversationListResponse,
        "Lists the conversations that a user is in, named by `filter[userId]` or `filter[userExternalId]`.",
        errors=(errors.InvalidPage, errors.UserNotFound), paged=True,
        filters=("userId", "userExternalId"), one_filter=True,
    ),
    Operation(
        "GetConversation", "GET", CONVERSATION, "Conversations", I, ConversationResponse,
        "Fetches a conversation.",
        errors=(errors.ConversationNotFound,),
    ),
    Operation(
        "UpdateConversation", "PATCH", CONVERSATION, "Conversations", I, ConversationResponse,
        "Changes what the body names. Null clears; metadata is merged key by key.",
        body=ConversationUpdateBody, errors=(errors.ConversationNotFound,),
    ),
    Operation(
        "DeleteConversation", "DELETE", CONVERSATION, "Conversations", I, Empty,
        "Deletes a conversation with its participants and messages. A user's default conversation cannot be deleted.",
        errors=(errors.BadRequest, errors.ConversationNotFound),
    ),
    Operation(
        "JoinConversation", "POST", f"{CONVERSATION}/join", "Participants", I, ParticipantResponse,
        "Adds a user to an sdkGroup conversation. Who is in it already stays the same participant. "
        "With `subscribeSDKClient` the user's SDK client, made if there is none, is associated with the conversation.",
        body=ParticipantJoinBody, status=201,
        errors=(errors.TooManyParticipants, errors.ConversationNotFound, errors.UserNotFound),
    ),
    Operation(
        "ListParticipants", "GET", f"{CONVERSATION}/participants", "Participants", I, ParticipantListResponse,
        "Lists who is in a conversation, in the order of joining.",
        errors=(errors.InvalidPage, errors.ConversationNotFound), paged=True,
    ),
    Operation(
        "LeaveConversation", "POST", f"{CONVERSATION}/leave", "Participants", I, Empty,
        "Removes a user from an sdkGroup conversation, named by user id, external id or participant id.",
        body=ParticipantLeaveBody, errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
    ),
    Operation(
        "PostMessage", "POST", f"{CONVERSATION}/messages", "Messages", I, MessagePostResponse,
        "Sends a message, of the business or of a user.",
        body=MessagePost, status=201,
        errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember, errors.Locked),
    ),
    Operation(
        "ListMessages", "GET", f"{CONVERSATION}/messages", "Messages", I, MessageListResponse,
        "Lists messages, oldest first, 100 to a page whatever size is asked for. Without a cursor it is the last page.",
        errors=(errors.InvalidPage, errors.NotFound), paged=True, last_page_first=True,
    ),
    Operation(
        "DeleteAllMessages", "DELETE", f"{CONVERSATION}/messages", "Messages", I, Empty,
        "Deletes every message of a conversation; nothing is unread then.",
        errors=(errors.ConversationNotFound,),
    ),
    Operation(
        "DeleteMessage", "DELETE", f"{CONVERSATION}/messages/{{messageId}}", "Messages", I, Empty,
        "Deletes a message. What is unread of the others stays so.",
        errors=(errors.ConversationNotFound, errors.MessageNotFound),
    ),
    Operation(
        "PostActivity", "POST", f"{CONVERSATION}/activity", "Activities", I, Empty,
        "Tells that the business is typing, or that a user or the business has read the conversation.",
        body=ActivityPost, errors=(errors.ConversationNotFound, errors.UserNotFound, errors.NotAMember),
    ),
    Operation(
        "PassControl", "POST", f"{CONVERSATION}/passControl", "Switchboard Actions", I, Empty,
        "Gives control of a conversation to a switchboard integration.",
        body=PassControlBody, errors=(errors.ConversationNotFound,), offered=False,
    ),
    Operation(
        "ReleaseControl", "POST", f"{CONVERSATION}/releaseControl", "Switchboard Actions", I, Empty,
        "Gives up control of a conversation, so that nobody has it. An integration may do so only while it is active.",
        body=ReleaseControlBody, body_optional=True,
        errors=(errors.Forbidden, errors.ConversationNotFound), offered=False,
    ),
    Operation(
        "OfferControl", "POST", f"{CONVERSATION}/offerControl", "Switchboard Actions", I, Empty,
        "Offers control of a conversation to a switchboard integration, in place of whomever it was offered to before.",
        body=OfferControlBody, errors=(errors.ConversationNotFound,), offered=False,
    ),
    Operation(
        "AcceptControl", "POST", f"{CONVERSATION}/acceptControl", "Switchboard Actions", I, Empty,
        "Takes the control that was offered. An integration may do so only if it is the one to whom it was.",
        body=AcceptControlBody, errors=(errors.Forbidden, errors.ConversationNotFound), offered=False,
    ),
    Operation(
        "DownloadMessageRef", "POST", f"{CONVERSATION}/download", "Conversations", I, dict[str, Any],
        "Fetches from Apple what a message of a user only refers to.",
        body=DownloadMessageRefBody, offered=False,
    ),
    Operation(
        "PostConversionEvents", "POST", f"{CONVERSATION}/conversionEvents", "Conversations", I,
        ConversionEventsResponse,
        "Tells a channel of Meta what a conversation led to.",
        body=ConversionEventsBody, offered=False,
    ),
)
