# Generated from _generated/async_api/memberships.py by tools/unasync.py. Do not edit.
"""The operations of the tag Memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    BulkParticipantsResponse,
    Member,
    MemberListResponse,
    Membership,
    MembershipListResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.bulk import BulkJoin, BulkLeave, BulkParticipantsBody
from heliograph.wire.paging import Page


class MembershipsApi(Api):
    """The operations of the tag Memberships."""

    def list_members(
        self,
        app_id: str,
        conversation_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        unread: str | None = None,
        joined_after: str | None = None,
        joined_before: str | None = None,
        sort: str | None = None,
        include: str | None = None,
        at: str | None = None,
    ) -> MemberListResponse:
        """Lists the participants of a conversation with the times at which they joined, in the order of joining; up to
        1,000 on a page. `include=total,user` adds their number and their users. With `at`, it lists those who were
        in the conversation at that time, also if it is deleted.

        `GET /heliograph/v1/apps/{appId}/conversations/{conversationId}/participants`. Scopes: app, account.

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
                OPERATION["ListMembers"],
                (app_id, conversation_id),
                filters=filter,
                filter_fields={
                    "user_id": user_id,
                    "user_external_id": user_external_id,
                    "unread": unread,
                    "joined_after": joined_after,
                    "joined_before": joined_before,
                },
                page=page,
                query={"sort": sort, "include": include, "at": at},
            ),
            MemberListResponse,
        )

    def iter_members(
        self,
        app_id: str,
        conversation_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        user_external_id: str | None = None,
        unread: str | None = None,
        joined_after: str | None = None,
        joined_before: str | None = None,
        sort: str | None = None,
        include: str | None = None,
        at: str | None = None,
        backwards: bool = False,
    ) -> Records[MemberListResponse, Member]:
        """Iterates over the records of `list_members`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_members`, during iteration.
        """

        def fetch(current: Page) -> MemberListResponse:
            return self.list_members(
                app_id,
                conversation_id,
                filter=filter,
                page=current,
                user_id=user_id,
                user_external_id=user_external_id,
                unread=unread,
                joined_after=joined_after,
                joined_before=joined_before,
                sort=sort,
                include=include,
                at=at,
            )

        return Records(
            fetch, lambda response: response.participants, "ListMembers", paging.first_page(page, backwards=backwards)
        )

    def list_memberships(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        sort: str | None = None,
        include: str | None = None,
        brand_id: str | None = None,
    ) -> MembershipListResponse:
        """Lists the conversations that a user is in with the numbers of unread messages, the one joined last first.
        With `sort=activity`, the one with the newest message is first. `include=unread` adds the number of all
        unread ones.

        `GET /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/memberships`. Scopes: app, account.

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
                OPERATION["ListMemberships"],
                (app_id, user_id_or_external_id),
                page=page,
                query={"sort": sort, "include": include, "brandId": brand_id},
            ),
            MembershipListResponse,
        )

    def iter_memberships(
        self,
        app_id: str,
        user_id_or_external_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        sort: str | None = None,
        include: str | None = None,
        brand_id: str | None = None,
        backwards: bool = False,
    ) -> Records[MembershipListResponse, Membership]:
        """Iterates over the records of `list_memberships`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_memberships`, during iteration.
        """

        def fetch(current: Page) -> MembershipListResponse:
            return self.list_memberships(
                app_id, user_id_or_external_id, page=current, sort=sort, include=include, brand_id=brand_id
            )

        return Records(
            fetch,
            lambda response: response.memberships,
            "ListMemberships",
            paging.first_page(page, backwards=backwards),
        )

    def bulk_participants(
        self,
        app_id: str,
        conversation_id: str,
        body: BulkParticipantsBody | Mapping[str, Any] | None = None,
        *,
        items: Sequence[BulkJoin | BulkLeave | Mapping[str, Any]] | None = None,
        atomic: bool | None = None,
    ) -> BulkParticipantsResponse:
        """Adds and removes up to 1,000 participants of an sdkGroup conversation, in order, with a result for each. With
        `atomic`, the first refusal undoes everything, and its status and item are those of the response.

        `POST /heliograph/v1/apps/{appId}/conversations/{conversationId}/participants/bulk`. Scopes: app, account.

        Raises:
            TooManyParticipants: The conversation has the maximum number of participants.
            ConversationNotFound: The conversation does not exist in this app.
            UserNotFound: The user does not exist in this app.
            NotAMember: The user is not a participant of the conversation.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["BulkParticipants"], (app_id, conversation_id), body, {"items": items, "atomic": atomic}),
            BulkParticipantsResponse,
        )
