"""Measures bulk joins against single ones, and what bulk calls cost the joins of other conversations.

    .venv/bin/python -m bench.bulk --engine sqlite

Single joins over 64 connections and bulk calls of 1,000 joins over 16 take turns on one server. Then single joins over
64 connections take turns alone and next to one caller who sends bulk calls without a pause, into other conversations.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from bench import engines, load, processes
from bench.engines import open_engine, set_master_key
from bench.load import LOADER, LoadResult
from bench.processes import Process
from bench.scenarios import GROUPS, Load, join_line
from bench.worlds import World, add_groups, add_users, empty, opened
from heliograph.wire.bulk import MOST_ITEMS

CONNECTIONS = 64
BULK_CONNECTIONS = 16
_MOST_CALLS = 400
"""Maximum number of bulk calls in a turn; each needs a group of its own."""


class Turn(Struct):
    """The figures of one turn: joins per second and processor time per join in microseconds, of single and of bulk
    joins; then p99 in microseconds and joins per second of single joins without and with bulk calls, and joins per
    second of these bulk calls."""

    single_rate: float
    single_cpu: float
    bulk_rate: float
    bulk_cpu: float
    quiet_p99: float
    busy_p99: float
    quiet_rate: float
    busy_rate: float
    meanwhile: float


class Contest:
    """A server with a world of users and groups."""

    def __init__(
        self, server: Process, world: World, database: Process | None, seconds: float, keys: str | None
    ) -> None:
        self._server, self._world, self._database, self._seconds = server, world, database, seconds
        self._keys = keys
        self._groups = iter(world.groups)

    def turn(self) -> Turn:
        """Measure everything once."""
        single = self._measure(self._singles(), CONNECTIONS)
        bulk = self._measure(self._bulks(), BULK_CONNECTIONS, self._keys)
        quiet = self._run(self._singles(), CONNECTIONS)
        with ThreadPoolExecutor() as threads:
            bulk_calls = threads.submit(self._run, self._bulks(), 1, self._keys)
            busy = self._run(self._singles(), CONNECTIONS)
            meanwhile = bulk_calls.result()
        return Turn(
            single[0], single[1], bulk[0] * MOST_ITEMS, bulk[1] / MOST_ITEMS, quiet.p99, busy.p99, _rate(quiet),
            _rate(busy), _rate(meanwhile) * MOST_ITEMS,
        )  # fmt: skip

    def _measure(self, what: Load, connections: int, keys: str | None = None) -> tuple[float, float]:
        found = load.measure(self._server, what, connections, self._seconds, self._database, keys=keys)
        _require_success(found.result)
        return found.rate, found.cpu_each + found.database_cpu_each

    def _run(self, what: Load, connections: int, keys: str | None = None) -> LoadResult:
        result = load.run(self._server.port, what, connections, self._seconds, keys=keys)
        _require_success(result)
        return result

    def _singles(self) -> Load:
        groups = [next(self._groups) for _ in range(GROUPS)]
        lines = [join_line(self._world, groups[number % GROUPS], user) for number, user in enumerate(self._world.users)]
        return Load(self._world, lines)

    def _bulks(self) -> Load:
        users = self._world.users[:MOST_ITEMS]
        return Load(self._world, [_bulk_line(self._world, next(self._groups), users) for _ in range(_MOST_CALLS)])


def _bulk_line(world: World, group: str, users: list[str]) -> str:
    items = [{"type": "join", "userId": user, "subscribeSDKClient": False} for user in users]
    body = json.dumps({"items": items}, separators=(",", ":"))
    return f"POST\t/heliograph/v1/apps/{world.app_id}/conversations/{group}/participants/bulk\t{body}"


def _rate(result: LoadResult) -> float:
    return result.requests / max(result.microseconds, 1) * 1e6


def _require_success(result: LoadResult) -> None:
    if failed := {status: count for status, count in result.statuses.items() if not status.startswith("2")}:
        raise RuntimeError(f"requests failed: {failed}")
    if result.errors.get("connect") or result.errors.get("timeout"):
        raise RuntimeError(f"connections failed: {result.errors}")


async def _build(url: str, users: int, rounds: int) -> World:
    async with opened(url) as store:
        world = await empty(store)
        await add_users(store, world, users)
        await add_groups(store, world, rounds * (3 * GROUPS + 2 * _MOST_CALLS))
        return world


def run(engine: engines.Engine, users: int, rounds: int, seconds: float, keys: str | None = None) -> list[Turn]:
    """Run all rounds on one engine; returns their figures."""
    url = engine.create("bulk")
    world = asyncio.run(_build(url, users, rounds))
    engine.settle(url)
    found = []
    with processes.heliograph(url) as server:
        contest = Contest(server, world, engine.process, seconds, keys)
        for _ in range(rounds):
            found.append(contest.turn())
            print(f"  {_shown(found[-1:])}", file=sys.stderr)
    return found


def _shown(turns: list[Turn]) -> str:
    def median(name: str) -> float:
        return float(statistics.median(getattr(one, name) for one in turns))

    times = statistics.median(one.bulk_rate / one.single_rate for one in turns)
    slower = statistics.median(one.busy_p99 / one.quiet_p99 for one in turns)
    return (
        f"single {median('single_rate'):.0f}/s ({median('single_cpu'):.0f} µs each), "
        f"bulk {median('bulk_rate'):.0f}/s ({median('bulk_cpu'):.0f} µs each), {times:.1f} times as many; "
        f"p99 of others {median('quiet_p99') / 1000:.1f} ms at {median('quiet_rate'):.0f}/s alone, "
        f"{median('busy_p99') / 1000:.1f} ms at {median('busy_rate'):.0f}/s next to {median('meanwhile'):.0f} joins/s "
        f"in bulk: {slower:.2f} times"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--keys", choices=["ordered", "random"], help="send bulk calls with idempotency keys")
    options = parser.parse_args()
    if not LOADER.exists():
        sys.exit(f"bench: {LOADER} is missing: run `make {LOADER}`")
    set_master_key()
    for name in ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]:
        with tempfile.TemporaryDirectory(dir=LOADER.parent, prefix="data-") as folder:
            with open_engine(name, Path(folder), None) as engine:
                turns = run(engine, options.users, options.rounds, options.seconds, options.keys)
        print(f"{name}: {_shown(turns)}")


if __name__ == "__main__":
    main()
