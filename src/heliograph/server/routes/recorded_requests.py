"""Recorded requests."""

from __future__ import annotations

from heliograph.domain import recorded_requests
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.paths import AppPath, RecordedRequestPath
from heliograph.wire.recorded_requests import RecordedRequestListResponse, RecordedRequestResponse, parse_filter
from heliograph.wire.table.extensions.recorded_requests import GET_RECORDED_REQUEST, LIST_RECORDED_REQUESTS


@handles(LIST_RECORDED_REQUESTS)
async def list_recorded_requests(request: Request[AppPath, None]) -> RecordedRequestListResponse:
    wanted = parse_filter(request.query.filter)
    found = await recorded_requests.page(request.store, request.tenant, wanted, request.page)
    meta, links = request.meta_and_links(found)
    unrecorded = request.context.unrecorded
    return RecordedRequestListResponse(
        requests=found.records,
        recording=unrecorded is not None,
        dropped=unrecorded() if unrecorded else 0,
        meta=meta,
        links=links,
    )


@handles(GET_RECORDED_REQUEST)
async def get(request: Request[RecordedRequestPath, None]) -> RecordedRequestResponse:
    found = await recorded_requests.get(request.store, request.tenant, request.path.recorded_request_id)
    return RecordedRequestResponse(request=found)
