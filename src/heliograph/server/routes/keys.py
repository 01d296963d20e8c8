"""The API keys of an app, without their secrets."""

from __future__ import annotations

from heliograph.domain import key_uses
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.keys import KeyListResponse
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.keys import LIST_KEYS


@handles(LIST_KEYS)
async def list_keys(request: Request[AppPath, None]) -> KeyListResponse:
    integration_id, uses = request.query.filter.get("integrationId"), request.context.auth.uses
    return KeyListResponse(keys=await key_uses.every(request.store, request.tenant, integration_id, uses.newest))
