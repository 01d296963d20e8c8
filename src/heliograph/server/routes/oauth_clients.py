"""OAuth clients: the partners whose integrations can be let into apps."""

from __future__ import annotations

from heliograph.domain import oauth_clients
from heliograph.domain.targets import admit
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.oauth import OAuthClientCreateBody, OAuthClientListResponse, OAuthClientResponse
from heliograph.wire.paths import NoPath, OAuthClientPath
from heliograph.wire.table.extensions.oauth import CREATE_OAUTH_CLIENT, DELETE_OAUTH_CLIENT, LIST_OAUTH_CLIENTS


@handles(CREATE_OAUTH_CLIENT)
async def create(request: Request[NoPath, OAuthClientCreateBody]) -> OAuthClientResponse:
    if request.body.remove_url is not None:
        admit(request.body.remove_url, request.webhook_networks, "removeUrl")
    return OAuthClientResponse(oauth_client=await oauth_clients.create(request.store, request.body))


@handles(LIST_OAUTH_CLIENTS)
async def list_clients(request: Request[NoPath, None]) -> OAuthClientListResponse:
    return OAuthClientListResponse(oauth_clients=await oauth_clients.every(request.store))


@handles(DELETE_OAUTH_CLIENT)
async def delete(request: Request[OAuthClientPath, None]) -> Empty:
    await oauth_clients.delete(request.store, request.path.oauth_client_id)
    request.after_removal()
    return Empty()
