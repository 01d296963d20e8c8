"""The sandbox tools, on a server that has them."""

from __future__ import annotations

from heliograph._version import __version__
from heliograph.domain import deliveries
from heliograph.sandbox import reset
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire import times
from heliograph.wire.apps import Empty
from heliograph.wire.deliveries import DeliveryFilter
from heliograph.wire.paging import Page
from heliograph.wire.paths import AppPath
from heliograph.wire.sandbox import SandboxResponse, SandboxState
from heliograph.wire.table.sandbox import GET_SANDBOX, RESET_APP

_COUNTED = 100


@handles(GET_SANDBOX)
async def get_sandbox(request: Request[AppPath, None]) -> SandboxResponse:
    failed = await deliveries.page(request.store, request.tenant, DeliveryFilter(status="failed"), Page(size=_COUNTED))
    count = len(failed.records)
    problems = [f"deliveries that failed: {count}{' or more' if failed.follows else ''}"] if count else []
    state = SandboxState(
        version=__version__,
        database=request.store.name,
        started_at=times.to_text(request.tools.started_at),
        problems=problems,
    )
    return SandboxResponse(sandbox=state)


@handles(RESET_APP)
async def reset_app(request: Request[AppPath, None]) -> Empty:
    await reset.reset(request.store, request.tenant.app_id)
    request.tools.requests.clear(request.tenant.app_id)
    request.after_removal()
    return Empty()
