"""Converts times between integer milliseconds since 1970 and `YYYY-MM-DDThh:mm:ss.SSSZ`, their form on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)


def now() -> int:
    """The current time in milliseconds."""
    return time.time_ns() // 1_000_000


def to_text(milliseconds: int) -> str:
    """The form of a time on the wire."""
    return (_NAIVE_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def to_milliseconds(moment: datetime) -> int:
    """The milliseconds of an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
