"""Clients."""

from __future__ import annotations

from heliograph.domain import clients
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientListResponse, ClientResponse
from heliograph.wire.linking import ClientCreateBody, ClientOutcomeBody
from heliograph.wire.paths import ClientPath, UserPath
from heliograph.wire.table.extensions.end_users import SET_CLIENT_OUTCOME
from heliograph.wire.table.v2.users import CREATE_CLIENT, LIST_CLIENTS, REMOVE_CLIENT


@handles(CREATE_CLIENT)
async def create(request: Request[UserPath, ClientCreateBody]) -> ClientResponse:
    who = request.path.user_id_or_external_id
    made = await clients.create(request.store, request.tenant, who, request.brand_id, request.body)
    return ClientResponse(client=made)


@handles(LIST_CLIENTS)
async def list_clients(request: Request[UserPath, None]) -> ClientListResponse:
    found = await clients.page(
        request.store, request.tenant, request.path.user_id_or_external_id, request.brand_id, request.page
    )
    meta, links = request.meta_and_links(found)
    return ClientListResponse(clients=found.records, meta=meta, links=links)


@handles(REMOVE_CLIENT)
async def remove(request: Request[ClientPath, None]) -> Empty:
    await clients.remove(
        request.store, request.tenant, request.path.user_id_or_external_id, request.brand_id, request.path.client_id
    )
    return Empty()


@handles(SET_CLIENT_OUTCOME)
async def set_outcome(request: Request[ClientPath, ClientOutcomeBody]) -> ClientResponse:
    path = request.path
    settled = await clients.settle(
        request.store,
        request.tenant,
        path.user_id_or_external_id,
        request.brand_id,
        client_id=path.client_id,
        body=request.body,
    )
    return ClientResponse(client=settled)
