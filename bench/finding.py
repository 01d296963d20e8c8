"""Measures what lists of members and memberships cost: processor time of the server and the database for each request.

    .venv/bin/python -m bench.finding [--engine sqlite|postgresql] [--rounds 5] [--requests 40]

One connection sends the requests, and the kinds take turns, so that other work on the machine disturbs all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from bench import engines, processes
from bench.engines import Engine
from bench.processes import Process
from bench.worlds import World, add_groups, add_members, add_users, empty, opened

_MEMBERS = 1_000
_GROUPS = 1_000
"""Conversations of the user whose memberships are listed."""
_FIRST = "0" * 24


class Site(Struct):
    """A world with a group of 1,000 members, and a user who is in 1,000 conversations."""

    world: World
    group: str
    user: str


async def build(url: str) -> Site:
    """Fill a database."""
    async with opened(url) as store:
        world = await empty(store)
        people = await add_users(store, world, _MEMBERS)
        (group,) = await add_groups(store, world, 1, _MEMBERS)
        others = await add_groups(store, world, _GROUPS - 1, 1)
        await add_members(store, world, [(group, user) for user in people])
        await add_members(store, world, [(one, people[0]) for one in others])
        return Site(world, group, people[0])


class Caller:
    """Sends requests over one connection."""

    def __init__(self, port: int, world: World) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"authorization": world.authorization}

    def get(self, path: str) -> bytes:
        """The body of a response, which must be a success."""
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body!r}")
        return body

    def get_all(self, paths: Iterable[str]) -> None:
        """Read several responses, one after the other."""
        for path in paths:
            self.get(path)


def kinds(site: Site, caller: Caller) -> dict[str, Callable[[], None]]:
    """What is measured: each call sends the requests of one kind."""
    app, numbers = site.world.app_id, itertools.count(1)
    api = f"/v2/apps/{app}/conversations/{site.group}/participants"
    members = f"/heliograph/v1/apps/{app}/conversations/{site.group}/participants"
    memberships = f"/heliograph/v1/apps/{app}/users/{site.user}/memberships"
    seats = site.world.members[site.group]
    cursors = [_FIRST, *(seats[place - 1] for place in range(100, 500, 100))]

    def five(path: str) -> Callable[[], None]:
        return lambda: caller.get_all(f"{path}?page[size]=100&page[after]={one}" for one in cursors)

    def fresh(path: str, size: int, count: int) -> Callable[[], None]:
        # A cursor before all ids that is never repeated is in no cache, and has the same page.
        page = f"{path}?page[size]={size}&page[after]="
        return lambda: caller.get_all(f"{page}{next(numbers):024x}" for _ in range(count))

    def one(path: str) -> Callable[[], None]:
        return lambda: caller.get_all([path])

    return {
        "ListParticipants, 5 requests of 100, cached": five(api),
        "ListMembers, 5 requests of 100, cached": five(members),
        "ListMembers, 1 request of 1,000, cached": one(f"{members}?page[size]=1000"),
        "ListParticipants, 5 requests of 100, read": fresh(api, 100, 5),
        "ListMembers, 5 requests of 100, read": fresh(members, 100, 5),
        "ListMembers, 1 request of 1,000, read": fresh(members, 1000, 1),
        "ListMembers, 1 of 1,000 with users": one(f"{members}?page[size]=1000&include=user"),
        "ListMembers, unread among 1,000": one(f"{members}?filter[unread]=true&page[after]={_FIRST}"),
        "ListMemberships of 1,000, by joining": one(memberships),
        "ListMemberships of 1,000, by activity": one(f"{memberships}?sort=activity"),
        "ListMemberships of 1,000, with unread": one(f"{memberships}?include=unread"),
    }


def measure(server: Process, engine: Engine, site: Site, rounds: int, requests: int) -> dict[str, float]:
    """The milliseconds of processor time of each kind."""
    caller = Caller(server.port, site.world)
    calls = kinds(site, caller)
    spent = dict.fromkeys(calls, 0.0)
    for _ in range(rounds):
        for name, call in calls.items():
            call()
            before = _processor_seconds(server, engine)
            for _ in range(requests):
                call()
            spent[name] += _processor_seconds(server, engine) - before
    return {name: seconds / (rounds * requests) * 1000 for name, seconds in spent.items()}


def _processor_seconds(server: Process, engine: Engine) -> float:
    return server.cpu_seconds() + (engine.process.cpu_seconds() if engine.process else 0)


def main() -> None:
    """Run it, and print a table for each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heliograph-") as name:
        folder = Path(name)
        makers = {"sqlite": engines.sqlite(folder), "postgresql": engines.postgresql(folder, None)}
        for chosen, maker in makers.items():
            if given.engine in (None, chosen):
                with maker as engine:
                    _print(engine, given.rounds, given.requests)


def _print(engine: Engine, rounds: int, requests: int) -> None:
    url = engine.create("finding")
    site = asyncio.run(build(url))
    engine.settle(url)
    with processes.heliograph(url) as server:
        measured = measure(server, engine, site, rounds, requests)
    print(f"{engine.name} {engine.version}: milliseconds of processor time")
    for name, milliseconds in measured.items():
        print(f"  {name:46}{milliseconds:8.2f}")


if __name__ == "__main__":
    main()
