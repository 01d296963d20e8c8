"""Measures latencies at a constant rate: the open loop of the generator, without coordinated omission.

Requests are due at fixed times, whether or not the server has responded to those before, and a latency counts from the
time at which its request was due. So a stall of the server counts for every request that clients would have made in
the meantime. The default rate is half of what the server achieves in a closed loop right before.
"""

from __future__ import annotations

import asyncio
import statistics
import sys

from msgspec import Struct

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.load import LoadResult
from bench.plan import Plan
from bench.processes import Process
from bench.scenarios import JOIN_SPREAD, Stage

_PART = 0.5
"""Default rate as a part of the capacity."""


class OpenLoop(Struct):
    """A scenario at a constant rate. Times are in microseconds, medians over the rounds; counts are sums."""

    scenario: str
    connections: int
    capacity: float
    """Requests per second of the closed loop; 0 if it was not measured."""
    wanted_rate: float
    rate: float
    """Completed requests per second."""
    p50: float
    p90: float
    p99: float
    p999: float
    max: float
    """Maximum of all rounds."""
    requests: int
    late: int
    """Requests that were sent more than a millisecond late: all connections or the processors were busy."""
    unsent: int
    """Requests that were due and never sent."""
    errors: int


Round = tuple[float, float, LoadResult]
"""The capacity, the rate, and the result of the open loop at this rate."""


def run(engine: Engine, plan: Plan) -> list[OpenLoop]:
    """Measure all scenarios, or the scenario of the plan with the scenarios that it depends on."""
    wanted = scenarios.with_needs(plan.scenario)
    url = engine.create("open_loop")
    # A round has two turns, with groups of their own: the closed loop and the open one.
    stage = asyncio.run(scenarios.build(url, plan.users, 2 * plan.open_rounds))
    engine.settle(url)
    found: dict[str, list[Round]] = {name: [] for name in wanted}
    with processes.heliograph(url, *plan.options) as server:
        for number in range(plan.open_rounds):
            closed, opened = _Turn(server, stage, 2 * number, plan), _Turn(server, stage, 2 * number + 1, plan)
            for name in wanted:
                capacity = 0.0 if plan.rate else closed.capacity(name)
                rate = plan.rate or _PART * capacity
                found[name].append((capacity, rate, opened.send(name, plan.open_seconds, rate)))
                print(f"  {name:12} {_summary(found[name][-1])}", file=sys.stderr)
    return [_open_loop(name, plan.most_connections, rounds) for name, rounds in found.items()]


class _Turn:
    """Sends loads from the same groups; the users who leave them are those who joined."""

    def __init__(self, server: Process, stage: Stage, number: int, plan: Plan) -> None:
        self._server, self._stage, self._number, self._plan = server, stage, number, plan
        self._joined = 0

    def capacity(self, scenario: str) -> float:
        """Requests per second of the closed loop."""
        result = self.send(scenario, self._plan.seconds)
        return result.requests / max(result.microseconds, 1) * 1e6

    def send(self, scenario: str, seconds: float, rate: float | None = None) -> LoadResult:
        what = self._stage.load(scenario, self._number, self._joined)
        result = load.run(self._server.port, what, self._plan.most_connections, seconds, rate)
        if scenario == JOIN_SPREAD:
            self._joined = result.taken
        return result


def _summary(found: Round) -> str:
    capacity, rate, result = found
    part = f" of {capacity:.0f}/s" if capacity else ""
    return f"{rate:6.0f}{part}  p50 {result.p50 / 1000:.2f} ms  p99 {result.p99 / 1000:.2f} ms  {result.late} late"


def _open_loop(scenario: str, connections: int, rounds: list[Round]) -> OpenLoop:
    results = [result for _, _, result in rounds]
    median = statistics.median
    return OpenLoop(
        scenario,
        connections,
        capacity=median(capacity for capacity, _, _ in rounds),
        wanted_rate=median(rate for _, rate, _ in rounds),
        rate=median(one.requests / max(one.microseconds, 1) * 1e6 for one in results),
        p50=median(one.p50 for one in results),
        p90=median(one.p90 for one in results),
        p99=median(one.p99 for one in results),
        p999=median(one.p999 for one in results),
        max=max(one.max for one in results),
        requests=sum(one.requests for one in results),
        late=sum(one.late for one in results),
        unsent=sum(one.unsent for one in results),
        errors=sum(sum(one.errors.values()) for one in results),
    )
