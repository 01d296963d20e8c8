"""Processor time of a mix of operations, from the costs of single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from bench.model.costs import WRITES, EngineCosts, OperationCost

_STEPS = 40
_BUSIEST = 0.95


class Usage(Struct):
    """What one of several equal server processes uses."""

    loop: float
    """Processor time of the server process per second."""
    database: float
    """Processor time of the database per second, for this process."""
    writer: float
    """Part of the time in which a transaction runs; only one of a process runs at any time."""
    log: float
    """Bytes per second of the write-ahead log."""
    concurrent: float
    """Requests in progress."""
    writing: float
    """Writes in progress, which share a transaction."""


def of(costs: EngineCosts, rates: Mapping[str, float], calls: float, *, slowness: float) -> Usage:
    """The usage at these rates per process; `slowness` is the processor time relative to that of the costs.

    An operation costs less the more of them are in progress, because they share transactions and wake-ups. Their number
    follows from Little's law, and depends on the processor time in turn, so the two are found by iteration.
    """
    found = Usage(0, 0, 0, 0, 1, 1)
    for _ in range(_STEPS):
        found = _step(costs, rates, calls, slowness, found)
    return found


def _step(costs: EngineCosts, rates: Mapping[str, float], calls: float, slowness: float, last: Usage) -> Usage:
    def total(field: str) -> float:
        return sum(
            rate * costs.operations[name].at(field, last.writing if name in WRITES else last.concurrent)
            for name, rate in rates.items()
        )

    def in_progress(names: Iterable[str]) -> float:
        alone = sum(rates[name] * _seconds_alone(costs.operations[name], slowness) for name in names)
        return alone / (1 - min(last.loop, _BUSIEST))

    concurrent, writing = in_progress(rates), in_progress(WRITES & rates.keys())
    return Usage(
        loop=(total("cpu") + calls * costs.delivery.cpu) * slowness / 1e6,
        database=(total("database_cpu") + calls * costs.delivery.database_cpu) * slowness / 1e6,
        writer=sum(rate * costs.operations[name].seconds_each for name, rate in rates.items()) * slowness,
        log=total("log") + calls * costs.delivery.log,
        # Half of the way, so that the iteration does not swing.
        concurrent=max(1, (last.concurrent + concurrent) / 2),
        writing=max(1, (last.writing + writing) / 2),
    )


def _seconds_alone(cost: OperationCost, slowness: float) -> float:
    """The latency of an operation that is alone: only its processor time depends on the machine."""
    alone = cost.points[0]
    busy = alone.cpu + alone.database_cpu
    return (max(0, alone.p50 - busy) + busy * slowness) / 1e6


def fewest(usage_of: Callable[[int], Usage], utilisation: float) -> int:
    """The smallest number of processes that stays below the utilisation, in the loop and in transactions."""

    def fits(processes: int) -> bool:
        found = usage_of(processes)
        return max(found.loop, found.writer) <= utilisation

    high = 1
    while not fits(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high
