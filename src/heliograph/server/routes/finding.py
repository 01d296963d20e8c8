"""Finds records by id or name."""

from __future__ import annotations

from heliograph.domain import finding
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.finding import FindResponse, parse_wanted
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.app_contents import FIND


@handles(FIND)
async def find(request: Request[AppPath, None]) -> FindResponse:
    wanted = parse_wanted(request.query.plain)
    return FindResponse(results=await finding.find(request.store, request.tenant, wanted))
