"""Converts times between integer milliseconds since 1970 and `YYYY-MM-DDThh:mm:ss.SSSZ`, their form on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 24 * 60 * 60 * 1000
# Formatting a number takes several times as long as finding its text.
_TWO_DIGITS = [f"{number:02}" for number in range(60)]
_THREE_DIGITS = [f"{number:03}" for number in range(1000)]


def now() -> int:
    """The current time in milliseconds."""
    return time.time_ns() // 1_000_000


def to_text(milliseconds: int) -> str:
    """The form of a time on the wire."""
    day, rest = divmod(milliseconds, _DAY)
    minutes, rest = divmod(rest, 60_000)
    seconds, rest = divmod(rest, 1000)
    hour, minute, second = _TWO_DIGITS[minutes // 60], _TWO_DIGITS[minutes % 60], _TWO_DIGITS[seconds]
    return f"{_date(day)}T{hour}:{minute}:{second}.{_THREE_DIGITS[rest]}Z"


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    """`YYYY-MM-DD` of a day since 1970. Making it takes longer than the rest, and most times are of a few days."""
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def to_milliseconds(moment: datetime) -> int:
    """The milliseconds of an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
