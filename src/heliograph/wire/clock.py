"""The clock of an app of a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, field

from heliograph.wire.base import Body, Response, Time

TEN_YEARS = 10 * 366 * 24 * 3600
_WAYS = ("advance", "to", "freeze")


class ClockBody(Body):
    """How the clock is set: by seconds, to a time such as `2026-12-01T00:00:00Z`, or to stand still or go on."""

    advance: Annotated[float, Meta(ge=0, le=TEN_YEARS)] | None = None
    to: str | None = None
    freeze: bool | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """Exactly one of the fields is given."""
        if sum(given.get(name) is not None for name in _WAYS) != 1:
            yield f"should have exactly one of {', '.join(_WAYS)}"


class ClockState(Response):
    """The time of an app, in seconds ahead of the machine too, and whether it stands still."""

    now: Time
    offset_seconds: float
    frozen: bool


class ClockResponse(Response):
    """The clock of an app."""

    clock: ClockState


class ClockAttempt(Response):
    """An attempt of a delivery, with the time at which it began. It has a status if a response arrived."""

    at: Time
    delivery_id: str
    number: int
    status: int | None = None


class ClockExpired(Response, omit_defaults=False):
    """What was deleted because it was too old: events, settled deliveries, and all messages of conversations."""

    events: int
    deliveries: int
    conversations: int


class ClockChangeResponse(Response):
    """What happened from one time of the clock to another one."""

    clock: ClockState
    start: Time = field(name="from")
    to: Time
    attempts: list[ClockAttempt]
    expired: ClockExpired
    remaining_seconds: float | None = None
    """How far the target still is, if there was no time to reach it. The status is 202 then."""

    @property
    def is_finished(self) -> bool:
        """Whether the target was reached."""
        return self.remaining_seconds is None
