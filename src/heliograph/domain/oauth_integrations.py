"""OAuth integrations: the integrations of partners that have access to an app.

Such an integration has the id of its OAuth client as its type, and is not listed, because programs that know only the
types of the API document would fail on it. An app has at most one integration of each OAuth client.
"""

from __future__ import annotations

from heliograph import ids
from heliograph.domain import switchboard_integrations
from heliograph.domain.keys import new_key
from heliograph.domain.stand_ins import has_stand_in
from heliograph.storage.engine import Tx
from heliograph.storage.rows import integrations, keys, oauth_clients, removal_calls, switchboards
from heliograph.storage.rows.integrations import StoredIntegration
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.rows.oauth_clients import StoredOAuthClient
from heliograph.storage.rows.removal_calls import RemovalCall
from heliograph.storage.sealing import Sealer
from heliograph.wire.operations import Scope


def is_oauth(integration: StoredIntegration) -> bool:
    """Whether the integration belongs to a partner."""
    return not integration.listed and not has_stand_in(integration.type)


async def let_in(tx: Tx, app_id: str, client: StoredOAuthClient, sealer: Sealer) -> StoredKey:
    """The key that signs the tokens of the partner for an app, which is locked. Creates the integration if needed."""
    integration = await integrations.unlisted(tx, app_id, client.id)
    if integration is None:
        integration = StoredIntegration(ids.new(), app_id, client.id, client.display_name, {}, tx.now, listed=False)
        await integrations.add(tx, app_id, integration)
    if existing := await keys.of_integration(tx, app_id, integration.id):
        return existing[0]
    new = new_key(Scope.INTEGRATION, client.display_name)
    sealed = sealer.seal(new.id, new.secret)
    key = StoredKey(new.id, app_id, Scope.INTEGRATION.label, new.display_name, sealed, tx.now, integration.id)
    await keys.add(tx, key)
    return key


async def revoke(tx: Tx, integration: StoredIntegration) -> None:
    """Delete an OAuth integration, even if a switchboard refers to it. The app must be locked."""
    switchboard = await switchboards.of_app(tx, integration.app_id)
    if switchboard is not None and (linked := switchboard.state.of_integration(integration.id)) is not None:
        await switchboard_integrations.unlink(tx, switchboard, linked)
    await keys.remove_of_integration(tx, integration.app_id, integration.id)
    await integrations.remove(tx, integration.app_id, integration.id)
    # Otherwise a partner whose access was revoked could get it back with a code that was issued before.
    await oauth_clients.remove_codes(tx, integration.app_id, integration.type)


async def report_removal(tx: Tx, integration: StoredIntegration) -> None:
    """Call the `removeUrl` of the partner, if it has one, after this transaction."""
    client = await oauth_clients.get(tx, integration.type)
    if client is not None and client.remove_url is not None:
        call = RemovalCall(ids.new(), integration.app_id, integration.id, client.remove_url, tries=0, due_at=tx.now)
        await removal_calls.add(tx, call)
