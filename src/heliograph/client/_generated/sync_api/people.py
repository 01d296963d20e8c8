# Generated from _generated/async_api/people.py by tools/unasync.py. Do not edit.
"""The operations of the tag People."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import Erasure, ErasureListResponse, ErasureResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class PeopleApi(Api):
    """The operations of the tag People."""

    def erase_user(self, app_id: str, user_id_or_external_id: str, *, brand_id: str | None = None) -> ErasureResponse:
        """Deletes a user like DeleteUser, and removes what names the person from everything that stays: messages keep
        their place and time, with a random pseudonym as the author. Reports what was removed, and what stays and
        why. After 25 seconds the status is 202, the server goes on, and the same request waits again.

        `POST /heliograph/v1/apps/{appId}/users/{userIdOrExternalId}/erase`. Scopes: app, account.

        Raises:
            UserNotFound: The user does not exist in this app.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["EraseUser"], (app_id, user_id_or_external_id), query={"brandId": brand_id}),
            ErasureResponse,
        )

    def list_erasures(self, app_id: str, page: Page | Mapping[str, Any] | None = None) -> ErasureListResponse:
        """Lists the erasures of an app, oldest first, those that are not finished included. They do not say whom they
        were about.

        `GET /heliograph/v1/apps/{appId}/erasures`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListErasures"], (app_id,), page=page), ErasureListResponse)

    def iter_erasures(
        self, app_id: str, page: Page | Mapping[str, Any] | None = None, *, backwards: bool = False
    ) -> Records[ErasureListResponse, Erasure]:
        """Iterates over the records of `list_erasures`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_erasures`, during iteration.
        """

        def fetch(current: Page) -> ErasureListResponse:
            return self.list_erasures(app_id, page=current)

        return Records(
            fetch, lambda response: response.erasures, "ListErasures", paging.first_page(page, backwards=backwards)
        )
