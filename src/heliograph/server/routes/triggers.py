"""Triggered events, on a server with sandbox tools."""

from __future__ import annotations

from heliograph.sandbox import triggers
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.paths import AppPath
from heliograph.wire.table.sandbox import TRIGGER_EVENT
from heliograph.wire.triggers import TriggerBody, TriggerResponse


@handles(TRIGGER_EVENT)
async def trigger_event(request: Request[AppPath, TriggerBody]) -> TriggerResponse:
    return await triggers.trigger(request.store, request.tools.inboxes, request.tenant, request.body)
