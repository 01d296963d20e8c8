"""The event records of an app, on a server that other apps share."""

from __future__ import annotations

from typing import Any

from heliograph.models import EventRecord
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


def events_of(api: Caller, conversation_id: str | None = None) -> list[EventRecord]:
    """The events of the app, or of one of its conversations, oldest first."""
    # All events of the app come after its id: the server does not examine the earlier events of other apps.
    page = {"after": api.app_id, "size": 100}
    listed = api.sdk.deliveries.iter_event_records(api.app_id, page=page, conversation_id=conversation_id)
    return list(listed)


def event_types(api: Caller) -> list[str]:
    """The types of the app's events, oldest first."""
    return [event.type for event in events_of(api)]
