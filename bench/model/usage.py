"""Processor time of a mix of operations, from the costs of single ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from bench.model.costs import SATURATED, EngineCosts

_STEPS = 30


class Usage(Struct):
    """The resources that one of several equal server processes uses."""

    loop: float
    """Processor time of the server process per second."""
    database: float
    """Processor time of the database per second, for this process."""
    writer: float
    """Fraction of the time in which a transaction runs; a process runs one transaction at a time."""
    log: float
    """Bytes per second of the write-ahead log."""


def of(costs: EngineCosts, rates: Mapping[str, float], calls: float, *, slowness: float) -> Usage:
    """The usage at these rates per process. `slowness` is the factor by which processor times exceed the costs.

    An operation costs less on a process that is busier: it sleeps and wakes up less often, and more writes share a
    transaction. How busy a process is follows from the costs in turn, so the two are found by bisection.
    """
    low, high = 0.0, SATURATED
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at(costs, rates, calls, slowness, middle).loop > middle else (low, middle)
    return _at(costs, rates, calls, slowness, high)


def _at(costs: EngineCosts, rates: Mapping[str, float], calls: float, slowness: float, busy: float) -> Usage:
    """The usage if each operation has its cost on a process that is this busy."""

    def total(field: str) -> float:
        return sum(rate * costs.operations[name].at(field, busy) for name, rate in rates.items())

    return Usage(
        loop=(total("cpu") + calls * costs.delivery.at("cpu", busy)) * slowness / 1e6,
        database=(total("database_cpu") + calls * costs.delivery.at("database_cpu", busy)) * slowness / 1e6,
        writer=sum(rate * costs.operations[name].seconds_each for name, rate in rates.items()) * slowness,
        log=total("log") + calls * costs.delivery.log,
    )


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
