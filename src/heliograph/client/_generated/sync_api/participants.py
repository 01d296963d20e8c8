# Generated from _generated/async_api/participants.py by tools/unasync.py. Do not edit.
"""The operations of the tag Participants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    Empty,
    Participant,
    ParticipantListResponse,
    ParticipantResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page
from heliograph.wire.participants import ParticipantJoinBody, ParticipantLeaveBody


class ParticipantsApi(Api):
    """The operations of the tag Participants."""

    def join_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ParticipantJoinBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        subscribe_sdk_client: bool | None = None,
    ) -> ParticipantResponse:
        """Adds a user to an sdkGroup conversation. If the user is a participant already, that participant is returned.
        With `subscribeSDKClient`, the user's SDK client is associated with the conversation, and created if needed.

        `POST /v2/apps/{appId}/conversations/{conversationId}/join`. Scopes: integration, app, account.

        Raises:
            TooManyParticipants: The conversation has the maximum number of participants.
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["JoinConversation"],
                (app_id, conversation_id),
                body,
                {
                    "user_id": user_id,
                    "user_external_id": user_external_id,
                    "subscribe_sdk_client": subscribe_sdk_client,
                },
            ),
            ParticipantResponse,
        )

    def list_participants(
        self, app_id: str, conversation_id: str, page: Page | Mapping[str, Any] | None = None
    ) -> ParticipantListResponse:
        """Lists the participants of a conversation, in the order of joining.

        `GET /v2/apps/{appId}/conversations/{conversationId}/participants`. Scopes: integration, app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListParticipants"], (app_id, conversation_id), page=page), ParticipantListResponse
        )

    def iter_participants(
        self,
        app_id: str,
        conversation_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Records[ParticipantListResponse, Participant]:
        """Iterates over the records of `list_participants`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_participants`, during iteration.
        """

        def fetch(current: Page) -> ParticipantListResponse:
            return self.list_participants(app_id, conversation_id, page=current)

        return Records(
            fetch,
            lambda response: response.participants,
            "ListParticipants",
            paging.first_page(page, backwards=backwards),
        )

    def leave_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ParticipantLeaveBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        participant_id: str | None = None,
    ) -> Empty:
        """Removes a user, named by user id, external id or participant id, from an sdkGroup conversation.

        `POST /v2/apps/{appId}/conversations/{conversationId}/leave`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["LeaveConversation"],
                (app_id, conversation_id),
                body,
                {"user_id": user_id, "user_external_id": user_external_id, "participant_id": participant_id},
            ),
            Empty,
        )
