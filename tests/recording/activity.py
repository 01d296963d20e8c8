"""Reads the activity stream."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.harness import Caller


@dataclass(frozen=True)
class Frame:
    """An event of the stream."""

    kind: str
    data: Any
    cursor: str | None


def activity_url(api: Caller) -> str:
    """The URL of the activity stream of the caller's app."""
    return f"{api.url}/heliograph/v1/apps/{api.app_id}/activity"


@contextlib.contextmanager
def streaming(api: Caller, cursor: str | None = None, authorization: str | None = None) -> Iterator[Iterator[Frame]]:
    """The events of the activity stream of the caller's app, from now on or after a cursor.

    `authorization` replaces the key of the caller.
    """
    headers = {"last-event-id": cursor} if cursor else {}
    if authorization is not None:
        headers["authorization"] = authorization
    auth = api.auth if authorization is None else None
    with httpx.Client(timeout=30) as http, http.stream("GET", activity_url(api), auth=auth, headers=headers) as reply:
        assert reply.status_code == 200, reply.read()
        assert reply.headers["content-type"] == "text/event-stream"
        yield frames(reply.iter_lines())


def frames(lines: Iterator[str]) -> Iterator[Frame]:
    """Parse the lines of a response into events."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            found[name] = value
        elif "data" in found:
            yield Frame(found["event"], json.loads(found["data"]), found.get("id"))
            found = {}


def taken(stream: Iterator[Frame], count: int) -> list[Frame]:
    """The next events of a stream."""
    return [next(stream) for _ in range(count)]


def shown(found: list[Frame]) -> list[str]:
    """The operation of each request, and the type of each event."""
    return [one.data["operation"] if one.kind == "request" else one.data["type"] for one in found]
