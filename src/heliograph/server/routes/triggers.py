"""Triggered events, on a server with sandbox tools."""

from __future__ import annotations

from heliograph.sandbox import triggers
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire.paths import AppPath
from heliograph.wire.table.sandbox import GET_EVENT_EXAMPLE, TRIGGER_EVENT
from heliograph.wire.triggers import EventExampleResponse, TriggerBody, TriggerResponse, parse_type


@handles(TRIGGER_EVENT)
async def trigger_event(request: Request[AppPath, TriggerBody]) -> TriggerResponse:
    return await triggers.trigger(request.store, request.tools.inboxes, request.tenant, request.body)


@handles(GET_EVENT_EXAMPLE)
async def get_event_example(request: Request[AppPath, None]) -> EventExampleResponse:
    return EventExampleResponse(payload=triggers.example(parse_type(request.query.plain)))
