"""Looks up recorded requests."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.databases import everything
from tests.harness import Caller, Server

PATIENCE_SECONDS = 30
PAGE = {"page[size]": 100}
KEPT = 400
MASK = "•••••"


def path(api: Caller, id: str = "") -> str:
    """The path of the recorded requests of the caller's app, or of one request."""
    return f"/heliograph/v1/apps/{api.app_id}/requests{id and '/'}{id}"


def listed(api: Caller, **filters: str) -> list[Any]:
    """The requests of the first page with these filters."""
    params = {**PAGE, **{f"filter[{name}]": one for name, one in filters.items()}}
    found: list[Any] = api.ok("GET", path(api), params=params)["requests"]
    return found


def recorded(api: Caller, request_id: str) -> Any:
    """Wait until the request with this X-Request-Id is recorded; returns it with its response."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for one in listed(api):
            if one["requestId"] == request_id:
                return api.ok("GET", path(api, one["id"]))["request"]
        time.sleep(0.02)
    raise AssertionError(f"{request_id} is not recorded")


def sent_and_recorded(api: Caller, method: str, where: str, body: Any = None, **more: Any) -> Any:
    """Send a request; returns its record."""
    return recorded(api, api(method, where, body, **more).headers["x-request-id"])


def shown(api: Caller, **filters: str) -> list[Any]:
    """The requests of the first page, without the one that created the key of the app."""
    return [one for one in listed(api, **filters) if one.get("operation") != "CreateAppKey"]


def stored(server: Server) -> str:
    """The whole table of recorded requests, as text."""
    return json.dumps(everything(server.database_url)["request"], ensure_ascii=False)
