"""Measures lists of the members at a past time against lists of the present members.

    .venv/bin/python -m bench.run --only history

One connection reads pages of 25 of a group with a long history, and the kinds take turns on one server. No page is in
the server's cache.
"""

from __future__ import annotations

import asyncio
import itertools
import random

import msgspec
from msgspec.structs import replace

from bench import load, processes
from bench.compared import Compared, Cost, compare, taken, turns
from bench.engines import Engine
from bench.finding import Caller
from bench.plan import Plan
from bench.processes import Process
from bench.scenarios import Load
from bench.worlds import World, add_groups, add_users, empty, opened
from heliograph import ids
from heliograph.storage.rows import history, participants
from heliograph.storage.rows.causes import encode_cause
from heliograph.storage.rows.history import Ended
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.paging import DEFAULT_SIZE

PRESENT_FIRST, PRESENT_LATER = "list of present members, first pages", "list of present members, later pages"
AT_FIRST, AT_LATER = "members at a time, first pages", "members at a time, later pages"
_PRESENT = 1_000
_DAYS = 90
_STAY_DAYS = 2
_DAY = 86_400_000
_DEEPEST = 5
"""Later pages are up to this many pages after the first one."""
_AT_ONCE = 5_000


async def build(url: str, changes: int) -> World:
    """Create a group with 1,000 present members, and a history of memberships that have ended."""
    async with opened(url) as store:
        world = await empty(store)
        users = await add_users(store, world, _PRESENT)
        (group,) = await add_groups(store, world, 1, _PRESENT)
        await _add_history(store, world, group, users, changes)
        return world


async def _add_history(store: Store, world: World, group: str, users: list[str], changes: int) -> None:
    app_id = world.app_id
    chance, end, cause = random.Random(1), times.now(), encode_cause("join", ids.new(), ids.new())
    begin, number = end - _DAYS * _DAY, 0

    def id_at(moment: int) -> str:
        nonlocal number
        number += 1
        return f"{int(ids.earliest(moment), 16) + number:024x}"

    present = []
    for user in users:
        seat = id_at(chance.randrange(begin, end))
        present.append(StoredParticipant(seat, user, None, [], 0, None, app_id, group, origin=cause))
    await store.write(participants.add, present)
    world.members[group] = sorted(one.id for one in present)
    ended = []
    for _ in range(changes // 2):
        joined = chance.randrange(begin, end)
        left = min(end - 1, joined + int(chance.expovariate(1 / (_STAY_DAYS * _DAY))))
        seat = id_at(joined)
        ended.append(Ended(app_id, group, seat, chance.choice(users), seat, id_at(left), cause, cause))
    for start in range(0, len(ended), _AT_ONCE):
        await store.write(history.add, ended[start : start + _AT_ONCE])


class Site:
    """A server with the group."""

    def __init__(self, server: Process, database: Process | None, world: World) -> None:
        self._server, self._database, self._world = server, database, world
        self._path = f"/heliograph/v1/apps/{world.app_id}/conversations/{world.groups[0]}/participants"
        self._caller, self._chance, self._numbers = Caller(server.port, world), random.Random(2), itertools.count(1)

    def present_first(self, count: int) -> Cost:
        """First pages of the present members."""
        return self._measure([f"page[after]={next(self._numbers):024x}" for _ in range(count)])

    def present_later(self, count: int) -> Cost:
        """Later pages of the present members."""
        seats = self._world.members[self._world.groups[0]][:-DEFAULT_SIZE]
        cursors = [int(self._chance.choice(seats), 16) + next(self._numbers) for _ in range(count)]
        return self._measure([f"page[after]={cursor:024x}" for cursor in cursors])

    def at_first(self, count: int) -> Cost:
        """First pages of the members at random times."""
        return self._measure([f"at={self._moment()}" for _ in range(count)])

    def at_later(self, count: int) -> Cost:
        """Later pages of the members at random times."""
        return self._measure([self._later() for _ in range(count)])

    def _later(self) -> str:
        query = f"at={self._moment()}"
        for _ in range(self._chance.randint(1, _DEEPEST)):
            page = msgspec.json.decode(self._caller.get(f"{self._path}?{query}"))
            if "next" not in page.get("links", {}):
                break
            query = page["links"]["next"].partition("?")[2]
        return query

    def _moment(self) -> str:
        # The first and the last days have fewer members.
        days = self._chance.uniform(_DAYS * 0.1, _DAYS * 0.9)
        return times.to_text(times.now() - int(days * _DAY))

    def _measure(self, queries: list[str]) -> Cost:
        lines = [f"GET\t{self._path}?{query}\t" for query in queries]
        measured = load.measure(self._server, Load(self._world, lines), 1, database=self._database)
        return replace(taken(measured), time=float(measured.result.p50))


_PAIRS = {AT_FIRST: PRESENT_FIRST, AT_LATER: PRESENT_LATER}


def run(engine: Engine, plan: Plan) -> list[Compared]:
    """Build a history, and measure in turns."""
    url = engine.create("history")
    world = asyncio.run(build(url, plan.history_changes))
    engine.settle(url)
    with processes.heliograph(url, *plan.options) as server:
        site, count = Site(server, engine.process, world), plan.history_requests
        kinds = {
            PRESENT_FIRST: lambda: site.present_first(count),
            AT_FIRST: lambda: site.at_first(count),
            PRESENT_LATER: lambda: site.present_later(count),
            AT_LATER: lambda: site.at_later(count),
        }
        return compare(turns(plan.compared_rounds, kinds), _PAIRS)
