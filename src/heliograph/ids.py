"""Ids: 24 lowercase hex characters, unique, in the order in which they were made.

The layout is that of an ObjectId where clients can see it (the first eight characters are the second of creation), and
finer where they cannot: seconds (32 bits), milliseconds (10), a counter within the millisecond (14), and the process
number (40), a random number that keeps processes apart.

Two processes can only make the same id if they have the same number and make ids in the same millisecond. Among 1,000
processes that run at the same time, the chance that any two share a number is 1 in 2 million (1,000² / 2⁴¹); restarting
all of them every day for a year raises it to 1 in 6,000. So 40 bits are enough for as many processes as one database
can serve.

Each process draws a number of its own, forked processes included. A process also draws a new one when the wall clock
jumps against the monotonic clock: that happens when a virtual machine is resumed from a snapshot, of which several
copies may be running.
"""

from __future__ import annotations

import os
import re
import threading
import time

_COUNTER_BITS = 14
_PROCESS_BITS = 40
_PROCESS_BYTES = 5
_TICK_BYTES = 7

# Far more than the clock is slewed within a second, far less than a snapshot is old.
_JUMP_NANOSECONDS = 1_000_000_000

_PATTERN = re.compile(r"[0-9a-f]{24}\Z")


class _Sequence:
    """The ids of one process."""

    __slots__ = ("heirs", "last", "lock", "number", "offset", "pid", "second")

    def __init__(self, last: int = 0) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.last = last
        self.number = _draw()
        self.second = 0
        self.offset = time.time_ns() - time.monotonic_ns()
        self.heirs: dict[int, _Sequence] = {}

    def enter(self, second: int) -> None:
        """Begin another second of the wall clock: draw a new number if the clock has jumped."""
        self.second = second
        previous, self.offset = self.offset, time.time_ns() - time.monotonic_ns()
        if abs(self.offset - previous) > _JUMP_NANOSECONDS:
            self.number = _draw()


def _draw() -> str:
    # Copies of a virtual machine may read the same random bytes until their kernels have gathered new entropy, but they
    # do not read the clock in the same nanosecond.
    number = int.from_bytes(os.urandom(_PROCESS_BYTES)) ^ time.time_ns() % (1 << _PROCESS_BITS)
    return number.to_bytes(_PROCESS_BYTES).hex()


_sequence = _Sequence()


def new() -> str:
    """A new id, greater than every id this process has made or was told of by `follow`."""
    sequence = _sequence
    # C code can fork without running Python's fork hooks.
    if sequence.pid != os.getpid():
        sequence = _inherit(sequence)
    second, rest = divmod(time.time_ns(), 1_000_000_000)
    tick = ((second << 10) | (rest // 1_000_000)) << _COUNTER_BITS
    with sequence.lock:
        if second != sequence.second:
            sequence.enter(second)
        # A clock that stands still, or steps back, must not break the order: counting on is always right.
        last = sequence.last
        sequence.last = last = tick if tick > last else last + 1
        return last.to_bytes(_TICK_BYTES).hex() + sequence.number


def follow(previous: str) -> None:
    """Make every later id greater than `previous`, whatever the clock says (a restart after the clock was set back)."""
    sequence = _sequence
    if sequence.pid != os.getpid():
        sequence = _inherit(sequence)
    with sequence.lock:
        sequence.last = max(sequence.last, int(previous, 16) >> _PROCESS_BITS)


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


def _inherit(parent: _Sequence) -> _Sequence:
    """Continue the parent process's sequence in this process, under a new number.

    The parent's lock is not touched: another thread of the parent may have held it during the fork. For the same reason
    no lock of the module guards this; of several threads that arrive together, `setdefault` lets one win.
    """
    global _sequence
    _sequence = parent.heirs.setdefault(os.getpid(), _Sequence(parent.last))
    return _sequence


def _after_fork() -> None:
    # Comparing process ids is not enough: the first processes of two containers have the same one.
    global _sequence
    _sequence = _Sequence(_sequence.last)


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)
