"""Times: integer milliseconds since 1970 inside, `YYYY-MM-DDThh:mm:ss.SSSZ` on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)


def now() -> int:
    """The present, in milliseconds."""
    return time.time_ns() // 1_000_000


def to_text(milliseconds: int) -> str:
    """The documented form of a time."""
    return (_NAIVE_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def to_milliseconds(moment: datetime) -> int:
    """The milliseconds of an aware datetime; finer digits are cut."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
