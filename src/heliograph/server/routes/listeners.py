"""Listeners."""

from __future__ import annotations

from heliograph.domain import listeners
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.listeners import ListenerListResponse
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.deliveries import LIST_LISTENERS


@handles(LIST_LISTENERS)
async def list_listeners(request: Request[AppPath, None]) -> ListenerListResponse:
    return ListenerListResponse(listeners=await listeners.every(request.store, request.tenant))
