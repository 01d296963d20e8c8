"""The verbs of recorded requests."""

from __future__ import annotations

from heliograph.domain import console, event_records
from heliograph.domain.loading import load_recorded_request
from heliograph.domain.tenants import Tenant
from heliograph.storage.engine import Reader
from heliograph.storage.rows import recorded_requests
from heliograph.storage.rows.event_records import StoredRecord
from heliograph.storage.rows.recorded_requests import StoredRequest, StoredSummary
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import encoded
from heliograph.wire.paging import Page, Slice
from heliograph.wire.recorded_requests import (
    RecordedMessage,
    RecordedRequest,
    RecordedRequestDetails,
    RecordedRequestFilter,
)


async def page(store: Store, tenant: Tenant, filter: RecordedRequestFilter, page: Page) -> Slice[RecordedRequest]:
    """A page of the recorded requests of an app that the filter selects, oldest first."""
    found = await store.snapshot(recorded_requests.page, tenant.app_id, filter, page)
    return found.holding([summary(one) for one in found.records])


async def get(store: Store, tenant: Tenant, id: str) -> RecordedRequestDetails:
    """A recorded request with the events that it caused.

    Raises:
        NotFound: it does not exist in this app.
    """
    stored, caused = await store.snapshot(_get, tenant.app_id, id)
    shown = summary(stored)
    return RecordedRequestDetails(
        **{name: getattr(shown, name) for name in shown.__struct_fields__},
        request=encoded(RecordedMessage, stored.sent),
        response=encoded(RecordedMessage, stored.received),
        events=[event_records.to_api(one) for one in caused],
    )


async def _get(reader: Reader, app_id: str, id: str) -> tuple[StoredRequest, list[StoredRecord]]:
    stored = await load_recorded_request(reader, app_id, id)
    return stored, await recorded_requests.caused(reader, app_id, stored)


def summary(stored: StoredSummary) -> RecordedRequest:
    """A request as lists show it."""
    return RecordedRequest(
        id=stored.id,
        request_id=stored.request_id,
        received_at=times.to_text(stored.received_at),
        duration_ms=stored.microseconds / 1000,
        method=stored.method,
        path=stored.path,
        status=stored.status,
        operation=stored.operation,
        key_id=stored.key_id,
        session_id=console.shown_id(stored.session_id) if stored.session_id is not None else None,
        error_code=stored.error_code,
        error_title=stored.error_title,
    )
