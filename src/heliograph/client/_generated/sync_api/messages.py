# Generated from _generated/async_api/messages.py by tools/unasync.py. Do not edit.
"""The operations of the tag Messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    Empty,
    Message,
    MessageListResponse,
    MessagePostResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.authors import AuthorBody
from heliograph.wire.contents import (
    CarouselMessageBody,
    FileMessageBody,
    FormMessageBody,
    FormResponseMessageBody,
    ImageMessageBody,
    ListMessageBody,
    LocationMessageBody,
    TemplateMessageBody,
    TextMessageBody,
)
from heliograph.wire.messages import (
    DestinationBody,
    MessagePost,
    OverrideBody,
)
from heliograph.wire.paging import Page


class MessagesApi(Api):
    """The operations of the tag Messages."""

    def post_message(
        self,
        app_id: str,
        conversation_id: str,
        body: MessagePost | Mapping[str, Any] | None = None,
        *,
        author: AuthorBody | Mapping[str, Any] | None = None,
        content: TextMessageBody
        | CarouselMessageBody
        | FileMessageBody
        | FormMessageBody
        | FormResponseMessageBody
        | ImageMessageBody
        | ListMessageBody
        | LocationMessageBody
        | TemplateMessageBody
        | Mapping[str, Any]
        | None = None,
        destination: DestinationBody | Mapping[str, Any] | None = None,
        metadata: Mapping[str, str | int | float | bool | None] | None = None,
        override: OverrideBody | Mapping[str, Any] | None = None,
        schema: str | None = None,
    ) -> MessagePostResponse:
        """Posts a message of the business or of a user.

        `POST /v2/apps/{appId}/conversations/{conversationId}/messages`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            Locked: The conversation accepts no more messages until some are deleted.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["PostMessage"],
                (app_id, conversation_id),
                body,
                {
                    "author": author,
                    "content": content,
                    "destination": destination,
                    "metadata": metadata,
                    "override": override,
                    "schema": schema,
                },
            ),
            MessagePostResponse,
        )

    def list_messages(
        self, app_id: str, conversation_id: str, page: Page | Mapping[str, Any] | None = None
    ) -> MessageListResponse:
        """Lists messages, oldest first. The page size is always 100. Without a cursor, it is the last page.

        `GET /v2/apps/{appId}/conversations/{conversationId}/messages`. Scopes: integration, app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["ListMessages"], (app_id, conversation_id), page=page), MessageListResponse
        )

    def iter_messages(
        self,
        app_id: str,
        conversation_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Records[MessageListResponse, Message]:
        """Iterates over the records of `list_messages`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_messages`, during iteration.
        """

        def fetch(current: Page) -> MessageListResponse:
            return self.list_messages(app_id, conversation_id, page=current)

        return Records(
            fetch,
            lambda response: response.messages,
            "ListMessages",
            paging.first_page(page, backwards=backwards, from_the_start=True),
        )

    def delete_all_messages(self, app_id: str, conversation_id: str) -> Empty:
        """Deletes all messages of a conversation, which leaves no unread messages.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages`. Scopes: integration, app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteAllMessages"], (app_id, conversation_id)), Empty)

    def delete_message(self, app_id: str, conversation_id: str, message_id: str) -> Empty:
        """Deletes a message. Other unread messages stay unread.

        `DELETE /v2/apps/{appId}/conversations/{conversationId}/messages/{messageId}`. Scopes: integration, app,
        account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            MessageNotFound: The message does not exist in this conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["DeleteMessage"], (app_id, conversation_id, message_id)), Empty)
