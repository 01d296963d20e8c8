"""Measures the costs of the operations on an engine, in turns with the bare handler.

Each operation is measured at constant rates that keep the server busy for a part of the time, as clients do, and in a
closed loop that saturates it. A server with little to do sleeps before each request, and waking up costs more than a
small request itself: the bare handler takes three to four times as long at 1,000 requests per second as in the closed
loop.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.load import Measured
from bench.model import costs, delivering, footprint
from bench.model.costs import EngineCosts, OperationCost, Point, Volume
from bench.model.footprint import Footprint
from bench.processes import Process
from bench.scenarios import GROUPS, Load, Stage, message_line
from bench.worlds import add_groups, add_members, opened

SCENARIOS = {
    costs.JOIN: scenarios.JOIN_SPREAD,
    costs.LEAVE: scenarios.LEAVE,
    costs.LIST: "list-25",
    costs.LIST_NEW: "list-25-new",
    costs.POST_100: "post-message",
    costs.CREATE_USER: "create-user",
    costs.GET_USER: "get-user",
}
CONNECTIONS = 64
_MAX_SECONDS = 600
_BARE_SECONDS = 0.5
_GROWTH = 6
"""A guess: the factor by which an operation costs more on a server with little to do than on a saturated server."""
_LEAST_CPU = 20


class Effort(Struct, frozen=True):
    """The sizes and durations of the measurements."""

    busy: tuple[float, ...] = (0.1, 0.4, 0.9)
    """How busy each rate would keep the server if operations cost the same as at the level before. Because costs fall
    with load, the last level is about 0.6."""
    connections: int = CONNECTIONS
    rounds: int = 3
    seconds: float = 1.25
    users: int = 50_000
    calls: int = 5_000
    """Webhook calls."""
    call_seconds: float = 6
    """Duration of calls at a constant rate: two runs measure their cost, and one measures their delay."""


QUICK = Effort(busy=(0.3,), connections=8, rounds=1, seconds=0.1, users=1_000, calls=40, call_seconds=0.2)


class Sample(Struct):
    """One turn of an operation."""

    ours: Measured
    bare: Measured
    batches: float
    batch_seconds: float
    grown: Footprint


class _Operations(Struct):
    """The costs of the operations, and of the process that ran them."""

    operations: dict[str, OperationCost]
    memory_bytes: int
    start_seconds: float


def run(engine: Engine, effort: Effort) -> EngineCosts:
    """Measure everything on one engine."""
    found = _operations(engine, effort)
    joins = found.operations[costs.JOIN]
    joins.volume = replace(joins.volume, lasting=_lasting_of_joins(engine, effort))
    delivery = delivering.run(engine, found.operations[costs.POST_2], effort.calls, effort.call_seconds)
    return EngineCosts(engine.version, found.operations, delivery, found.memory_bytes, found.start_seconds)


def _operations(engine: Engine, effort: Effort) -> _Operations:
    # The closed loop comes first in each round: the rates are computed from the last measured cost.
    levels = (None, *effort.busy)
    turns = [level for _ in range(effort.rounds) for level in levels]
    url = engine.create("model")
    stage = asyncio.run(scenarios.build(url, effort.users, len(turns)))
    pairs = asyncio.run(_pairs(url, stage))
    engine.settle(url)
    found: dict[tuple[str, float | None], list[Sample]] = {}
    with processes.heliograph(url) as ours, processes.bare() as bare:
        turn_of = _Turn(url, ours, bare, engine.process, effort)
        last: dict[str, Sample] = {}
        for turn, level in enumerate(turns):
            joined = 0
            for name in costs.OPERATIONS:
                what = _load(stage, pairs, name, turn, joined)
                rate = None if level is None else level / _expected(last[name], closed=turns[turn - 1] is None)
                last[name] = turn_of(what, rate, bare_first=turn % 2 == 1, writes=name in costs.WRITES)
                joined = last[name].ours.result.taken if name == costs.JOIN else joined
                found.setdefault((name, level), []).append(last[name])
                _print_progress(name, last[name])
        sizes = {name: _exchanged(ours.port, stage, pairs, name, len(turns)) for name in costs.OPERATIONS}
    memory = max(sample.ours.memory_bytes for samples in found.values() for sample in samples)
    operations = {
        name: OperationCost(
            [*_open_points(found, name, effort), _point(found[name, None], costs.SATURATED)],
            _volume(found[name, None], *sizes[name]),
        )
        for name in costs.OPERATIONS
    }
    return _Operations(operations, memory, ours.start_seconds)


def _open_points(found: Mapping[tuple[str, float | None], Sequence[Sample]], name: str, effort: Effort) -> list[Point]:
    """The points of an operation at constant rates, in ascending order."""
    return sorted((_point(found[name, level]) for level in effort.busy), key=lambda point: point.busy)


def _expected(last: Sample, *, closed: bool) -> float:
    """An upper estimate of the processor time of an operation at the next level, in seconds."""
    return max(last.ours.cpu_each, _LEAST_CPU) * (_GROWTH if closed else 1) / 1e6


def _lasting_of_joins(engine: Engine, effort: Effort) -> float:
    """Bytes of a member, measured without users who leave: new members would fill the pages of former ones."""
    url = engine.create("model_joins")
    stage = asyncio.run(scenarios.build(url, effort.users, 1))
    engine.settle(url)
    what = stage.load(scenarios.JOIN_SPREAD, 0, 0)
    what.lines = what.lines[: effort.calls]
    with processes.heliograph(url) as server:
        before = footprint.taken(url, server)
        load.run(server.port, what, CONNECTIONS, _MAX_SECONDS)
        return (footprint.taken(url, server) - before).lasting / len(what.lines)


class _Turn:
    """Measures a load on the server, at a rate or in a closed loop, and on the bare handler in a closed loop."""

    def __init__(self, url: str, ours: Process, bare: Process, database: Process | None, effort: Effort) -> None:
        self._url, self._ours, self._bare, self._database = url, ours, bare, database
        self._connections, self._seconds = effort.connections, effort.seconds
        self._batches = 0.0, 0.0

    def __call__(self, what: Load, rate: float | None, *, bare_first: bool, writes: bool) -> Sample:
        grown = footprint.taken(self._url, self._ours)
        before = self._measure_bare(what) if bare_first else None
        ours = load.measure(self._ours, what, self._connections, self._seconds, self._database, rate)
        bare = before or self._measure_bare(what)
        if ours.errors or bare.errors:
            raise RuntimeError(f"some requests failed: {ours.result.errors}, {ours.result.statuses}")
        batches, seconds = self._more_batches() if writes else (0, 0)
        return Sample(ours, bare, batches, seconds, footprint.taken(self._url, self._ours) - grown)

    def _measure_bare(self, what: Load) -> Measured:
        return load.measure(self._bare, what, self._connections, min(_BARE_SECONDS, self._seconds))

    def _more_batches(self) -> tuple[float, float]:
        """The number and the duration in seconds of the batches since the last call: only writes are batched."""
        last, self._batches = self._batches, _batches(self._ours)
        return self._batches[0] - last[0], self._batches[1] - last[1]


def _batches(server: Process) -> tuple[float, float]:
    """The number of batches so far and their duration in seconds, from the metrics of the server."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=30) as response:
        lines = response.read().decode().splitlines()
    count, seconds = (
        sum(float(line.split()[-1]) for line in lines if line.startswith(f"heliograph_batch_seconds_{kind}{{"))
        for kind in ("count", "sum")
    )
    return count, seconds


