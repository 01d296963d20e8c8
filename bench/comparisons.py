"""The comparisons of kinds of requests, by the name with which `bench.run --only` selects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench import bulk, finding, history, importing, keys
from bench.bulk import Turn
from bench.compared import Compared, Cost, compare
from bench.engines import Engine
from bench.plan import Plan

_SINGLE, _BULK = "single join, 64 connections", "join in bulk"
_ALONE, _NEXT = "99th percentile of single joins", "99th percentile next to bulk joins"


def _bulk(engine: Engine, plan: Plan) -> list[Compared]:
    found = bulk.run(engine, plan.bulk_users, plan.compared_rounds, plan.seconds)
    return compare([_costs(turn) for turn in found], {_BULK: _SINGLE, _NEXT: _ALONE})


def _costs(turn: Turn) -> dict[str, Cost]:
    return {
        _SINGLE: Cost(1e6 / turn.single_rate, turn.single_cpu),
        _BULK: Cost(1e6 / turn.bulk_rate, turn.bulk_cpu),
        _ALONE: Cost(turn.quiet_p99, 0),
        _NEXT: Cost(turn.busy_p99, 0),
    }


COMPARISONS: Mapping[str, Callable[[Engine, Plan], list[Compared]]] = {
    "bulk": _bulk,
    "keys": keys.run,
    "history": history.run,
    "finding": finding.run,
    "import": importing.run,
}
