"""Calls inboxes, and reads what they received."""

from __future__ import annotations

from typing import Any

import httpx

from tests.harness import Caller
from tests.waiting import until

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
    """Wait until an inbox has received this many calls; returns them."""
    found: list[Any] = []
    while len(found) < count:
        cursor = {"page[after]": found[-1]["id"]} if found else {}
        more = calls(api, name, wait=20, **cursor)
        assert more, found
        found += more
    return found


def settled(api: Caller, count: int) -> list[Any]:
    """Wait until the app has this many deliveries and none is pending; returns them."""
    found: list[Any] = []

    def is_settled() -> bool:
        found[:] = api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries")["deliveries"]
        return len(found) == count and all(one["status"] != "pending" for one in found)

    until(is_settled)
    return found


def script(api: Caller, *steps: Any, name: str = "default") -> Any:
    """Set the script of an inbox; returns the inbox."""
    return api.ok("PUT", below(api, f"/inboxes/{name}/script"), {"steps": list(steps)})["inbox"]


def hook(api: Caller, name: str = "default", *, triggers: tuple[str, ...] = ("*",), **more: Any) -> Any:
    """Create a webhook that calls an inbox; returns it."""
    body = {"target": url_of(api, name), "triggers": triggers, **more}
    made = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [body]})
    return made["integration"]["webhooks"][0]


def variables(api: Caller) -> dict[str, str]:
    """The environment variables with which a command connects as the caller."""
    assert api.auth is not None
    key = {"HELIOGRAPH_KEY_ID": api.auth[0], "HELIOGRAPH_KEY_SECRET": api.auth[1]}
    return {"HELIOGRAPH_URL": api.url, "HELIOGRAPH_APP_ID": api.app_id, **key}
