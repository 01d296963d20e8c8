"""Ids: 24 lowercase hex characters, unique, in the order in which they were made.

The layout is that of an ObjectId where clients can see it (the first eight characters are the second of creation), and
finer where they cannot: seconds (32 bits), milliseconds (10), a counter within the millisecond (14), and a number drawn
once per process (40), which keeps processes apart.
"""

from __future__ import annotations

import os
import re
import threading
import time

_COUNTER_BITS = 14
_PROCESS_BITS = 40

_PATTERN = re.compile(r"[0-9a-f]{24}\Z")

_process = int.from_bytes(os.urandom(_PROCESS_BITS // 8))
_lock = threading.Lock()
_last = 0


def new() -> str:
    """A new id, greater than every id this process has made or was told of by `follow`."""
    global _last
    milliseconds = time.time_ns() // 1_000_000
    seconds, fraction = divmod(milliseconds, 1000)
    tick = ((seconds << 10) | fraction) << _COUNTER_BITS
    with _lock:
        # A clock that stands still, or steps back, must not break the order: counting on is always right.
        _last = tick if tick > _last else _last + 1
        number = _last
    return f"{(number << _PROCESS_BITS) | _process:024x}"


def follow(previous: str) -> None:
    """Make every later id greater than `previous`, whatever the clock says (a restart after the clock was set back)."""
    global _last
    with _lock:
        _last = max(_last, int(previous, 16) >> _PROCESS_BITS)


def earliest(milliseconds: int) -> str:
    """Not greater than any id that is made at this moment or later."""
    seconds, fraction = divmod(milliseconds, 1000)
    return f"{((seconds << 10) | fraction) << (_COUNTER_BITS + _PROCESS_BITS):024x}"


def milliseconds(id: str) -> int:
    """When the id was made, in milliseconds since 1970."""
    seconds, fraction = divmod(int(id, 16) >> (_COUNTER_BITS + _PROCESS_BITS), 1 << 10)
    return seconds * 1000 + fraction


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id: exactly 24 lowercase hex characters."""
    return _PATTERN.match(text) is not None
