"""Measures targets under the same kind of load, in turns: each row at each number of connections, in every round."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from bench import load
from bench.load import Measured
from bench.processes import Process
from bench.scenarios import JOIN_ONE, JOIN_SPREAD, LEAVE, LIST_100, Load

ROWS = (JOIN_SPREAD, LEAVE, JOIN_ONE, LIST_100)


class Stage(Protocol):
    """The loads of a target."""

    def load(self, scenario: str, turn: int, joined: int) -> Load:
        """The load of a scenario in a turn; `joined` is the number of spread joins that were sent in this turn."""


@dataclass(frozen=True)
class Target:
    """A running server with its groups."""

    name: str
    process: Process
    stage: Stage
    database: Process | None = None


class Entry(Struct):
    """The figures of a target in a row at a number of connections: rates of all rounds, medians, and sums of counts."""

    target: str
    row: str
    connections: int
    rates: list[float]
    """Requests per second."""
    p50: float
    """Microseconds, like all times."""
    p99: float
    cpu: float
    """Processor time of the server per request."""
    database_cpu: float
    requests: int
    errors: int

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)


def run(targets: Sequence[Target], connections: Sequence[int], rounds: int, seconds: float) -> list[Entry]:
    """Measure all targets."""
    found: dict[tuple[str, str, int], list[Measured]] = {}
    turns = [many for _ in range(rounds) for many in connections]
    for turn, many in enumerate(turns):
        joined = dict.fromkeys([target.name for target in targets], 0)
        for number, row in enumerate(ROWS):
            # Rotate the order, so that each target has each position equally often.
            start = (turn + number) % len(targets)
            for target in (*targets[start:], *targets[:start]):
                what = target.stage.load(row, turn, joined[target.name])
                measured = load.measure(target.process, what, many, seconds, target.database)
                if row == JOIN_SPREAD:
                    joined[target.name] = measured.result.taken
                found.setdefault((target.name, row, many), []).append(measured)
                print(f"  {row:12} {many:3} connections  {target.name:24} {_summary(measured)}", file=sys.stderr)
    return [_entry(*key, rounds_of) for key, rounds_of in found.items()]


def _summary(measured: Measured) -> str:
    return f"{measured.rate:7.0f}/s  {measured.errors} errors"


def _entry(target: str, row: str, connections: int, rounds: list[Measured]) -> Entry:
    median = statistics.median
    return Entry(
        target,
        row,
        connections,
        rates=[one.rate for one in rounds],
        p50=median(one.result.p50 for one in rounds),
        p99=median(one.result.p99 for one in rounds),
        cpu=median(one.cpu_each for one in rounds),
        database_cpu=median(one.database_cpu_each for one in rounds),
        requests=sum(one.result.requests for one in rounds),
        errors=sum(one.errors for one in rounds),
    )
