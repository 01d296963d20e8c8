"""Measures what an idempotency key adds to a join.

    .venv/bin/python -m bench.keys [--engine sqlite] [--turns 3] [--joins 20000]

Joins without a key, with keys in the order in which they are sent, as our client makes them, and with random keys take
turns on one server. The processor time of server and database per join is less affected by other programs than the
rate is.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import engines, load, processes
from bench.engines import Engine
from bench.load import Measured
from bench.processes import Process
from bench.scenarios import Load, join_line
from bench.worlds import World, add_groups, add_users, empty, opened

_GROUPS = 100
_CONNECTIONS = (64, 1)
_ALONE = 10
"""How many times fewer joins a single connection makes."""
_ENGINES = {"sqlite": engines.sqlite, "postgresql": engines.own_postgresql}
KEYS: tuple[str | None, ...] = (None, "ordered", "random")


async def build(url: str, users: int, turns: int) -> World:
    """Create users, and groups for every turn."""
    async with opened(url) as store:
        world = await empty(store)
        await add_users(store, world, users)
        await add_groups(store, world, _GROUPS * turns)
    return world


def measure(server: Process, database: Process | None, world: World, turns: int) -> Iterator[str]:
    """The lines of the result, one for each kind of keys and number of connections."""
    groups = iter(world.groups)
    found: dict[tuple[int, str | None], list[Measured]] = {}
    for connections in _CONNECTIONS:
        people = world.users[: len(world.users) // (1 if connections > 1 else _ALONE)]
        for _ in range(turns):
            for keys in KEYS:
                joined = [next(groups) for _ in range(_GROUPS)]
                lines = [join_line(world, joined[number % _GROUPS], user) for number, user in enumerate(people)]
                measured = load.measure(server, Load(world, lines), connections, database=database, keys=keys)
                assert not measured.errors, measured
                found.setdefault((connections, keys), []).append(measured)
    for (connections, keys), each in found.items():
        plain = found[connections, None]
        yield f"{connections} connections, {keys or 'no'} keys: {_figures(each)}; {_ratios(each, plain)}"


def _figures(each: list[Measured]) -> str:
    rate = statistics.median(one.rate for one in each)
    return f"{rate:.0f} joins/s, {_cpu(each):.0f} µs of processor each"


def _ratios(each: list[Measured], plain: list[Measured]) -> str:
    # Each turn is compared with its neighbour.
    time = statistics.median(before.rate / one.rate for one, before in zip(each, plain, strict=True))
    return f"{time:.2f} of the time and {_cpu(each) / _cpu(plain):.2f} of the processor time without"


def _cpu(each: list[Measured]) -> float:
    return statistics.median(one.cpu_each + one.database_cpu_each for one in each)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--joins", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".bench") as folder:
        for name in (given.engine,) if given.engine else _ENGINES:
            with _ENGINES[name](Path(folder)) as engine:
                _report(engine, given.turns, given.joins)


def _report(engine: Engine, turns: int, joins: int) -> None:
    url = engine.create("keys")
    world = asyncio.run(build(url, joins, turns * len(KEYS) * len(_CONNECTIONS)))
    engine.settle(url)
    print(engine.name)
    with processes.heliograph(url) as server:
        for line in measure(server, engine.process, world, turns):
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
