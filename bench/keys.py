"""Measures what an idempotency key adds to a join.

    .venv/bin/python -m bench.run --only keys

Joins without a key, with keys in the order in which they are sent, as our client makes them, and with random keys take
turns on one server.
"""

from __future__ import annotations

import asyncio
from functools import partial

from bench import load, processes
from bench.compared import Compared, Cost, compare, taken, turns
from bench.engines import Engine
from bench.plan import Plan
from bench.processes import Process
from bench.scenarios import GROUPS, Load, join_line
from bench.worlds import World, add_groups, add_users, empty, opened

_CONNECTIONS = (64, 1)
_ALONE = 10
"""With a single connection, the number of joins is divided by this."""
KEYS: tuple[str | None, ...] = (None, "ordered", "random")


async def build(url: str, users: int, rounds: int) -> World:
    """Create users, and groups for every round."""
    async with opened(url) as store:
        world = await empty(store)
        await add_users(store, world, users)
        await add_groups(store, world, GROUPS * rounds * len(KEYS) * len(_CONNECTIONS))
        return world


class _Site:
    """A server with the world."""

    def __init__(self, server: Process, database: Process | None, world: World) -> None:
        self._server, self._database, self._world = server, database, world
        self._groups = iter(world.groups)

    def join(self, connections: int, keys: str | None) -> Cost:
        """Let users join groups that no other turn has."""
        joined = [next(self._groups) for _ in range(GROUPS)]
        people = self._world.users[: len(self._world.users) // (1 if connections > 1 else _ALONE)]
        lines = [join_line(self._world, joined[number % GROUPS], user) for number, user in enumerate(people)]
        what = Load(self._world, lines)
        return taken(load.measure(self._server, what, connections, database=self._database, keys=keys))


def _name(connections: int, keys: str | None) -> str:
    return f"join with {keys or 'no'} keys, {connections} connection{'s' * (connections > 1)}"


def run(engine: Engine, plan: Plan) -> list[Compared]:
    """Measure in turns."""
    url = engine.create("keys")
    world = asyncio.run(build(url, plan.bulk_users, plan.compared_rounds))
    engine.settle(url)
    with processes.heliograph(url, *plan.options) as server:
        site = _Site(server, engine.process, world)
        kinds = {_name(number, keys): partial(site.join, number, keys) for number in _CONNECTIONS for keys in KEYS}
        pairs = {_name(number, keys): _name(number, None) for number in _CONNECTIONS for keys in KEYS if keys}
        return compare(turns(plan.compared_rounds, kinds), pairs)
