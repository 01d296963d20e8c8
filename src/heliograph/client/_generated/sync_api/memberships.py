# Generated from _generated/async_api/memberships.py by tools/unasync.py. Do not edit.
"""The operations of the tag Memberships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import Member, MemberListResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class MembershipsApi(Api):
    """The operations of the tag Memberships."""

    def list_members(
        self, app_id: str, conversation_id: str, page: Page | Mapping[str, Any] | None = None
    ) -> MemberListResponse:
        """Lists the participants of a conversation with the times at which they joined, in the order of joining; up to
        1,000 on a page.

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
            build(OPERATION["ListMembers"], (app_id, conversation_id), page=page), MemberListResponse
        )

    def iter_members(
        self,
        app_id: str,
        conversation_id: str,
        page: Page | Mapping[str, Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Records[MemberListResponse, Member]:
        """Iterates over the records of `list_members`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_members`, during iteration.
        """

        def fetch(at: Page) -> MemberListResponse:
            return self.list_members(app_id, conversation_id, page=at)

        return Records(
            fetch, lambda response: response.participants, "ListMembers", paging.first_page(page, backwards=backwards)
        )
