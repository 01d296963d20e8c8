"""What happened in an app, for the output of a failed test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heliograph.testing.events import Event

_SHOWN = 20


def missing(
    type: str,
    wanted: Mapping[str, object],
    timeout: float,
    events: Sequence[Event],
    requests: Sequence[Mapping[str, Any]],
) -> str:
    """Why an event did not arrive: the events that arrived instead, and the requests that failed."""
    about = " ".join(f"{name}={value!r}" for name, value in wanted.items())
    received = ", ".join(map(str, events[-_SHOWN:])) or "no event"
    parts = [f"no {type}{f' with {about}' if about else ''} within {timeout:g} s", f"received {received}"]
    if failed := [one for one in requests if one.get("status", 0) >= 400]:
        parts.append(f"{len(failed)} request{'s' if len(failed) > 1 else ''} failed: {_request(failed[-1])}")
    return "; ".join(parts)


def report(
    about: str,
    requests: Sequence[Mapping[str, Any]],
    events: Sequence[Event],
    deliveries: Sequence[Mapping[str, Any]],
    chaos: Mapping[str, Any],
) -> str:
    """The newest requests, events and deliveries of an app, and its rules of chaos with their seed."""
    rules = [f"{one['name']}: {one['hits']} of {one['matches']} matches hit" for one in chaos["rules"]]
    lines = [
        about,
        *_section("requests", [_request(one) for one in requests]),
        *_section("events", [str(one) for one in events]),
        *_section("deliveries", [_delivery(one) for one in deliveries]),
        *_section(f"chaos with seed {chaos['seed']}", rules),
    ]
    return "\n".join(lines)


def _section(name: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    newest = f", the newest {_SHOWN} of {len(lines)}" if len(lines) > _SHOWN else ""
    yield f"{name}{newest}:"
    yield from (f"  {line}" for line in lines[-_SHOWN:])


def _request(request: Mapping[str, Any]) -> str:
    status = request.get("status", "no response")
    chaos = f" (chaos: {request['chaos']})" if request.get("chaos") else ""
    return " ".join([request["operation"], str(status), *request.get("errors", [])]) + chaos


def _delivery(delivery: Mapping[str, Any]) -> str:
    count = delivery["attemptCount"]
    return f"{delivery['eventType']} {delivery['status']} after {count} attempt{'' if count == 1 else 's'}"
