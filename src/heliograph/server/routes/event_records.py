"""Event records."""

from __future__ import annotations

from heliograph.domain import event_records
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.event_records import EventRecordListResponse, parse_filter
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.deliveries import LIST_EVENT_RECORDS


@handles(LIST_EVENT_RECORDS)
async def list_event_records(request: Request[AppPath, None]) -> EventRecordListResponse:
    found = await event_records.page(request.store, request.tenant, parse_filter(request.query.filter), request.page)
    meta, links = request.meta_and_links(found)
    return EventRecordListResponse(events=found.records, meta=meta, links=links)
