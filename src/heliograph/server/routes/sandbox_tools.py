"""The sandbox tools, on a server that has them."""

from __future__ import annotations

from heliograph.sandbox import reset
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.apps import Empty
from heliograph.wire.paths import AppPath
from heliograph.wire.table.sandbox import RESET_APP


@handles(RESET_APP)
async def reset_app(request: Request[AppPath, None]) -> Empty:
    await reset.reset(request.store, request.tenant.app_id)
    request.after_removal()
    return Empty()
