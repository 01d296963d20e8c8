"""Ids: 24 lowercase hex characters, unique, and ascending in order of creation.

As in an ObjectId, the first eight characters are the time of creation in seconds. The layout is: seconds (32 bits),
milliseconds (10), a counter within the millisecond (14), and the process number (40), which is random and makes ids of
different processes distinct.

Two processes can only make the same id if they have the same number and make ids in the same millisecond. Among 1,000
concurrent processes, the chance that any two share a number is 1 in 2 million (1,000² / 2⁴¹); restarting all of them
every day for a year raises it to 1 in 6,000. So 40 bits are enough for as many processes as one database can serve.

Each process draws its own number, forked processes included. A process draws a new one when the wall clock jumps
against the monotonic clock, as it does when a virtual machine resumes from a snapshot: several copies of it may be
running.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

_COUNTER_BITS = 14
_PROCESS_BITS = 40
_PROCESS_BYTES = 5
_TICK_BYTES = 7
SECOND_DIGITS, TIME_DIGITS, TICK_DIGITS = 8, 11, 14
"""The hex digits that contain the second of an id; with its milliseconds and two bits of the counter; with both."""

# Far more than NTP slews a clock within a second, far less than the age of a snapshot.
_JUMP_NANOSECONDS = 1_000_000_000

FIRST, LAST = "0" * 24, "f" * 24
"""Before and after every id."""

LAST_MILLISECOND = (1 << 32) * 1000 - 1
"""The greatest time that an id can have, in milliseconds since 1970."""

# MADV_WIPEONFORK, for which Python has no name.
_WIPE_ON_FORK = 18

_PATTERN = re.compile(r"[0-9a-f]{24}\Z")


class Sequence:
    """The ids of one process."""

    __slots__ = ("heirs", "last", "lock", "mark", "millisecond", "number", "offset", "owner", "second")

    def __init__(self, last: int = 0) -> None:
        self.owner = _owner()
        self.mark = self.owner()
        self.lock = threading.Lock()
        self.last = last
        self.number = _draw()
        self.millisecond = self.second = 0
        self.offset = time.time_ns() - time.monotonic_ns()
        self.heirs: dict[int, Sequence] = {}

    def enter(self, millisecond: int) -> None:
        """Enter a new millisecond of the wall clock."""
        self.millisecond = millisecond
        second, rest = divmod(millisecond, 1000)
        if second != self.second:
            self._enter_second(second)
        # If the clock stands still or steps back, incrementing the last id keeps the order.
        self.last = max(self.last, ((second << 10 | rest) << _COUNTER_BITS) - 1)

    def _enter_second(self, second: int) -> None:
        """Draw a new number if the clock has jumped."""
        self.second = second
        previous, self.offset = self.offset, time.time_ns() - time.monotonic_ns()
        if abs(self.offset - previous) > _JUMP_NANOSECONDS:
            self.number = _draw()


def _owner() -> Callable[[], int]:
    """A function that returns one number in this process, and another one in a process that was forked from it."""
    # A system call for each id takes longer than making it, on virtual machines up to a microsecond. Linux can clear a
    # page of memory in forked processes instead.
    if sys.platform != "linux":
        return os.getpid
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    try:
        page.madvise(_WIPE_ON_FORK)
    except OSError:  # before Linux 4.14
        return os.getpid
    page[0] = 1
    return partial(page.__getitem__, 0)


def _draw() -> str:
    # Copies of a virtual machine may read the same random bytes until their kernels have new entropy, but they do not
    # read the clock in the same nanosecond.
    number = int.from_bytes(os.urandom(_PROCESS_BYTES)) ^ time.time_ns() % (1 << _PROCESS_BITS)
    return number.to_bytes(_PROCESS_BYTES).hex()


own_sequence = Sequence()
"""The ids of this process. A forked process replaces it."""


def new() -> str:
    """A new id, greater than every id that this process has made or passed to `follow`."""
    sequence = own_sequence
    # C code can fork without running Python's fork hooks.
    if sequence.owner() != sequence.mark:
        sequence = _inherit(sequence)
    millisecond = time.time_ns() // 1_000_000
    with sequence.lock:
        if millisecond != sequence.millisecond:
            sequence.enter(millisecond)
        sequence.last = last = sequence.last + 1
        return last.to_bytes(_TICK_BYTES).hex() + sequence.number


def follow(previous: str) -> None:
    """Make every later id greater than `previous`, even if the clock was set back before a restart."""
    sequence = own_sequence
    if sequence.owner() != sequence.mark:
        sequence = _inherit(sequence)
    with sequence.lock:
        sequence.last = max(sequence.last, int(previous, 16) >> _PROCESS_BITS)


def earliest(milliseconds: int) -> str:
    """A lower bound for ids made at this time (milliseconds since 1970) or later."""
    seconds, fraction = divmod(milliseconds, 1000)
    return f"{((seconds << 10) | fraction) << (_COUNTER_BITS + _PROCESS_BITS):024x}"


def preceding(id: str) -> str:
    """The last possible id before this one, or the empty string, which is before all ids."""
    return "" if id == FIRST else f"{int(id, 16) - 1:024x}"


def milliseconds(id: str) -> int:
    """The time at which the id was made, in milliseconds since 1970."""
    tick = int(id[:TIME_DIGITS], 16) >> 2
    # An id of another system has any bits there. With at most 999, the time ascends with the ids.
    return (tick >> 10) * 1000 + min(tick & 1023, 999)


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id: exactly 24 lowercase hex characters."""
    return _PATTERN.match(text) is not None


def _inherit(parent: Sequence) -> Sequence:
    """Continue the parent process's sequence in this process, under a new number.

    Uses no lock, because another thread of the parent may have held it during the fork. If several threads get here at
    once, `setdefault` gives all of them the same sequence.
    """
    global own_sequence
    own_sequence = parent.heirs.setdefault(os.getpid(), Sequence(parent.last))
    return own_sequence


def _after_fork() -> None:
    # Comparing process ids is not enough: the first processes of two containers have the same one.
    global own_sequence
    own_sequence = Sequence(own_sequence.last)


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)
