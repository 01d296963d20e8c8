"""Converts times between integer milliseconds since 1970 and `YYYY-MM-DDThh:mm:ss.SSSZ`, their form on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from heliograph import ids

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 24 * 60 * 60 * 1000


def now() -> int:
    """The current time in milliseconds."""
    return time.time_ns() // 1_000_000


# Formatting the numbers would take three times as long, and a list may have a thousand of them.
_MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]
_SECONDS = [f"{second:02}." for second in range(60)]
_MILLISECONDS = [f"{millisecond:03}Z" for millisecond in range(1000)]
# The milliseconds of an id have ten bits, and ids from another system may use all of them.
_OF_IDS = [*_MILLISECONDS, *["999Z"] * 24]


def to_text(milliseconds: int) -> str:
    """The form of a time on the wire."""
    day, rest = divmod(milliseconds, _DAY)
    minute, rest = divmod(rest, 60_000)
    second, rest = divmod(rest, 1000)
    return f"{_date(day)}T{_MINUTES[minute]}{_SECONDS[second]}{_MILLISECONDS[rest]}"


def optional_text(milliseconds: int | None) -> str | None:
    """The form on the wire of a time that may be missing."""
    return None if milliseconds is None else to_text(milliseconds)


def of_id(id: str) -> str:
    """The time at which an id was made. A faster form of `to_text(ids.milliseconds(id))`."""
    return _second(id[: ids.SECOND_DIGITS]) + _OF_IDS[int(id[ids.SECOND_DIGITS : ids.TIME_DIGITS], 16) >> 2]


@lru_cache(maxsize=8192)
def _second(digits: str) -> str:
    """`YYYY-MM-DDThh:mm:ss.` of the first digits of an id. Cached: users often join a group within a few seconds."""
    return to_text(int(digits, 16) * 1000)[:-4]


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    """`YYYY-MM-DD` of a day since 1970. Cached: it takes longer than the rest, and most times are on a few days."""
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def to_milliseconds(moment: datetime) -> int:
    """The milliseconds of an aware datetime, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