async def _pairs(url: str, stage: Stage) -> list[tuple[str, str]]:
    """Create groups of two; returns pairs of group and user."""
    async with opened(url) as store:
        groups = await add_groups(store, stage.world, GROUPS, 2)
        seats = [(group, stage.world.users[2 * n + place]) for n, group in enumerate(groups) for place in range(2)]
        await add_members(store, stage.world, seats)
        return seats


def _load(stage: Stage, pairs: Sequence[tuple[str, str]], name: str, turn: int, joined: int) -> Load:
    if name == costs.POST_2:
        # Every second message is from the business, as in the scenario of large groups.
        lines = [message_line(stage.world, group, user if n % 2 else None) for n, (group, user) in enumerate(pairs)]
        return Load(stage.world, lines, once=False)
    return stage.load(SCENARIOS[name], turn, joined)


def _exchanged(port: int, stage: Stage, pairs: Sequence[tuple[str, str]], name: str, turns: int) -> tuple[int, int]:
    # Users join and leave again as in the first turn. Created users have the names of a turn that was not measured.
    turn = turns if name == costs.CREATE_USER else 0
    return footprint.exchanged(port, stage.world, _load(stage, pairs, name, turn, 1).lines[0])


def _print_progress(name: str, sample: Sample) -> None:
    ours, bare = sample.ours, sample.bare
    print(
        f"  {name:12} {ours.rate:7.0f}/s  busy {ours.busy:.2f}  "
        f"CPU {ours.cpu_each:.0f} + {ours.database_cpu_each:.0f} µs, bare {bare.cpu_each:.0f} µs",
        file=sys.stderr,
    )


def _point(samples: Sequence[Sample], busy: float | None = None) -> Point:
    def median(value: Callable[[Sample], float]) -> float:
        return statistics.median(map(value, samples))

    # Processor times relate to those of the bare handler in the same turn.
    bare_cpu = median(lambda one: one.bare.cpu_each)
    scale = [bare_cpu / max(one.bare.cpu_each, 1e-9) for one in samples]
    return Point(
        busy=busy or min(costs.BUSIEST, median(lambda one: one.ours.busy)),
        rate=median(lambda one: one.ours.rate),
        cpu=statistics.median(one.ours.cpu_each * by for one, by in zip(samples, scale, strict=True)),
        database_cpu=statistics.median(one.ours.database_cpu_each * by for one, by in zip(samples, scale, strict=True)),
        bare_cpu=bare_cpu,
        batch_size=median(lambda one: one.ours.result.requests / one.batches if one.batches else 0),
        batch_seconds=median(lambda one: one.batch_seconds / one.batches if one.batches else 0),
        log=min(map(_log, samples)),
    )


def _log(sample: Sample) -> float:
    return sample.grown.log / max(sample.ours.result.requests, 1)


def _volume(samples: Sequence[Sample], request: int, response: int) -> Volume:
    requests = sum(one.ours.result.requests for one in samples)
    return Volume(
        log_most=max(map(_log, samples)),
        kept=sum(one.grown.kept for one in samples) / requests,
        lasting=sum(one.grown.lasting for one in samples) / requests,
        request=request,
        response=response,
    )
