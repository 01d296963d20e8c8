"""The export and the erasure of a person."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial

from heliograph.domain import erasure, erasure_reports, person_export
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.paths import AppPath, UserPath
from heliograph.wire.people import ErasureListResponse, ErasureResponse
from heliograph.wire.table.extensions.people import ERASE_USER, EXPORT_USER, LIST_ERASURES

ERASURE_SECONDS = 25.0
"""How long a request works on an erasure before it returns a report of the progress."""


@handles(EXPORT_USER)
async def export(request: Request[UserPath, None]) -> AsyncGenerator[bytes, None]:
    who = request.path.user_id_or_external_id
    return person_export.lines(request.store, request.context.blobs, request.tenant, who, request.brand_id)


@handles(ERASE_USER)
async def erase(request: Request[UserPath, None]) -> ErasureResponse:
    tenant, tools = request.tenant, request.context.tools
    made = await erasure.erase(
        request.store,
        request.context.blobs,
        tenant,
        request.path.user_id_or_external_id,
        request.brand_id,
        seconds=ERASURE_SECONDS,
        recorded=request.context.unrecorded is not None,
        forget=partial(tools.forget_mentions, tenant.app_id) if tools else lambda texts: None,
    )
    return ErasureResponse(erasure=await erasure_reports.report(request.store, made))


@handles(LIST_ERASURES)
async def list_erasures(request: Request[AppPath, None]) -> ErasureListResponse:
    found = await erasure_reports.page(request.store, request.tenant, request.page)
    meta, links = request.meta_and_links(found)
    return ErasureListResponse(erasures=found.records, meta=meta, links=links)
