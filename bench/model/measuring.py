"""Measures the costs of the operations on an engine, in turns with the bare handler."""

from __future__ import annotations

import asyncio
import statistics
import sys
import urllib.request
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bench import load, processes, scenarios
from bench.engines import Engine
from bench.load import Measured
from bench.matrix import Contest
from bench.model import costs, delivering, footprint
from bench.model.costs import EngineCosts, OperationCost, Point, Volume
from bench.model.footprint import Footprint
from bench.processes import Process
from bench.scenarios import GROUPS, Load, Stage, message_line
from bench.worlds import add_groups, add_members, opened

_SCENARIOS = {
    costs.JOIN: scenarios.JOIN_SPREAD,
    costs.LEAVE: scenarios.LEAVE,
    costs.LIST: "list-25",
    costs.LIST_NEW: "list-25-new",
    costs.POST_100: "post-message",
    costs.CREATE_USER: "create-user",
    costs.GET_USER: "get-user",
}
_MAX_SECONDS = 600


class Effort(Struct, frozen=True):
    """How much is measured."""

    connections: tuple[int, ...] = (1, 4, 16, 64)
    rounds: int = 3
    seconds: float = 1.5
    users: int = 50_000
    calls: int = 5_000
    """Webhook calls."""
    delay_seconds: float = 10


QUICK = Effort(connections=(8,), rounds=1, seconds=0.05, users=1_000, calls=40, delay_seconds=0.2)


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
    delivery = delivering.run(engine, effort.calls, effort.delay_seconds)
    return EngineCosts(engine.version, found.operations, delivery, found.memory_bytes, found.start_seconds)


def _operations(engine: Engine, effort: Effort) -> _Operations:
    turns = [many for _ in range(effort.rounds) for many in effort.connections]
    url = engine.create("model")
    stage = asyncio.run(scenarios.build(url, effort.users, len(turns)))
    pairs = asyncio.run(_pairs(url, stage))
    engine.settle(url)
    found: dict[tuple[str, int], list[Sample]] = {}
    with processes.heliograph(url) as ours, processes.bare() as bare:
        turn_of = _Turn(url, Contest(ours, bare, engine.process, effort.seconds))
        for turn, many in enumerate(turns):
            joined = 0
            for name in costs.OPERATIONS:
                what = _load(stage, pairs, name, turn, joined)
                bare_first = turn // len(effort.connections) % 2 == 1
                sample = turn_of(what, many, bare_first=bare_first, writes=name in costs.WRITES)
                joined = sample.ours.result.taken if name == costs.JOIN else joined
                found.setdefault((name, many), []).append(sample)
                _print_progress(name, many, sample)
        sizes = {name: _exchanged(ours.port, stage, pairs, name, len(turns)) for name in costs.OPERATIONS}
    memory = max(sample.ours.memory_bytes for samples in found.values() for sample in samples)
    operations = {
        name: OperationCost(
            [_point(many, found[name, many]) for many in effort.connections],
            _volume(found[name, effort.connections[-1]], *sizes[name]),
        )
        for name in costs.OPERATIONS
    }
    return _Operations(operations, memory, ours.start_seconds)


def _lasting_of_joins(engine: Engine, effort: Effort) -> float:
    """Bytes of a member, without users who leave: new members would fill the pages of those who left."""
    url = engine.create("model_joins")
    stage = asyncio.run(scenarios.build(url, effort.users, 1))
    engine.settle(url)
    what = stage.load(scenarios.JOIN_SPREAD, 0, 0)
    what.lines = what.lines[: effort.calls]
    with processes.heliograph(url) as server:
        before = footprint.taken(url, server)
        load.run(server.port, what, effort.connections[-1], _MAX_SECONDS)
        return (footprint.taken(url, server) - before).lasting / len(what.lines)


class _Turn:
    """Measures a load on both servers, with the batches and the footprint of ours."""

    def __init__(self, url: str, contest: Contest) -> None:
        self._url, self._contest = url, contest
        self._batches = 0.0, 0.0

    def __call__(self, what: Load, connections: int, *, bare_first: bool, writes: bool) -> Sample:
        server = self._contest.ours
        grown = footprint.taken(self._url, server)
        ours, bare = self._contest.pair(what, connections, bare_first=bare_first)
        if ours.errors or bare.errors:
            raise RuntimeError(f"some requests failed: {ours.result.errors}, {ours.result.statuses}")
        batches, seconds = self._more_batches() if writes else (0, 0)
        return Sample(ours, bare, batches, seconds, footprint.taken(self._url, server) - grown)

    def _more_batches(self) -> tuple[float, float]:
        """The number and the seconds of the batches since the last call: only writes have any."""
        last, self._batches = self._batches, _batches(self._contest.ours)
        return self._batches[0] - last[0], self._batches[1] - last[1]


def _batches(server: Process) -> tuple[float, float]:
    """The number of batches so far, and the seconds that they took, from the metrics of the server."""
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
    return stage.load(_SCENARIOS[name], turn, joined)


def _exchanged(port: int, stage: Stage, pairs: Sequence[tuple[str, str]], name: str, turns: int) -> tuple[int, int]:
    # Users join and leave in the first turn again; users are created with names of a turn that was not measured.
    turn = turns if name == costs.CREATE_USER else 0
    return footprint.exchanged(port, stage.world, _load(stage, pairs, name, turn, 1).lines[0])


def _print_progress(name: str, connections: int, sample: Sample) -> None:
    ours, bare = sample.ours, sample.bare
    print(
        f"  {name:12} {connections:3} connections  {ours.rate:7.0f}/s  "
        f"CPU {ours.cpu_each:.0f} + {ours.database_cpu_each:.0f} µs, bare {bare.cpu_each:.0f} µs",
        file=sys.stderr,
    )


def _point(connections: int, samples: Sequence[Sample]) -> Point:
    def median(value: Callable[[Sample], float]) -> float:
        return statistics.median(map(value, samples))

    # Processor times relate to those of the bare handler in the same turn.
    bare_cpu = median(lambda one: one.bare.cpu_each)
    scale = [bare_cpu / max(one.bare.cpu_each, 1e-9) for one in samples]
    return Point(
        connections=connections,
        rate=median(lambda one: one.ours.rate),
        cpu=statistics.median(one.ours.cpu_each * by for one, by in zip(samples, scale, strict=True)),
        database_cpu=statistics.median(one.ours.database_cpu_each * by for one, by in zip(samples, scale, strict=True)),
        bare_cpu=bare_cpu,
        p50=median(lambda one: one.ours.result.p50),
        p99=median(lambda one: one.ours.result.p99),
        batch_size=median(lambda one: one.ours.result.requests / one.batches if one.batches else 0),
        batch_seconds=median(lambda one: one.batch_seconds / one.batches if one.batches else 0),
        log=min(map(_log, samples)),
    )


def _log(sample: Sample) -> float:
    return sample.grown.log / sample.ours.result.requests


def _volume(samples: Sequence[Sample], request: int, response: int) -> Volume:
    requests = sum(one.ours.result.requests for one in samples)
    return Volume(
        log_most=max(map(_log, samples)),
        kept=sum(one.grown.kept for one in samples) / requests,
        lasting=sum(one.grown.lasting for one in samples) / requests,
        request=request,
        response=response,
    )
