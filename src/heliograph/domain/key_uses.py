"""When API keys were last used."""

from __future__ import annotations

from collections.abc import Callable

from heliograph.domain.integration_keys import stored_of_integration
from heliograph.domain.keys import stored_of_app
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.keys import Key

NewestUse = Callable[[str, int | None], int | None]
"""Returns when a key was last used, given its id and the stored time."""


async def every(store: Store, tenant: Tenant, integration_id: str | None, newest_use: NewestUse) -> list[Key]:
    """The keys of an integration or, without its id, of the app, oldest first, without secrets.

    Raises:
        IntegrationNotFound: the integration does not exist in this app.
        NotACustomIntegration: only custom integrations have keys.
    """
    if integration_id is None:
        stored = await store.snapshot(stored_of_app, tenant.app_id)
    else:
        stored = await store.snapshot(stored_of_integration, tenant, integration_id)
    return [_to_api(one, newest_use(one.id, one.last_used)) for one in stored]


def _to_api(key: StoredKey, last_used: int | None) -> Key:
    return Key(
        id=key.id,
        display_name=key.display_name,
        created_at=times.to_text(key.created_at),
        integration_id=key.integration_id,
        last_used_at=times.optional_text(last_used),
    )
