"""Deliveries, and the stream of events."""

from __future__ import annotations

from heliograph.domain import deliveries
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.deliveries import DeliveryListResponse, DeliveryResponse


@handles("ListDeliveries")
async def list_deliveries(request: Request) -> DeliveryListResponse:
    found = await deliveries.page(request.store, request.tenant, request.query.filter, request.page)
    meta, links = request.neighbours(found)
    return DeliveryListResponse(deliveries=found.records, meta=meta, links=links)


@handles("GetDelivery")
async def get(request: Request) -> DeliveryResponse:
    found = await deliveries.get(request.store, request.tenant, request.path["deliveryId"])
    return DeliveryResponse(delivery=found)


@handles("RetryDelivery")
async def retry(request: Request) -> DeliveryResponse:
    again = await deliveries.retry(request.store, request.tenant, request.path["deliveryId"])
    return DeliveryResponse(delivery=again)
