"""Calls inboxes, and reads what they received."""

from __future__ import annotations

from typing import Any

import httpx

from tests.harness import Caller

BASE = "/heliograph/v1/apps/{}/sandbox"


def below(api: Caller, path: str) -> str:
    """The path of a sandbox tool."""
    return BASE.format(api.app_id) + path


def url_of(api: Caller, name: str = "default") -> str:
    """The URL of an inbox."""
    return f"{api.url}/_inbox/{api.app_id}/{name}"


def post(api: Caller, body: Any = None, *, path: str = "", name: str = "default", **kwargs: Any) -> httpx.Response:
    """Call an inbox, without credentials."""
    return api.http.request("POST", url_of(api, name) + path, json=body, **kwargs)


def calls(api: Caller, name: str = "default", **params: Any) -> list[Any]:
    """A page of the calls that an inbox received."""
    found: list[Any] = api.ok("GET", below(api, f"/inboxes/{name}/calls"), params=params)["calls"]
    return found


def arrived(api: Caller, count: int, name: str = "default") -> list[Any]:
    """The calls of an inbox, once there are this many."""
    found: list[Any] = []
    while len(found) < count:
        cursor = {"page[after]": found[-1]["id"]} if found else {}
        more = calls(api, name, wait=20, **cursor)
        assert more, found
        found += more
    return found


def script(api: Caller, *steps: Any, name: str = "default") -> Any:
    """Set the script of an inbox; returns the inbox."""
    return api.ok("PUT", below(api, f"/inboxes/{name}/script"), {"steps": list(steps)})["inbox"]


def hook(api: Caller, name: str = "default", *, triggers: tuple[str, ...] = ("*",), **more: Any) -> Any:
    """Create a webhook that calls an inbox; returns it."""
    body = {"target": url_of(api, name), "triggers": triggers, **more}
    made = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [body]})
    return made["integration"]["webhooks"][0]
