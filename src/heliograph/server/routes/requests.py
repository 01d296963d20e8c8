"""The log of requests of a sandbox."""

from __future__ import annotations

from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.paths import AppPath
from heliograph.wire.requests import RequestListResponse, parse_filter
from heliograph.wire.table.sandbox import LIST_REQUESTS


@handles(LIST_REQUESTS)
async def list_requests(request: Request[AppPath, None]) -> RequestListResponse:
    wanted = parse_filter(request.query.filter)
    found = request.tools.requests.page(request.tenant.app_id, wanted, request.page)
    meta, links = request.meta_and_links(found)
    return RequestListResponse(requests=found.records, meta=meta, links=links)
