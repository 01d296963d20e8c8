# Generated from _generated/async_api/deliveries.py by tools/unasync.py. Do not edit.
"""The operations of the tag Deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client import paging
from heliograph.client._generated.models import (
    Delivery,
    DeliveryListResponse,
    DeliveryResponse,
    EventRecord,
    EventRecordListResponse,
    ListenerListResponse,
)
from heliograph.client.requesting import OPERATION, build
from heliograph.client.sync_calls import Api, Records
from heliograph.wire.paging import Page


class DeliveriesApi(Api):
    """The operations of the tag Deliveries."""

    def list_deliveries(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        status: str | None = None,
        webhook_id: str | None = None,
        conversation_id: str | None = None,
        user_id: str | None = None,
        event_type: str | None = None,
        event_id: str | None = None,
        ids: str | None = None,
    ) -> DeliveryListResponse:
        """Lists the deliveries of events to the webhooks of an app, oldest first; with `filter[ids]` those with up to
        100 ids, in the order of the ids.

        `GET /heliograph/v1/apps/{appId}/deliveries`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListDeliveries"],
                (app_id,),
                filters=filter,
                filter_fields={
                    "status": status,
                    "webhook_id": webhook_id,
                    "conversation_id": conversation_id,
                    "user_id": user_id,
                    "event_type": event_type,
                    "event_id": event_id,
                    "ids": ids,
                },
                page=page,
            ),
            DeliveryListResponse,
        )

    def iter_deliveries(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        status: str | None = None,
        webhook_id: str | None = None,
        conversation_id: str | None = None,
        user_id: str | None = None,
        event_type: str | None = None,
        event_id: str | None = None,
        ids: str | None = None,
        backwards: bool = False,
    ) -> Records[DeliveryListResponse, Delivery]:
        """Iterates over the records of `list_deliveries`, page by page, with the size of `page` and from its cursor, if
        any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_deliveries`, during iteration.
        """

        def fetch(current: Page) -> DeliveryListResponse:
            return self.list_deliveries(
                app_id,
                filter=filter,
                page=current,
                status=status,
                webhook_id=webhook_id,
                conversation_id=conversation_id,
                user_id=user_id,
                event_type=event_type,
                event_id=event_id,
                ids=ids,
            )

        return Records(
            fetch, lambda response: response.deliveries, "ListDeliveries", paging.first_page(page, backwards=backwards)
        )

    def get_delivery(self, app_id: str, delivery_id: str) -> DeliveryResponse:
        """Fetches a delivery with its attempts.

        `GET /heliograph/v1/apps/{appId}/deliveries/{deliveryId}`. Scopes: app, account.

        Raises:
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["GetDelivery"], (app_id, delivery_id)), DeliveryResponse)

    def retry_delivery(self, app_id: str, delivery_id: str) -> DeliveryResponse:
        """Sends an event again, with up to five attempts: a failed or delivered one, or a pending one without the wait
        for its next attempt. Event streams that ask for repetitions have a settled one again. The webhook must still
        exist.

        `POST /heliograph/v1/apps/{appId}/deliveries/{deliveryId}/retry`. Scopes: app, account.

        Raises:
            NotFound: The resource or the path does not exist.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["RetryDelivery"], (app_id, delivery_id)), DeliveryResponse)

    def list_listeners(self, app_id: str) -> ListenerListResponse:
        """Lists the programs that follow the event stream of an app under a name, such as `heliograph listen`.

        `GET /heliograph/v1/apps/{appId}/listeners`. Scopes: app, account.

        Raises:
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(build(OPERATION["ListListeners"], (app_id,)), ListenerListResponse)

    def list_event_records(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        type: str | None = None,
        conversation_id: str | None = None,
        user_id: str | None = None,
        request_id: str | None = None,
    ) -> EventRecordListResponse:
        """Lists the events of an app with the requests that caused them, oldest first.

        `GET /heliograph/v1/apps/{appId}/eventRecords`. Scopes: app, account.

        Raises:
            InvalidPage: The `page` parameters are not valid.
            InvalidArgument: An argument breaks a rule of the API; nothing was sent.
            ApiError: Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.
            TransportError: No response arrived: ConnectionFailed or Timeout.
            DecodeError: The response cannot be decoded.
        """
        return self._client.send(
            build(
                OPERATION["ListEventRecords"],
                (app_id,),
                filters=filter,
                filter_fields={
                    "type": type,
                    "conversation_id": conversation_id,
                    "user_id": user_id,
                    "request_id": request_id,
                },
                page=page,
            ),
            EventRecordListResponse,
        )

    def iter_event_records(
        self,
        app_id: str,
        filter: Mapping[str, str] | None = None,
        page: Page | Mapping[str, Any] | None = None,
        *,
        type: str | None = None,
        conversation_id: str | None = None,
        user_id: str | None = None,
        request_id: str | None = None,
        backwards: bool = False,
    ) -> Records[EventRecordListResponse, EventRecord]:
        """Iterates over the records of `list_event_records`, page by page, with the size of `page` and from its cursor,
        if any. `backwards` starts at the end of the list, or before the cursor `before`.

        Raises: the errors of `list_event_records`, during iteration.
        """

        def fetch(current: Page) -> EventRecordListResponse:
            return self.list_event_records(
                app_id,
                filter=filter,
                page=current,
                type=type,
                conversation_id=conversation_id,
                user_id=user_id,
                request_id=request_id,
            )

        return Records(
            fetch, lambda response: response.events, "ListEventRecords", paging.first_page(page, backwards=backwards)
        )
