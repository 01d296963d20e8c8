"""Measures memory over many requests, and the startup time on an existing database."""

from __future__ import annotations

import asyncio
import statistics
import sys

from msgspec import Struct

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.plan import Plan
from bench.scenarios import Load

_LEGS = (scenarios.JOIN_SPREAD, "list-25", "get-user", scenarios.LEAVE, "create-user")
_LAPS = 10


class Memory(Struct):
    """Samples of the resident memory in bytes by number of requests."""

    requests: int
    errors: int
    samples: list[tuple[int, int]]


class Start(Struct):
    """Seconds from the start of the process to the first response of the readiness check; medians."""

    seconds: float
    bare_seconds: float


def run(engine: Engine, plan: Plan) -> tuple[Memory, Start]:
    """Send requests of every kind to one server, then measure startups on the resulting database."""
    each = plan.requests // (_LAPS * len(_LEGS))
    url = engine.create("endurance")
    stage = asyncio.run(scenarios.build(url, each, _LAPS))
    memory = Memory(0, 0, [])
    with processes.heliograph(url, *plan.options) as server:
        memory.samples.append((0, server.memory_bytes()))
        for lap in range(_LAPS):
            for leg in _LEGS:
                lines = stage.load(leg, lap, each).lines
                exactly = Load(stage.world, (lines * -(-each // len(lines)))[:each])
                result = load.run(server.port, exactly, plan.most_connections, each)
                memory.requests += result.requests
                memory.errors += sum(result.errors.values())
                memory.samples.append((memory.requests, server.memory_bytes()))
            print(f"  {memory.requests:9,} requests  {memory.samples[-1][1] / 1e6:.0f} MB", file=sys.stderr)
    return memory, _start(url, plan)


def _start(url: str, plan: Plan) -> Start:
    ours, others = [], []
    for _ in range(plan.starts):
        with processes.heliograph(url, *plan.options) as server:
            ours.append(server.start_seconds)
        with processes.bare() as server:
            others.append(server.start_seconds)
    return Start(statistics.median(ours), statistics.median(others))
