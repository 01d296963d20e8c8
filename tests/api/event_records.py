"""The event records of an app, on a server that other apps share."""

from __future__ import annotations

from typing import Any

from tests.harness import Caller


def path(api: Caller) -> str:
    """The path of the records of the caller's app."""
    return f"/heliograph/v1/apps/{api.app_id}/eventRecords"


def records(api: Caller, **filters: str) -> list[Any]:
    """The events that match the filters, of all pages. A page is empty if it only scans events of other apps."""
    params = {f"filter[{name}]": one for name, one in filters.items()}
    listed: list[Any] = []
    while True:
        page = api.ok("GET", path(api), params=params)
        listed += page["events"]
        if not page["meta"]["hasMore"]:
            return listed
        params["page[after]"] = page["meta"]["afterCursor"]
