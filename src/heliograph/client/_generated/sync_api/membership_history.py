# Generated from _generated/async_api/membership_history.py by tools/unasync.py. Do not edit.
"""The operations of the tag Membership history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    HistoryResponse,
    MembershipChange,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class MembershipHistoryApi(Api):
    """The operations of the tag Membership history."""

    def list_conversation_history(
        self,
        app_id: str,
        conversation_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> HistoryResponse:
        """Lists who joined and left a conversation, oldest first, with the key and the request of each change. The
        history of a deleted conversation is kept.

        `GET /heliograph/v1/apps/{appId}/conversations/{conversationId}/history`. Scopes: app, account.

        Raises:
            ConversationNotFound: The conversation does not exist in this app.
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListConversationHistory"],
                (app_id, conversation_id),
                filters=filter,
                filter_fields={"user_id": user_id, "after": after, "before": before},
                page=page,
            ),
            HistoryResponse,
        )

    def iter_conversation_history(
        self,
        app_id: str,
        conversation_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        after: str | None = None,
        before: str | None = None,
        backwards: bool = False,
    ) -> Records[HistoryResponse, MembershipChange]:
        """Iterates over the records of `list_conversation_history`, page by page, with the size of `page` and from its
        cursor, if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_conversation_history`, during iteration.
        """

        def fetch(current: Page) -> HistoryResponse:
            return self.list_conversation_history(
                app_id, conversation_id, filter=filter, page=current, user_id=user_id, after=after, before=before
            )

        return Records(
            fetch,
            lambda response: response.changes,
            "ListConversationHistory",
            paging.first_page(page, backwards=backwards),
        )

    def list_user_history(
        self,
        app_id: str,
        user_id_or_external_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        after: str | None = None,
        before: str | None = None,
        brand_id: str | None = None,
    ) -> HistoryResponse:
        """Lists the conversations that a user joined and left, oldest first. That of a deleted user is found by the id.

        `GET /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/history`. Scopes: app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListUserHistory"],
                (app_id, user_id_or_external_id),
                filters=filter,
                filter_fields={"after": after, "before": before},
                page=page,
                query={"brandId": brand_id},
            ),
            HistoryResponse,
        )

    def iter_user_history(
        self,
        app_id: str,
        user_id_or_external_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        after: str | None = None,
        before: str | None = None,
        brand_id: str | None = None,
        backwards: bool = False,
    ) -> Records[HistoryResponse, MembershipChange]:
        """Iterates over the records of `list_user_history`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_user_history`, during iteration.
        """

        def fetch(current: Page) -> HistoryResponse:
            return self.list_user_history(
                app_id,
                user_id_or_external_id,
                filter=filter,
                page=current,
                after=after,
                before=before,
                brand_id=brand_id,
            )

        return Records(
            fetch, lambda response: response.changes, "ListUserHistory", paging.first_page(page, backwards=backwards)
        )
