"""The verbs of event records."""

from __future__ import annotations

from typing import Any

from heliograph.domain import console
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows import event_records
from heliograph.storage.rows.event_records import StoredRecord
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.base import encoded
from heliograph.wire.event_records import EventRecord, EventRecordFilter
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, filter: EventRecordFilter, page: Page) -> Slice[EventRecord]:
    """A page of the events of an app that the filter selects, oldest first."""
    found = await store.snapshot(event_records.page, tenant.app_id, filter, page)
    return found.holding([to_api(one) for one in found.records])


def to_api(stored: StoredRecord) -> EventRecord:
    """An event as responses show it."""
    return EventRecord(
        id=stored.id,
        type=stored.type,
        created_at=times.to_text(stored.created_at),
        payload=encoded(dict[str, Any], stored.payload),
        request_id=stored.request_id,
        key_id=stored.caller_key_id,
        conversation_id=stored.conversation_id,
        user_id=stored.user_id,
        synthetic=True if stored.synthetic is not None else None,
        session_id=console.shown_id(stored.session_id) if stored.session_id is not None else None,
    )
