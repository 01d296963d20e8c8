"""Checks the calls of an inbox as a receiver of webhooks should: secret, payload, order and duplicates."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from heliograph.sandbox.calls import EventFact, ReceivedCall
from heliograph.sandbox.inboxes import is_target
from heliograph.sandbox.payloads import violations_of_call
from heliograph.storage.rows import webhooks
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.inboxes import CallChecks, InboxCall

_SECRET_HEADER = "x-api-key"
_MARGIN = 200
"""A body is shown as JSON only if it can be encoded with this many more levels, because the response nests it."""

Secrets = Mapping[str, str]
"""The secrets of the webhooks that call an inbox, by the ids of the webhooks."""


class CallOrder(Struct, frozen=True):
    """How a call continues the calls before it."""

    duplicates: int
    after_event_id: str | None
    """A newer event of the lane that arrived before."""


async def secrets_of(store: Store, app_id: str, name: str) -> Secrets:
    """The secrets of the webhooks of the app whose target is the inbox."""
    found = await store.read(webhooks.of_app, app_id)
    return {one.id: store.sealer.open(one.id, one.secret) for one in found if is_target(one.target, app_id, name)}


def to_api(kept: Iterable[ReceivedCall], page: Collection[ReceivedCall], secrets: Secrets) -> list[InboxCall]:
    """The calls of a page as responses show them. `kept` are all calls of the inbox, oldest first."""
    orders = dict(_orders(kept))
    return [_call_to_api(call, orders.get(call.id), secrets) for call in page]


def _call_to_api(call: ReceivedCall, given: CallOrder | None, secrets: Secrets) -> InboxCall:
    request = call.request
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    json = None if request.truncated else _json(request.body)
    checks = _checks(call, secrets)
    if given is not None:
        order, after = ("wrong" if given.after_event_id else "ok"), given.after_event_id
        checks = replace(checks, order=order, after_event_id=after, duplicates=given.duplicates)
    return InboxCall(
        id=call.id,
        received_at=times.to_text(call.received_at),
        method=request.method,
        path=request.path,
        query=request.query,
        headers=headers,
        truncated=request.truncated,
        delay_ms=call.delay_ms,
        checks=checks,
        json=json,
        text=request.body.decode(errors="replace") if json is None else None,
        response_status=call.status,
    )


def _json(body: bytes) -> Any:
    try:
        value = msgspec.json.decode(body)
        msgspec.json.encode(reduce(lambda inner, _: [inner], range(_MARGIN), value))
        return value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _checks(call: ReceivedCall, secrets: Secrets) -> CallChecks:
    violations = violations_of_call(call.request.body)
    given = dict(call.request.headers).get(_SECRET_HEADER)
    named = call.facts.webhook_id
    expected = list(secrets.values()) if named is None else [secret for id, secret in secrets.items() if id == named]
    return CallChecks(
        secret=_compared(given, expected),
        payload="invalid" if violations else "valid",
        violations=violations or None,
    )


def _compared(given: str | None, expected: list[str]) -> Any:
    if not expected:
        return "unknown"
    if given is None:
        return "missing"
    return "ok" if any(hmac.compare_digest(given.encode(), one.encode()) for one in expected) else "wrong"


def _orders(kept: Iterable[ReceivedCall]) -> Iterator[tuple[str, CallOrder]]:
    """How each call with events continues those before it, by the id of the call."""
    seen: dict[tuple[str, str], int] = {}
    newest: dict[tuple[str, str], str] = {}
    for call in kept:
        webhook_id, events = call.facts.webhook_id, call.facts.events
        if webhook_id is None or not events:
            continue
        duplicates = max(seen.get((webhook_id, event.id), 0) for event in events)
        before = [_newer_before(webhook_id, event, seen, newest) for event in events]
        yield call.id, CallOrder(duplicates, next(filter(None, before), None))


def _newer_before(
    webhook_id: str, event: EventFact, seen: dict[tuple[str, str], int], newest: dict[tuple[str, str], str]
) -> str | None:
    """Record an event; returns a newer one of its lane that arrived before, if this one arrives for the first time."""
    key, lane = (webhook_id, event.id), (webhook_id, event.lane)
    repeated, before = key in seen, newest.get(lane, "")
    seen[key] = seen.get(key, 0) + 1
    newest[lane] = max(before, event.id)
    return before if before > event.id and not repeated else None
