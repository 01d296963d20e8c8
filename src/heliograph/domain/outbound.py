"""What third-party channels would have been sent."""

from __future__ import annotations

import msgspec

from heliograph.domain.tenants import Tenant
from heliograph.storage.rows import outbound
from heliograph.storage.rows.outbound import StoredOutbound
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.outbound import Outbound, OutboundFilter
from heliograph.wire.paging import Page, Slice


async def page(store: Store, tenant: Tenant, filter: OutboundFilter, page: Page) -> Slice[Outbound]:
    """A page of what the channels of an app would have been sent, oldest first."""
    found = await store.snapshot(outbound.page, tenant.app_id, filter, page)
    return found.holding([_to_api(one) for one in found.records])


def _to_api(stored: StoredOutbound) -> Outbound:
    return Outbound(
        id=stored.id,
        kind=stored.kind,
        conversation_id=stored.conversation_id,
        client_id=stored.client_id,
        content=msgspec.json.decode(stored.content),
        created_at=times.to_text(stored.created_at),
    )
