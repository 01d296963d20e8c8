"""Computes which machines a load needs on an engine, and which limit it reaches first."""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec import Struct

from bench.model import costs, usage
from bench.model.costs import Costs, EngineCosts, Volume
from bench.model.usage import Usage
from bench.model.workload import Target, Workload

_DAY = 86_400
_PRECISION = 1.001


class Limit(Struct):
    """A limit on the growth of a load."""

    name: str
    use: float
    """The fraction of the limit that the load needs; more than 1 exceeds it."""


class Answer(Struct):
    """The machines, connections, memory and disk that a load needs on an engine."""

    engine: str
    processes: int
    machines: int
    """Machines of server processes; always 1 on SQLite."""
    loop: float
    """Processor time per second of each process."""
    database_cores: float
    """Cores that the database needs to stay below the utilisation of the target."""
    database_busy: float
    """Processor time of the database per second."""
    connections: int
    memory_bytes: float
    log_day: float
    log_day_most: float
    kept: float
    """Bytes of events, deliveries and attempts, after `--keep-days`."""
    lasting_day: float
    """Growth by rows that stay, in bytes a day."""
    base: float
    """Bytes of the existing users and members."""
    network: float
    """Bytes per second between the servers and their clients and webhooks."""
    limits: list[Limit]
    """The limits, in the order in which a growing load reaches them."""

    @property
    def first(self) -> Limit:
        """The limit that is reached first."""
        return self.limits[0]

    @property
    def fits(self) -> bool:
        """Whether the load is within every limit."""
        return self.first.use <= 1


def recommended(answers: list[Answer]) -> Answer:
    """The answer for the first engine that carries the load, or for the last engine if none does."""
    return next((one for one in answers if one.fits), answers[-1])


def answers(found: Costs, load: Workload, target: Target) -> list[Answer]:
    """The answers for all engines, the simplest engine first."""
    slowness = found.speed / target.speed
    return [_answer(name, engine, load, target, slowness) for name, engine in found.engines.items()]


def largest(found: Costs, load: Workload, target: Target, *, engine: str) -> float:
    """The factor by which a load may grow until it exceeds a limit of the engine."""
    low, high = 1e-6, 1e6
    while high / low > _PRECISION:
        middle = (low * high) ** 0.5
        grown = {one.engine: one for one in answers(found, load.times(middle), target)}
        low, high = (middle, high) if grown[engine].fits else (low, middle)
    return low


def _answer(name: str, engine: EngineCosts, load: Workload, target: Target, slowness: float) -> Answer:
    def usage_of(processes: int) -> Usage:
        rates = {operation: rate / processes for operation, rate in load.rates.items()}
        return usage.of(engine, rates, load.calls / processes, slowness=slowness)

    processes = 1 if name == "sqlite" else usage.fewest(usage_of, target.utilisation)
    each = usage_of(processes)
    answer = Answer(
        engine=name,
        processes=processes,
        machines=math.ceil(processes / target.cores),
        loop=each.loop,
        database_cores=processes * each.database / target.utilisation,
        database_busy=processes * each.database,
        connections=0 if name == "sqlite" else processes * target.connections,
        memory_bytes=processes * engine.memory_bytes,
        log_day=_DAY * processes * each.log,
        log_day_most=_DAY
        * max(processes * each.log, _total(engine, load, lambda one: one.log_most) + load.calls * engine.delivery.log),
        kept=_DAY * target.keep_days * (_total(engine, load, lambda one: one.kept) + load.calls * engine.delivery.kept),
        lasting_day=_DAY * _total(engine, load, lambda one: one.lasting),
        base=_base(engine, load),
        network=_total(engine, load, lambda one: one.request + one.response) + load.calls * engine.delivery.call,
        limits=[],
    )
    limits = _limits(answer, each, target) + _call_limit(engine, load, processes, slowness)
    answer.limits = sorted(limits, key=lambda limit: -limit.use)
    return answer


def _total(engine: EngineCosts, load: Workload, field: Callable[[Volume], float]) -> float:
    """The sum of a field of the volumes over all operations, in bytes per second."""
    return sum(rate * field(engine.operations[name].volume) for name, rate in load.rates.items())


def _base(engine: EngineCosts, load: Workload) -> float:
    user = engine.operations[costs.CREATE_USER].volume.lasting
    member = engine.operations[costs.JOIN].volume.lasting
    return load.users * user + load.groups * load.members * member


def _limits(answer: Answer, each: Usage, target: Target) -> list[Limit]:
    allowed = target.utilisation
    disk = [
        Limit("throughput of the disk", answer.log_day / _DAY / (target.disk_mb * 1e6 * allowed)),
        Limit("disk of events and deliveries", answer.kept / (target.disk_tb * 1e12)),
        Limit("disk of users and members", answer.base / (target.disk_tb * 1e12)),
    ]
    if answer.engine == "sqlite":
        return [Limit("one server process", each.loop / allowed), Limit("one writer", each.writer / allowed), *disk]
    return [
        Limit("processor of the database", answer.database_cores / target.database_cores),
        Limit("connections of the database", answer.connections / target.max_connections),
        *disk,
    ]


def _call_limit(engine: EngineCosts, load: Workload, processes: int, slowness: float) -> list[Limit]:
    """The limit of calls to one webhook: a process makes them at a limited rate."""
    if not load.calls:
        return []
    each = load.calls / max(load.webhooks, 1) / load.apps
    return [Limit("calls to one webhook", each * slowness / engine.delivery.rate / processes)]
