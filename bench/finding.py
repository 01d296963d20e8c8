"""Measures what lists of members and memberships cost.

    .venv/bin/python -m bench.run --only finding

One connection sends the requests, and the kinds take turns, so that other work on the machine disturbs all of them.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import time
from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct

from bench import processes
from bench.compared import Compared, Cost, compare, turns
from bench.engines import Engine
from bench.plan import Plan
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
    """The kinds of requests to measure; each call sends the requests of one kind."""
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


_PAIRS = {
    "ListMembers, 1 request of 1,000, cached": "ListParticipants, 5 requests of 100, cached",
    "ListMembers, 5 requests of 100, read": "ListParticipants, 5 requests of 100, read",
    "ListMembers, 1 request of 1,000, read": "ListMembers, 5 requests of 100, read",
    "ListMembers, 1 of 1,000 with users": "ListMembers, 1 request of 1,000, read",
    "ListMembers, unread among 1,000": "ListMembers, 1 request of 1,000, read",
    "ListMemberships of 1,000, by activity": "ListMemberships of 1,000, by joining",
    "ListMemberships of 1,000, with unread": "ListMemberships of 1,000, by joining",
}


def run(engine: Engine, plan: Plan) -> list[Compared]:
    """Measure in turns."""
    url = engine.create("finding")
    site = asyncio.run(build(url))
    engine.settle(url)
    with processes.heliograph(url, *plan.options) as server:
        calls = kinds(site, Caller(server.port, site.world))
        measured = {
            name: partial(_measure, server, engine.process, call, plan.finding_requests) for name, call in calls.items()
        }
        return compare(turns(plan.compared_rounds, measured), _PAIRS)


def _measure(server: Process, database: Process | None, call: Callable[[], None], count: int) -> Cost:
    call()
    spent, started = _processor_seconds(server, database), time.perf_counter()
    for _ in range(count):
        call()
    taken = time.perf_counter() - started
    return Cost(taken / count * 1e6, (_processor_seconds(server, database) - spent) / count * 1e6)


def _processor_seconds(server: Process, database: Process | None) -> float:
    return server.cpu_seconds() + (database.cpu_seconds() if database else 0)
