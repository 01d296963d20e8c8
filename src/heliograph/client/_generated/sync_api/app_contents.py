# Generated from _generated/async_api/app_contents.py by tools/unasync.py. Do not edit.
"""The operations of the tag App contents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    AppUserListResponse,
    ConversationSummary,
    ConversationSummaryListResponse,
    ConversationSummaryResponse,
    FindResponse,
    User,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class AppContentsApi(Api):
    """The operations of the tag App contents."""

    def list_app_users(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        ids: str | None = None,
        name: str | None = None,
        external_id: str | None = None,
        conversation_id: str | None = None,
        sort: str | None = None,
    ) -> AppUserListResponse:
        """Lists the users of an app, newest first; with `filter[ids]` those with up to 100 ids, in the order of the
        ids. Ids of no user are left out. One other filter selects users by the beginning of a name, by external id,
        by a key of their metadata, or the members of a conversation.

        `GET /heliograph/v1/apps/{appId}/users`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListAppUsers"],
                (app_id,),
                filters=filter,
                filter_fields={
                    "ids": ids,
                    "name": name,
                    "external_id": external_id,
                    "conversation_id": conversation_id,
                },
                page=page,
                query={"sort": sort},
            ),
            AppUserListResponse,
        )

    def iter_app_users(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        ids: str | None = None,
        name: str | None = None,
        external_id: str | None = None,
        conversation_id: str | None = None,
        sort: str | None = None,
        backwards: bool = False,
    ) -> Records[AppUserListResponse, User]:
        """Iterates over the records of `list_app_users`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_app_users`, during iteration.
        """

        def fetch(current: Page) -> AppUserListResponse:
            return self.list_app_users(
                app_id,
                filter=filter,
                page=current,
                ids=ids,
                name=name,
                external_id=external_id,
                conversation_id=conversation_id,
                sort=sort,
            )

        return Records(
            fetch, lambda response: response.users, "ListAppUsers", paging.first_page(page, backwards=backwards)
        )

    def list_app_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        user_id: str | None = None,
        sort: str | None = None,
    ) -> ConversationSummaryListResponse:
        """Lists the conversations of an app with their counts and newest messages, newest first. With `sort=activity`,
        it lists those with an event among the newest 2,000, the one with the newest event first. One filter selects
        conversations by the beginning of their name, by a key of their metadata, or those of a user.

        `GET /heliograph/v1/apps/{appId}/conversations`. Scopes: app, account.

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
                OPERATION["ListAppConversations"],
                (app_id,),
                filters=filter,
                filter_fields={"name": name, "user_id": user_id},
                page=page,
                query={"sort": sort},
            ),
            ConversationSummaryListResponse,
        )

    def iter_app_conversations(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        user_id: str | None = None,
        sort: str | None = None,
        backwards: bool = False,
    ) -> Records[ConversationSummaryListResponse, ConversationSummary]:
        """Iterates over the records of `list_app_conversations`, page by page, with the size of `page` and from its
        cursor, if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_app_conversations`, during iteration.
        """

        def fetch(current: Page) -> ConversationSummaryListResponse:
            return self.list_app_conversations(
                app_id, filter=filter, page=current, name=name, user_id=user_id, sort=sort
            )

        return Records(
            fetch,
            lambda response: response.conversations,
            "ListAppConversations",
            paging.first_page(page, backwards=backwards),
        )

    def get_app_conversation(self, app_id: str, conversation_id: str) -> ConversationSummaryResponse:
        """Fetches a conversation with its counts and its newest message.

        `GET /heliograph/v1/apps/{appId}/conversations/{conversationId}`. Scopes: app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["GetAppConversation"], (app_id, conversation_id)), ConversationSummaryResponse
        )

    def find(self, app_id: str, *, q: str | None = None) -> FindResponse:
        """Finds up to 10 records of an app by an exact id, external id, email address, Zendesk id or request id, and
        conversations by the beginning of their names.

        `GET /heliograph/v1/apps/{appId}/find`. Scopes: app, account.

        Raises:
            BadRequest: The request is not valid; one title per violation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["Find"], (app_id,), query={"q": q}), FindResponse)
