"""Measures the processor time of a request by layer of the server: `python -m bench.profile --only join-spread`.

The shares of the layers are own times under cProfile, which slows down Python code but not the C code that it calls, so
layers in Python look larger than they are. The processor time of a request is measured without the profiler.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pstats
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from bench import load, processes, scenarios
from bench.engines import Engine, open_engine, set_master_key
from bench.load import LOADER, Measured
from bench.processes import Process
from bench.report import table
from bench.scenarios import JOIN_SPREAD, LEAVE, NAMES, Stage

LAYERS = {
    "heliograph/server/http/": "HTTP",
    "httptools": "HTTP",
    "heliograph/server/": "API: route, credential, limits, metrics",
    "prometheus_client": "API: route, credential, limits, metrics",
    "heliograph/wire/": "validation and JSON",
    "msgspec": "validation and JSON",
    "heliograph/domain/": "verbs",
    "heliograph/ids": "verbs",
    "heliograph/storage/": "storage",
    "asyncpg": "driver and database in the process",
    "sqlite3": "driver and database in the process",
}
"""The layers by a part of a file's path or of the name of a C function; the first match counts."""
OTHER = "event loop, sockets, threads"

Function = tuple[str, int, str]
"""A file, or `~` for C code; a line; and a name."""


def main(given: list[str] | None = None) -> None:
    """Measure the scenarios, and print a table."""
    parser = argparse.ArgumentParser(prog="bench.profile", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", choices=list(NAMES), metavar="SCENARIO", help=f"default {', '.join(NAMES)}")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--users", type=int, default=20_000, help="number of users; a user joins once")
    parser.add_argument("--keys", choices=["ordered", "random"], help="send idempotency keys")
    options = parser.parse_args(given)
    set_master_key()
    names = [options.only] if options.only else list(NAMES)
    with tempfile.TemporaryDirectory(dir=LOADER.parent) as folder:
        with open_engine(options.engine, Path(folder), None) as engine:
            found = _measure(engine, Path(folder) / "profile", names, options)
    rows = [[layer, *(f"{costs[layer]:.0f}" for costs in found)] for layer in dict.fromkeys([*LAYERS.values(), OTHER])]
    rows.append(["**together**", *(f"**{costs.total():.0f}**" for costs in found)])
    print(table([f"µs each, {options.engine}, {options.connections} connections", *names], rows))


def _measure(engine: Engine, output: Path, names: list[str], options: argparse.Namespace) -> list[Counter[str]]:
    """The microseconds of processor time per request by layer, for each scenario."""
    url = engine.create("profile")
    stage = asyncio.run(scenarios.build(url, options.users, 2 * len(names)))
    engine.settle(url)
    found = []
    for number, name in enumerate(names):
        with processes.heliograph(url) as server:
            each = _turn(server, stage, name, 2 * number, options).cpu_each
        with processes.heliograph(url, profile=output) as server:
            _turn(server, stage, name, 2 * number + 1, options, profiled=True)
        shares = by_layer(pstats.Stats(str(output)))
        found.append(Counter({layer: each * seconds / shares.total() for layer, seconds in shares.items()}))
    return found


def _turn(
    server: Process, stage: Stage, name: str, turn: int, options: argparse.Namespace, *, profiled: bool = False
) -> Measured:
    """Send the load of a scenario; for leaves, first the joins that they need."""
    joined = 0
    if name == LEAVE:
        joins = stage.load(JOIN_SPREAD, turn, 0)
        joined = load.measure(server, joins, options.connections, options.seconds).result.taken
    if profiled:
        os.kill(server.pid, signal.SIGUSR1)
    lines = stage.load(name, turn, joined)
    return load.measure(server, lines, options.connections, options.seconds, keys=options.keys)


def by_layer(stats: Any) -> Counter[str]:
    """The own seconds of all functions by layer. C functions without a layer count for the layers that call them."""
    seconds = Counter[str]()
    for function, (_, _, own, _, callers) in stats.stats.items():
        if function[0] == "~" and (layer := _layer(function)) == OTHER and callers:
            for caller, (_, _, own_there, _) in callers.items():
                seconds[_layer(caller)] += own_there
        else:
            seconds[layer if function[0] == "~" else _layer(function)] += own
    return seconds


def _layer(function: Function) -> str:
    file, _, name = function
    where = name if file == "~" else file
    return next((layer for part, layer in LAYERS.items() if part in where), OTHER)


if __name__ == "__main__":
    main()
