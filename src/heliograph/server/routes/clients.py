"""Clients."""

from __future__ import annotations

from heliograph.domain import clients
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.server.routes.users import WHO
from heliograph.wire.apps import Empty
from heliograph.wire.clients import ClientListResponse


@handles("ListClients")
async def list_clients(request: Request) -> ClientListResponse:
    found = await clients.page(request.store, request.tenant, request.path[WHO], request.brand_id, request.page)
    meta, links = request.neighbours(found)
    return ClientListResponse(clients=found.records, meta=meta, links=links)


@handles("RemoveClient")
async def remove(request: Request) -> Empty:
    await clients.remove(request.store, request.tenant, request.path[WHO], request.brand_id, request.path["clientId"])
    return Empty()
