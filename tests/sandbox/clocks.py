"""Reads and sets the clock of an app, and reads the delivery attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.harness import Caller
from tests.sandbox.inboxes import below

SCHEDULE = [10, 60, 250, 750]
"""The seconds from the first attempt to each retry."""


def clock(api: Caller) -> Any:
    """The clock of the app."""
    return api.ok("GET", below(api, "/clock"))["clock"]


def change(api: Caller, **how: Any) -> Any:
    """Change the clock; returns the response."""
    return api.ok("POST", below(api, "/clock"), how)


def seconds(text: str) -> float:
    """A time as seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def attempts(api: Caller) -> list[list[tuple[float, int | None]]]:
    """The attempts of each delivery of the app, in the order of events, as pairs of time and status."""
    listed = api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries")["deliveries"]
    shown = [api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries/{one['id']}")["delivery"] for one in listed]
    shown.sort(key=lambda one: one["eventId"])
    return [[(seconds(one["startedAt"]), one.get("status")) for one in made["attempts"]] for made in shown]


def after_the_first(made: list[tuple[float, int | None]]) -> list[float]:
    """The seconds from the first attempt to each later one."""
    return [round(at - made[0][0], 3) for at, _ in made[1:]]
