# Generated from _generated/async_api/recorded_requests.py by tools/unasync.py. Do not edit.
"""The operations of the tag Recorded requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import RecordedRequest, RecordedRequestListResponse, RecordedRequestResponse
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class RecordedRequestsApi(Api):
    """The operations of the tag Recorded requests."""

    def list_recorded_requests(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        status: str | None = None,
        operation: str | None = None,
        key_id: str | None = None,
        path: str | None = None,
    ) -> RecordedRequestListResponse:
        """Lists the recorded requests of an app, in the order of their responses. A server with `--record-requests`
        records requests.

        `GET /heliograph/v1/apps/{appId}/requests`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListRecordedRequests"],
                (app_id,),
                filters=filter,
                filter_fields={"status": status, "operation": operation, "key_id": key_id, "path": path},
                page=page,
            ),
            RecordedRequestListResponse,
        )

    def iter_recorded_requests(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        status: str | None = None,
        operation: str | None = None,
        key_id: str | None = None,
        path: str | None = None,
        backwards: bool = False,
    ) -> Records[RecordedRequestListResponse, RecordedRequest]:
        """Iterates over the records of `list_recorded_requests`, page by page, with the size of `page` and from its
        cursor, if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_recorded_requests`, during iteration.
        """

        def fetch(current: Page) -> RecordedRequestListResponse:
            return self.list_recorded_requests(
                app_id, filter=filter, page=current, status=status, operation=operation, key_id=key_id, path=path
            )

        return Records(
            fetch,
            lambda response: response.requests,
            "ListRecordedRequests",
            paging.first_page(page, backwards=backwards),
        )

    def get_recorded_request(self, app_id: str, recorded_request_id: str) -> RecordedRequestResponse:
        """Fetches a recorded request with its response, and the first 100 events that it caused.

        `GET /heliograph/v1/apps/{appId}/requests/{recordedRequestId}`. Scopes: app, account.

        Raises:
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(OPERATION["GetRecordedRequest"], (app_id, recorded_request_id)), RecordedRequestResponse
        )
