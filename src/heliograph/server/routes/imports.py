"""Imports records of another server."""

from __future__ import annotations

from heliograph.domain import imports
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.imports import ImportBody, ImportResponse
from heliograph.wire.paths import AppPath
from heliograph.wire.table.extensions.imports import IMPORT_RECORDS


@handles(IMPORT_RECORDS)
async def import_records(request: Request[AppPath, ImportBody]) -> ImportResponse:
    return await imports.import_records(request.store, request.tenant, request.body.records)
