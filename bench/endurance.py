"""Memory over many requests, and the time to start on a database that is there."""

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
    """Resident memory after so many requests, in bytes."""

    requests: int
    errors: int
    samples: list[tuple[int, int]]


class Start(Struct):
    """Seconds from the beginning of the process to the first answer that it is ready; medians."""

    seconds: float
    bare_seconds: float


def run(engine: Engine, plan: Plan) -> tuple[Memory, Start]:
    """Send so many requests of every kind to one server; then start it a few times on what that left."""
    each = plan.requests // (_LAPS * len(_LEGS))
    url = engine.create("endurance")
    stage = asyncio.run(scenarios.build(url, each, _LAPS))
    memory = Memory(0, 0, [])
    with processes.heliograph(url) as server:
        memory.samples.append((0, server.memory_bytes()))
        for lap in range(_LAPS):
            for leg in _LEGS:
                lines = stage.load(leg, lap, each).lines
                exactly = Load(stage.world, (lines * -(-each // len(lines)))[:each])
                told = load.run(server.port, exactly, plan.most_connections, each)
                memory.requests += told.requests
                memory.errors += sum(told.errors.values())
                memory.samples.append((memory.requests, server.memory_bytes()))
            print(f"  {memory.requests:9,} requests  {memory.samples[-1][1] / 1e6:.0f} MB", file=sys.stderr)
    return memory, _start(url, plan.starts)


def _start(url: str, starts: int) -> Start:
    ours, others = [], []
    for _ in range(starts):
        with processes.heliograph(url) as server:
            ours.append(server.start_seconds)
        with processes.bare() as server:
            others.append(server.start_seconds)
    return Start(statistics.median(ours), statistics.median(others))
