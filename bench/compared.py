"""Costs that are compared with each other within one run."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from bench.load import Measured


class Cost(Struct, frozen=True):
    """The cost of one operation in a turn, in microseconds: its duration, and processor time of server and database."""

    time: float
    cpu: float


class Compared(Struct):
    """The cost of a kind as a multiple of the cost of another kind; medians over the turns."""

    name: str
    against: str
    times: float
    all_times: list[float]
    cpu_times: float | None
    """None if no processor time was counted; the kernel counts it in steps of 10 ms."""
    time: float
    cpu: float


Turn = Mapping[str, Cost]
"""The cost of each kind in a turn."""


def taken(measured: Measured) -> Cost:
    """The cost of each request under load.

    Raises:
        RuntimeError: a request or a connection failed.
    """
    if failed := {status: count for status, count in measured.result.statuses.items() if not status.startswith("2")}:
        raise RuntimeError(f"requests failed: {failed}")
    if measured.errors:
        raise RuntimeError(f"connections failed: {measured.result.errors}")
    return Cost(1e6 / measured.rate, measured.cpu_each + measured.database_cpu_each)


def turns(rounds: int, kinds: Mapping[str, Callable[[], Cost]]) -> list[Turn]:
    """Measure each kind in each round; the order alternates."""
    found: list[Turn] = []
    for number in range(rounds):
        names = list(kinds)
        found.append({name: kinds[name]() for name in (reversed(names) if number % 2 else names)})
    return found


def compare(found: Sequence[Turn], pairs: Mapping[str, str]) -> list[Compared]:
    """Compare kinds of requests within each turn. `pairs` maps a kind to the kind with which it is compared."""
    return [_compared(name, against, found) for name, against in pairs.items()]


def _compared(name: str, against: str, found: Sequence[Turn]) -> Compared:
    times = [turn[name].time / turn[against].time for turn in found]
    cpu_times = [turn[name].cpu / turn[against].cpu for turn in found if turn[against].cpu]
    compared = Compared(
        name,
        against,
        statistics.median(times),
        times,
        statistics.median(cpu_times) if cpu_times else None,
        statistics.median(turn[name].time for turn in found),
        statistics.median(turn[name].cpu for turn in found),
    )
    print(f"  {name:50} {compared.times:.2f} times {against}", file=sys.stderr)
    return compared
