"""The chaos of a sandbox."""

from __future__ import annotations

from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.chaos import ChaosBody, ChaosResponse
from heliograph.wire.paths import AppPath
from heliograph.wire.table.sandbox import DELETE_CHAOS, GET_CHAOS, PUT_CHAOS


@handles(PUT_CHAOS)
async def put(request: Request[AppPath, ChaosBody]) -> ChaosResponse:
    return ChaosResponse(chaos=request.tools.chaos.put(request.tenant.app_id, request.body))


@handles(GET_CHAOS)
async def get(request: Request[AppPath, None]) -> ChaosResponse:
    return ChaosResponse(chaos=request.tools.chaos.state(request.tenant.app_id))


@handles(DELETE_CHAOS)
async def delete(request: Request[AppPath, None]) -> Empty:
    request.tools.chaos.clear(request.tenant.app_id)
    return Empty()
