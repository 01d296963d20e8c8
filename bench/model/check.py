"""Compares the model with measurements: mixes of operations at a constant rate, on one server process."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Mapping

from msgspec import Struct

from bench import load, processes, receiving, scenarios
from bench.deliveries import ALLOWED
from bench.engines import Engine
from bench.load import Measured
from bench.model import costs, footprint, usage
from bench.model.costs import Check, Costs
from bench.model.footprint import Footprint
from bench.model.measuring import CONNECTIONS, SCENARIOS
from bench.processes import Process
from bench.scenarios import Load, Stage
from bench.worlds import add_webhook, opened


class Mix(Struct, frozen=True):
    """The fractions of the operations in a load. With a webhook, each message is delivered."""

    parts: dict[str, float]
    webhook: bool = False

    @property
    def calls(self) -> float:
        """Calls of the webhook per operation."""
        return self.parts[costs.POST_100] if self.webhook else 0

    @property
    def costed(self) -> dict[str, float]:
        """The fractions of the operations by their cost: a list after a message to its group is not cached."""
        lists, posts = self.parts.get(costs.LIST, 0), self.parts.get(costs.POST_100, 0)
        if not lists or not posts:
            return self.parts
        new = lists * posts / (lists + posts)
        return {**self.parts, costs.LIST: lists - new, costs.LIST_NEW: self.parts.get(costs.LIST_NEW, 0) + new}


MIXES = (
    Mix({costs.LIST: 0.7, costs.POST_100: 0.2, costs.JOIN: 0.1}),
    Mix({costs.JOIN: 0.4, costs.GET_USER: 0.25, costs.LIST_NEW: 0.25, costs.CREATE_USER: 0.1}),
    Mix({costs.GET_USER: 0.5, costs.POST_100: 0.3, costs.JOIN: 0.2}, webhook=True),
)
_USERS = 50_000
_CLOSED_SECONDS = 1
_CLOSED_LINES = 50_000


class Extent(Struct, frozen=True):
    """How long to send a mix, and how busy it should keep the server process."""

    seconds: float = 8
    busy: tuple[float, ...] = (0.2, 0.5)


class _Place(Struct):
    """Where a mix runs."""

    engine: Engine
    url: str
    stage: Stage
    server: Process
    bare: Process


def run(engine: Engine, found: Costs, extent: Extent) -> list[Check]:
    """Check all mixes on one engine."""
    return [check for mix in MIXES for check in _checks(engine, found, mix, extent)]


def _checks(engine: Engine, found: Costs, mix: Mix, extent: Extent) -> list[Check]:
    url = engine.create("model_check")
    stage = asyncio.run(scenarios.build(url, _USERS, len(extent.busy) + 1))
    with receiving.receiving(1) as receiver:
        if mix.webhook:
            asyncio.run(_add_webhook(url, stage, receiver.targets[0]))
        engine.settle(url)
        with processes.bare() as bare, processes.heliograph(url, *ALLOWED) as server:
            place = _Place(engine, url, stage, server, bare)
            # Warm up: costs are measured on a server whose statements are planned, and which has changed pages before.
            load.run(server.port, _mixed(stage, mix, len(extent.busy), _CLOSED_LINES), CONNECTIONS, _CLOSED_SECONDS)
            return [_check(place, found, mix, extent.seconds, level) for level in enumerate(extent.busy)]


async def _add_webhook(url: str, stage: Stage, target: str) -> None:
    async with opened(url) as store:
        await add_webhook(store, stage.world, target)


def _check(place: _Place, found: Costs, mix: Mix, seconds: float, level: tuple[int, float]) -> Check:
    (turn, busy), name = level, place.engine.name
    before, usual = _bare_cpu(place, mix, turn), expected_bare_cpu(found, name, mix.costed)
    rate = _rate(found, name, mix, before / usual, busy)
    lines = _mixed(place.stage, mix, turn, int(rate * seconds))
    start = footprint.taken(place.url, place.server)
    measured = load.measure(place.server, lines, CONNECTIONS, seconds, place.engine.process, rate)
    grown = footprint.taken(place.url, place.server) - start
    now = (before + _bare_cpu(place, mix, turn)) / 2
    seconds = measured.result.microseconds / 1e6
    rates, calls = {one: part * measured.rate for one, part in mix.costed.items()}, mix.calls * measured.rate
    predicted = predict(found, name, rates, calls, now / usual)
    check = Check(name, rates, calls, seconds, measured.errors, now, predicted, _measured(measured, grown, seconds))
    print(f"  {check.predicted}\n  {check.measured}", file=sys.stderr)
    return check


def _mixed(stage: Stage, mix: Mix, turn: int, count: int) -> Load:
    """Lines of all operations in a random order, which is the same in each run."""
    lines: list[str] = []
    for name, part in mix.parts.items():
        each, wanted = stage.load(SCENARIOS[name], turn, 0).lines, round(part * count)
        lines += (each * -(-wanted // len(each)))[:wanted]
    random.Random(1).shuffle(lines)
    return Load(stage.world, lines)


def _bare_cpu(place: _Place, mix: Mix, turn: int) -> float:
    """Processor time of the bare handler per request of the mix, in a closed loop."""
    what = _mixed(place.stage, mix, turn, _CLOSED_LINES)
    return load.measure(place.bare, what, CONNECTIONS, _CLOSED_SECONDS).cpu_each


def expected_bare_cpu(found: Costs, engine: str, rates: Mapping[str, float]) -> float:
    """Processor time of the bare handler per request of a mix, when the costs were measured."""
    operations = found.engines[engine].operations
    bare = sum(part * operations[name].points[-1].bare_cpu for name, part in rates.items())
    return bare / sum(rates.values())


def _rate(found: Costs, engine: str, mix: Mix, slowness: float, busy: float) -> float:
    """Operations per second that keep the server process busy for this part of the time."""
    low, high = 1.0, 1e6
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        rates = {name: part * middle for name, part in mix.costed.items()}
        loop = usage.of(found.engines[engine], rates, mix.calls * middle, slowness=slowness).loop
        low, high = (middle, high) if loop < busy else (low, middle)
    return low


def predict(found: Costs, engine: str, rates: dict[str, float], calls: float, slowness: float) -> dict[str, float]:
    """The prediction of the model for one process: processor time per second, and bytes per second."""
    costs_here = found.engines[engine]
    each = usage.of(costs_here, rates, calls, slowness=slowness)
    volumes = [(rate, costs_here.operations[name].volume) for name, rate in rates.items()]
    return {
        "server": each.loop,
        "database": each.database,
        "log": each.log,
        "rows": sum(rate * (one.kept + one.lasting) for rate, one in volumes) + calls * costs_here.delivery.kept,
    }


def _measured(found: Measured, grown: Footprint, seconds: float) -> dict[str, float]:
    return {
        "server": found.cpu_seconds / seconds,
        "database": found.database_cpu_seconds / seconds,
        "log": grown.log / seconds,
        "rows": (grown.kept + grown.lasting) / seconds,
    }
