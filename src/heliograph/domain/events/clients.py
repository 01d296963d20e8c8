"""Events of clients."""

from __future__ import annotations

from heliograph.domain import views
from heliograph.domain.events.journal import Journal
from heliograph.domain.events.subjects import SOURCE, brief_user
from heliograph.domain.tenants import Tenant
from heliograph.storage.rows.clients import StoredClient
from heliograph.storage.rows.users import StoredUser
from heliograph.wire.authors import Source
from heliograph.wire.events import ClientAddPayload, ClientRemovePayload


def client_added(
    journal: Journal, tenant: Tenant, user: StoredUser, client: StoredClient, source: Source = SOURCE
) -> None:
    """An SDK client of a user was created."""
    payload = ClientAddPayload(user=brief_user(user), client=views.client(client), reason="sdkLogin", source=source)
    journal.record(tenant, "client:add", payload, user_id=user.id)


def client_removed(journal: Journal, tenant: Tenant, user: StoredUser, client: StoredClient) -> None:
    """A client of a user was removed."""
    payload = ClientRemovePayload(user=brief_user(user), client=views.client(client), reason="api", source=SOURCE)
    journal.record(tenant, "client:remove", payload, user_id=user.id)
