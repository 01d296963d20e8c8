"""Deliveries."""

from __future__ import annotations

from heliograph.domain import deliveries
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse, parse_filter
from heliograph.wire.paths import AppPath, DeliveryPath
from heliograph.wire.table.extensions.deliveries import GET_DELIVERY, LIST_DELIVERIES, RETRY_DELIVERY


@handles(LIST_DELIVERIES)
async def list_deliveries(request: Request[AppPath, None]) -> DeliveryListResponse:
    found = await deliveries.page(request.store, request.tenant, parse_filter(request.query.filter), request.page)
    meta, links = request.meta_and_links(found)
    return DeliveryListResponse(deliveries=found.records, meta=meta, links=links)


@handles(GET_DELIVERY)
async def get(request: Request[DeliveryPath, None]) -> DeliveryResponse:
    found = await deliveries.get(request.store, request.tenant, request.path.delivery_id)
    return DeliveryResponse(delivery=found)


@handles(RETRY_DELIVERY)
async def retry(request: Request[DeliveryPath, None]) -> DeliveryResponse:
    again = await deliveries.retry(request.store, request.tenant, request.path.delivery_id)
    return DeliveryResponse(delivery=again)
