"""The clock of an app of a sandbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heliograph.errors import BadRequest
from heliograph.sandbox.advancing import Advance, Expired
from heliograph.server.handlers import handles
from heliograph.server.http.request import Request
from heliograph.wire import times
from heliograph.wire.clock import (
    ClockAttempt,
    ClockBody,
    ClockChangeResponse,
    ClockExpired,
    ClockResponse,
    ClockState,
)
from heliograph.wire.paths import AppPath
from heliograph.wire.table.sandbox import GET_CLOCK, SET_CLOCK


@handles(GET_CLOCK)
async def get_clock(request: Request[AppPath, None]) -> ClockResponse:
    return ClockResponse(clock=_state(request))


@handles(SET_CLOCK)
async def set_clock(request: Request[AppPath, ClockBody]) -> ClockChangeResponse:
    if request.store.shared:
        raise BadRequest("The clock needs a SQLite database: other processes that deliver would need the same clock")
    advancer, app_id, body = request.tools.advancer, request.tenant.app_id, request.body
    if body.freeze is not None:
        await advancer.freeze(request.store, app_id, frozen=body.freeze)
        now = request.tools.clocks.of(app_id)
        done = Advance(now, now, 0, [], Expired())
    else:
        done = await advancer.advance(
            request.store,
            app_id,
            by=None if body.advance is None else round(body.advance * 1000),
            to=0 if body.to is None else _milliseconds(body.to),
            keep_days=request.settings.keep_days,
            delivers=request.settings.delivery,
        )
    # Tokens of the app may have expired.
    request.context.auth.clear_cache()
    return _to_api(request, done)


def _milliseconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest("to should be a time such as 2026-12-01T00:00:00Z")
    return times.to_milliseconds(moment)


def _state(request: Request[AppPath, Any]) -> ClockState:
    clocks, app_id = request.tools.clocks, request.tenant.app_id
    frozen = clocks.get(app_id).frozen_at is not None
    now, ahead = clocks.of(app_id), clocks.ahead(app_id)
    return ClockState(now=times.to_text(now), offset_seconds=ahead / 1000, frozen=frozen)


def _to_api(request: Request[AppPath, Any], done: Advance) -> ClockChangeResponse:
    expired = done.expired
    return ClockChangeResponse(
        clock=_state(request),
        start=times.to_text(done.start),
        to=times.to_text(done.end),
        attempts=[
            ClockAttempt(at=times.to_text(one.at), delivery_id=one.delivery_id, number=one.number, status=one.status)
            for one in done.attempts
        ],
        expired=ClockExpired(events=expired.events, deliveries=expired.deliveries, conversations=expired.conversations),
        remaining_seconds=done.remaining / 1000 if done.remaining > 0 else None,
    )
