"""Compares the model with reality: mixes of operations at a constant rate, on one server process."""

from __future__ import annotations

import asyncio
import random
import sys

from msgspec import Struct

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.load import Measured
from bench.model import costs, footprint, usage
from bench.model.costs import Check, Costs
from bench.model.footprint import Footprint
from bench.processes import Process
from bench.scenarios import Load, Stage

_SCENARIOS = {
    costs.LIST: "list-25",
    costs.LIST_NEW: "list-25-new",
    costs.POST_100: "post-message",
    costs.JOIN: scenarios.JOIN_SPREAD,
    costs.CREATE_USER: "create-user",
    costs.GET_USER: "get-user",
}
MIXES: tuple[dict[str, float], ...] = (
    {costs.LIST: 0.7, costs.POST_100: 0.2, costs.JOIN: 0.1},
    {costs.JOIN: 0.4, costs.GET_USER: 0.25, costs.LIST_NEW: 0.25, costs.CREATE_USER: 0.1},
)
"""The parts of each operation."""
_USERS, _CONNECTIONS = 50_000, 64
_CLOSED_SECONDS = 2


class Extent(Struct, frozen=True):
    """How long a mix is sent, and how busy it should keep the server process."""

    seconds: float = 20
    busy: float = 0.4


def run(engine: Engine, found: Costs, extent: Extent) -> list[Check]:
    """Check all mixes on one engine."""
    return [_check(engine, found, mix, extent) for mix in MIXES]


def _check(engine: Engine, found: Costs, mix: dict[str, float], extent: Extent) -> Check:
    url = engine.create("model_check")
    stage = asyncio.run(scenarios.build(url, _USERS, 2))
    engine.settle(url)
    with processes.bare() as bare, processes.heliograph(url) as server:
        before = _bare_cpu(bare, stage, mix)
        rate = _rate(found, engine.name, mix, before / expected_bare_cpu(found, engine.name, mix), extent.busy)
        lines = _mixed(stage, mix, int(rate * extent.seconds))
        start = footprint.taken(url, server)
        measured = load.measure(server, lines, _CONNECTIONS, extent.seconds, engine.process, rate)
        grown = footprint.taken(url, server) - start
        now = (before + _bare_cpu(bare, stage, mix)) / 2
    seconds = measured.result.microseconds / 1e6
    rates = {name: part * measured.rate for name, part in mix.items()}
    predicted = predict(found, engine.name, rates, now / expected_bare_cpu(found, engine.name, mix))
    check = Check(engine.name, rates, seconds, measured.errors, now, predicted, _measured(measured, grown, seconds))
    print(f"  {check.predicted}\n  {check.measured}", file=sys.stderr)
    return check


def _mixed(stage: Stage, mix: dict[str, float], count: int) -> Load:
    """Lines of all operations in a random order, which is the same in each run."""
    lines: list[str] = []
    for name, part in mix.items():
        each, wanted = stage.load(_SCENARIOS[name], 0, 0).lines, round(part * count)
        lines += (each * -(-wanted // len(each)))[:wanted]
    random.Random(1).shuffle(lines)
    return Load(stage.world, lines)


def _bare_cpu(bare: Process, stage: Stage, mix: dict[str, float]) -> float:
    """Processor time of the bare handler per request of the mix, in a closed loop."""
    found = load.measure(bare, _mixed(stage, mix, 50_000), _CONNECTIONS, _CLOSED_SECONDS)
    return found.cpu_each


def expected_bare_cpu(found: Costs, engine: str, mix: dict[str, float]) -> float:
    """Processor time of the bare handler per request of a mix, when the costs were measured."""
    operations = found.engines[engine].operations
    bare = sum(part * operations[name].points[-1].bare_cpu for name, part in mix.items())
    return bare / sum(mix.values())


def _rate(found: Costs, engine: str, mix: dict[str, float], slowness: float, busy: float) -> float:
    """Operations per second that keep the server process busy for this part of the time."""
    low, high = 1.0, 1e6
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        rates = {name: part * middle for name, part in mix.items()}
        loop = usage.of(found.engines[engine], rates, 0, slowness=slowness).loop
        low, high = (middle, high) if loop < busy else (low, middle)
    return low


def predict(found: Costs, engine: str, rates: dict[str, float], slowness: float) -> dict[str, float]:
    """What the model predicts for one process: processor time per second, and bytes per second."""
    costs_here = found.engines[engine]
    each = usage.of(costs_here, rates, 0, slowness=slowness)
    volumes = [(rate, costs_here.operations[name].volume) for name, rate in rates.items()]
    return {
        "server": each.loop,
        "database": each.database,
        "log": each.log,
        "rows": sum(rate * (one.kept + one.lasting) for rate, one in volumes),
    }


def _measured(found: Measured, grown: Footprint, seconds: float) -> dict[str, float]:
    return {
        "server": found.cpu_seconds / seconds,
        "database": found.database_cpu_seconds / seconds,
        "log": grown.log / seconds,
        "rows": (grown.kept + grown.lasting) / seconds,
    }
