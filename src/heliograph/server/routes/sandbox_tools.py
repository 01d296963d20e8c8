"""The sandbox tools, on a server that has them."""

from __future__ import annotations

from heliograph._version import __version__
from heliograph.domain import deliveries
from heliograph.sandbox import exporting, seeding
from heliograph.sandbox.planting import ground_of
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.storage.rows import outbox
from heliograph.wire import times
from heliograph.wire.apps import Empty
from heliograph.wire.deliveries import DeliveryFilter
from heliograph.wire.paging import Page
from heliograph.wire.paths import AppPath
from heliograph.wire.sandbox import SandboxResponse, SandboxState
from heliograph.wire.seeds import SeedBody, SeedExportResponse, SeedResponse
from heliograph.wire.table.sandbox import EXPORT_SEED, GET_SANDBOX, RESET_APP, SEED_APP

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
        newest_event_id=await request.store.read(outbox.newest, request.tenant.app_id),
        problems=problems,
        active=request.tools.active(request.tenant.app_id),
    )
    return SandboxResponse(sandbox=state)


@handles(RESET_APP)
async def reset_app(request: Request[AppPath, None]) -> Empty:
    ground = ground_of(request.store, request.settings)
    await seeding.reset(request.store, request.tools, request.tenant, ground)
    request.after_removal()
    return Empty()


@handles(SEED_APP)
async def seed_app(request: Request[AppPath, SeedBody]) -> SeedResponse:
    ground = ground_of(request.store, request.settings)
    response = await seeding.seed(request.store, request.tools, request.tenant, request.body, ground)
    request.after_app_change()
    return response


@handles(EXPORT_SEED)
async def export_seed(request: Request[AppPath, None]) -> SeedExportResponse:
    return SeedExportResponse(seed=await exporting.export(request.store, request.tools, request.tenant.app_id))
