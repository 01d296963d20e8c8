"""Measures the scenarios at each number of connections, in turns with the server and the bare handler."""

from __future__ import annotations

import asyncio
import statistics
import sys
from dataclasses import dataclass

from msgspec import Struct

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.load import Measured
from bench.plan import Plan
from bench.processes import Process
from bench.scenarios import JOIN_SPREAD, Load


class Cell(Struct):
    """A scenario at a number of connections: medians over the rounds, sums of errors. Times are in microseconds."""

    scenario: str
    connections: int
    rate: float
    bare_rate: float
    ratio: float
    ratios: list[float]
    p50: float
    p99: float
    bare_p50: float
    bare_p99: float
    requests: int
    errors: int
    bare_errors: int
    statuses: dict[str, int]
    cpu: float
    """Processor time of the server per request."""
    bare_cpu: float
    database_cpu: float
    memory_bytes: int
    generator_busy: float
    """Maximum fraction of a processor that the generator used; near 1 it would limit the result."""


Pair = tuple[Measured, Measured]


@dataclass(frozen=True)
class Contest:
    """The server and the bare handler."""

    ours: Process
    bare: Process
    database: Process | None
    seconds: float

    def pair(self, what: Load, connections: int, *, bare_first: bool) -> Pair:
        """Measure both under the same load, one after the other."""
        if bare_first:
            bare = load.measure(self.bare, what, connections, self.seconds)
            return load.measure(self.ours, what, connections, self.seconds, self.database), bare
        ours = load.measure(self.ours, what, connections, self.seconds, self.database)
        return ours, load.measure(self.bare, what, connections, self.seconds)


def run(engine: Engine, plan: Plan) -> list[Cell]:
    """Measure all scenarios, or the scenario `plan.only` with the scenarios that it depends on."""
    wanted = scenarios.with_needs(plan.only)
    turns = [many for _ in range(plan.rounds) for many in plan.connections]
    url = engine.create("scenarios")
    stage = asyncio.run(scenarios.build(url, plan.users, len(turns)))
    engine.settle(url)
    pairs: dict[tuple[str, int], list[Pair]] = {(name, many): [] for many in plan.connections for name in wanted}
    with processes.heliograph(url, *plan.options) as ours, processes.bare() as bare:
        contest = Contest(ours, bare, engine.process, plan.seconds)
        for turn, many in enumerate(turns):
            joined = 0
            for name in wanted:
                # The order alternates from round to round.
                pair = contest.pair(
                    stage.load(name, turn, joined), many, bare_first=turn // len(plan.connections) % 2 == 1
                )
                pairs[name, many].append(pair)
                if name == JOIN_SPREAD:
                    joined = pair[0].result.taken
                print(f"  {name:12} {many:3} connections  {_summary(pair)}", file=sys.stderr)
    return [_cell(name, many, found) for (name, many), found in pairs.items()]


def _summary(pair: Pair) -> str:
    ours, bare = pair
    return f"{ours.rate:7.0f}/s  {ours.rate / bare.rate:.2f} of the bare {bare.rate:.0f}/s  {ours.errors} errors"


def _cell(scenario: str, connections: int, pairs: list[Pair]) -> Cell:
    ours, bare = [one for one, _ in pairs], [one for _, one in pairs]
    ratios = [one.rate / other.rate for one, other in pairs]
    statuses: dict[str, int] = {}
    for one in ours:
        for status, count in one.result.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    median = statistics.median
    return Cell(
        scenario=scenario,
        connections=connections,
        rate=median(one.rate for one in ours),
        bare_rate=median(one.rate for one in bare),
        ratio=median(ratios),
        ratios=ratios,
        p50=median(one.result.p50 for one in ours),
        p99=median(one.result.p99 for one in ours),
        bare_p50=median(one.result.p50 for one in bare),
        bare_p99=median(one.result.p99 for one in bare),
        requests=sum(one.result.requests for one in ours),
        errors=sum(one.errors for one in ours),
        bare_errors=sum(one.errors for one in bare),
        statuses=statuses,
        cpu=median(one.cpu_each for one in ours),
        bare_cpu=median(one.cpu_each for one in bare),
        database_cpu=median(one.database_cpu_each for one in ours),
        memory_bytes=max(one.memory_bytes for one in ours),
        generator_busy=max(one.result.cpu_microseconds / max(one.result.microseconds, 1) for one in [*ours, *bare]),
    )
