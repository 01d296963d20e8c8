# Generated from _generated/async_api/conversations.py by tools/unasync.py. Do not edit.
"""The operations of the tag Conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from heliograph.client import paging
from heliograph.client._generated.models import (
    Conversation,
    ConversationListResponse,
    ConversationResponse,
    ConversionEventsResponse,
    Empty,
)
from heliograph.client.model import Model
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.conversations import ConversationCreateBody, ConversationUpdateBody
from heliograph.wire.paging import Page
from heliograph.wire.participants import ParticipantBody
from heliograph.wire.passthrough import (
    AppleMessageRefBody,
    ConversionEventsBody,
    DownloadMessageRefBody,
    MetaConversionEventBody,
)


class ConversationsApi(Api):
    """The operations of the tag Conversations."""

    def create_conversation(
        self,
        app_id: str,
        body: ConversationCreateBody | Mapping[str, Any] | None = None,
        *,
        type: Literal["personal", "sdkGroup"] | None = None,
        participants: Sequence[ParticipantBody | Mapping[str, Any]] | None = None,
        display_name: str | None = None,
        description: str | None = None,
        icon_url: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> ConversationResponse:
        """Creates a personal conversation of one user, or a group with up to 10 initial participants.

        `POST /v2/apps/{appId}/conversations`. Scopes: integration, app, account.

        Raises:
            AppNotFound: The app does not exist.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["CreateConversation"],
                (app_id,),
                body,
                {
                    "type": type,
                    "participants": participants,
                    "display_name": display_name,
                    "description": description,
                    "icon_url": icon_url,
                    "metadata": metadata,
                },
            ),
            ConversationResponse,
        )

    def list_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
    ) -> ConversationListResponse:
        """Lists the conversations of a user, who is named by `filter[userId]` or `filter[userExternalId]`.

        `GET /v2/apps/{appId}/conversations`. Scopes: integration, app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListConversations"],
                (app_id,),
                filters=filter,
                filter_fields={"user_id": user_id, "user_external_id": user_external_id},
                page=page,
            ),
            ConversationListResponse,
        )

    def iter_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        backwards: bool = False,
    ) -> Records[ConversationListResponse, Conversation]:
        """Iterates over the records of `list_conversations`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_conversations`, during iteration.
        """

        def fetch(current: Page) -> ConversationListResponse:
            return self.list_conversations(
                app_id, filter=filter, page=current, user_id=user_id, user_external_id=user_external_id
            )

        return Records(
            fetch,
            lambda response: response.conversations,
            "ListConversations",
            paging.first_page(page, backwards=backwards),
        )

    def get_conversation(self, app_id: str, conversation_id: str) -> ConversationResponse:
        """Fetches a conversation.

        `GET /v2/apps/{appId}/conversations/{conversationId}`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetConversation"], (app_id, conversation_id)), ConversationResponse)

    def update_conversation(
        self,
        app_id: str,
        conversation_id: str,
        body: ConversationUpdateBody | Mapping[str, Any] | None = None,
        *,
        display_name: str | None = None,
        description: str | None = None,
        icon_url: str | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
    ) -> ConversationResponse:
        """Changes the given fields. Null clears a field; metadata is merged key by key.

        `PATCH /v2/apps/{appId}/conversations/{conversationId}`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["UpdateConversation"],
                (app_id, conversation_id),
                body,
                {"display_name": display_name, "description": description, "icon_url": icon_url, "metadata": metadata},
            ),
            ConversationResponse,
        )

    def delete_conversation(self, app_id: str, conversation_id: str) -> Empty:
        """Deletes a conversation with its participants and messages. A user's default conversation cannot be deleted.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}`. Scopes: integration, app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteConversation"], (app_id, conversation_id)), Empty)

    def download_message_ref(
        self,
        app_id: str,
        conversation_id: str,
        body: DownloadMessageRefBody | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        apple: AppleMessageRefBody | Mapping[str, Any] | None = None,
    ) -> Model:
        """Downloads message data from Apple to which a message of a user refers.

        `POST /v2/apps/{appId}/conversations/{conversationId}/download`. Scopes: integration, app, account.

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
                OPERATION["DownloadMessageRef"], (app_id, conversation_id), body, {"user_id": user_id, "apple": apple}
            ),
            Model,
        )

    def post_conversion_events(
        self,
        app_id: str,
        conversation_id: str,
        body: ConversionEventsBody | Mapping[str, Any] | None = None,
        *,
        messenger: MetaConversionEventBody | Mapping[str, Any] | None = None,
        instagram: MetaConversionEventBody | Mapping[str, Any] | None = None,
        whatsapp: MetaConversionEventBody | Mapping[str, Any] | None = None,
    ) -> ConversionEventsResponse:
        """Sends conversion events of a conversation to a Meta channel.

        `POST /v2/apps/{appId}/conversations/{conversationId}/conversionEvents`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["PostConversionEvents"],
                (app_id, conversation_id),
                body,
                {"messenger": messenger, "instagram": instagram, "whatsapp": whatsapp},
            ),
            ConversionEventsResponse,
        )
