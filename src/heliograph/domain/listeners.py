"""The verbs of listeners."""

from __future__ import annotations

from heliograph.domain.tenants import Tenant
from heliograph.storage.rows import listeners
from heliograph.storage.rows.listeners import StoredListener
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.listeners import Listener


async def every(store: Store, tenant: Tenant) -> list[Listener]:
    """The listeners of an app, whichever process they are connected to."""
    return [to_api(one) for one in await store.read(listeners.of_app, tenant.app_id)]


def to_api(stored: StoredListener) -> Listener:
    """A listener as responses show it."""
    return Listener(
        id=stored.id,
        name=stored.name,
        connected_at=times.to_text(stored.connected_at),
        forward_to=stored.forward_to,
        last_event_at=times.optional_text(stored.last_event_at),
    )
