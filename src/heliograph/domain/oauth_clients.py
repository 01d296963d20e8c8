"""The verbs of OAuth clients: the partners that can get access to apps."""

from __future__ import annotations

import secrets

from msgspec import structs

from heliograph import ids
from heliograph.domain import oauth_integrations
from heliograph.domain.loading import load_oauth_client
from heliograph.domain.stand_ins import has_stand_in
from heliograph.domain.targets import parse_target
from heliograph.errors import BadRequest, OAuthClientAlreadyExists
from heliograph.storage.engine import Lock, Tx
from heliograph.storage.rows import apps, integrations, oauth_clients
from heliograph.storage.rows.oauth_clients import StoredOAuthClient
from heliograph.storage.store import Store
from heliograph.wire.integrations import INTEGRATION_TYPES
from heliograph.wire.oauth import NewOAuthClient, OAuthClient, OAuthClientCreateBody

_SECRET_BYTES = 32
_RESERVED = "clientId should not be a type of integration"


async def create(store: Store, body: OAuthClientCreateBody) -> NewOAuthClient:
    """Create an OAuth client. Its secret is not shown again.

    Raises:
        BadRequest: the id is a type of integration, or a URL cannot be called.
        OAuthClientAlreadyExists: another client has this id.
    """
    client_id = body.client_id or ids.new()
    if client_id in INTEGRATION_TYPES or has_stand_in(client_id):
        raise BadRequest(_RESERVED)
    for number, uri in enumerate(body.redirect_uris):
        _require_url(uri, f"redirectUris[{number}]")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    client = StoredOAuthClient(
        id=client_id,
        display_name=body.display_name,
        redirect_uris=body.redirect_uris,
        remove_url=body.remove_url,
        secret=store.sealer.seal(client_id, secret),
        created_at=0,
    )
    await store.write(_create, client)
    return NewOAuthClient(**structs.asdict(_to_api(client)), client_secret=secret)


def _require_url(uri: str, path: str) -> None:
    try:
        parse_target(uri)
    except ValueError as error:
        raise BadRequest(f"{path} is not valid: {error}") from None


async def _create(tx: Tx, client: StoredOAuthClient) -> None:
    if await oauth_clients.get(tx, client.id) is not None:
        raise OAuthClientAlreadyExists
    client.created_at = tx.now
    await oauth_clients.add(tx, client)


async def every(store: Store) -> list[OAuthClient]:
    """All OAuth clients, oldest first."""
    return [_to_api(client) for client in await store.read(oauth_clients.every)]


async def delete(store: Store, client_id: str) -> None:
    """Delete an OAuth client, with its integrations in all apps.

    Raises:
        OAuthClientNotFound: it does not exist.
    """
    await store.write(_delete, client_id)


async def _delete(tx: Tx, client_id: str) -> None:
    # The lock keeps codes of the client from being exchanged.
    await load_oauth_client(tx, client_id, lock=Lock.REMOVE)
    for integration in await integrations.unlisted_everywhere(tx, client_id):
        # The rows of a deleted app are purged anyway.
        if await apps.get(tx, integration.app_id, lock=Lock.CHANGE) is not None:
            await oauth_integrations.revoke(tx, integration)
    await oauth_clients.remove(tx, client_id)


def _to_api(client: StoredOAuthClient) -> OAuthClient:
    return OAuthClient(
        client_id=client.id,
        display_name=client.display_name,
        redirect_uris=client.redirect_uris,
        remove_url=client.remove_url,
    )
