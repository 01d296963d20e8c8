"""Measures whether cost grows with the size of a conversation or of the database, as ratios within one run.

Joins into small groups fill one group after the other, so that concurrent calls concern one group, as with a large one,
and no group grows beyond twice its size. The changes of a case are undone after its measurement.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time

from msgspec import Struct

from bench import load, processes
from bench.engines import Engine
from bench.load import Measured
from bench.plan import Plan, Sizes
from bench.processes import Process
from bench.scenarios import Load, clear_line, join_line, leave_line, message_line, page_line
from bench.worlds import World, add_groups, add_members, add_users, empty, opened
from heliograph.wire.paging import DEFAULT_SIZE

_GROUP = 100
"""Members of each group of a database."""
_PAGES = 5_000
"""Maximum number of pages read at each end of a conversation: more than the server caches."""
_PAIR = 2
"""Members of the smallest conversation."""


class Case(Struct):
    """A load, the name of the case with which it is compared, and the load that undoes its changes."""

    name: str
    against: str
    load: Load
    undo: Load | None = None


Pair = tuple[Measured, Measured]
"""The measurements of a case, and of the case with which it is compared."""


class Grown(Struct):
    """The cost of a case as a multiple of the case with which it is compared; medians over the rounds."""

    name: str
    against: str
    times: float
    all_times: list[float]
    rate: float
    p50: float
    p99: float
    errors: int
    kilobytes: float = 0.0
    """Kilobytes written to files per request."""
    base_kilobytes: float = 0.0
    """The same, of the case with which it is compared."""


def run(engine: Engine, plan: Plan) -> list[Grown]:
    """Build a small and a large database, and measure in turns."""
    sizes = plan.growth
    start = time.monotonic()
    urls = [engine.create("small"), engine.create("large")]
    small = asyncio.run(_build(urls[0], sizes.databases[0], sizes, conversations=False))
    large = asyncio.run(_build(urls[1], sizes.databases[1], sizes, conversations=True))
    for url in urls:
        engine.settle(url)
    print(f"  built in {time.monotonic() - start:.0f} s", file=sys.stderr)
    cases = [*_database_cases(small, large, sizes), *large.cases]
    by_name = {case.name: case for case in cases}
    pairs: list[tuple[Case, Case]] = [(case, by_name[case.against]) for case in cases if case.name != case.against]
    found: dict[str, list[Pair]] = {case.name: [] for case, _ in pairs}
    servers = [processes.heliograph(url, *plan.options) for url in urls]
    with servers[0] as first, servers[1] as second:

        def measure(case: Case) -> Measured:
            server = first if case.load.world is small.world else second
            return _measure(case, server, engine.process, plan.most_connections, plan.seconds)

        for number in range(plan.rounds):
            for case, base in pairs:
                # Adjacent in time, and in alternating order.
                if number % 2:
                    before = measure(base)
                    pair = (measure(case), before)
                else:
                    pair = (measure(case), measure(base))
                found[case.name].append(pair)
                print(f"  {case.name:40} cost ratio {pair[1].rate / pair[0].rate:.2f}", file=sys.stderr)
    return [_grown(case, found[case.name]) for case, _ in pairs]


class _Built(Struct):
    world: World
    groups: list[str]
    cases: list[Case]


async def _build(url: str, size: int, sizes: Sizes, *, conversations: bool) -> _Built:
    """A database with `size` participants, each a different user, in groups of 100."""
    async with opened(url) as store:
        world = await empty(store)
        users = await add_users(store, world, size)
        groups = await add_groups(store, world, size // _GROUP, _GROUP)
        await add_members(store, world, [(groups[number // _GROUP], user) for number, user in enumerate(users)])
        built = _Built(world, groups, [])
        world.members.clear()
        if conversations:
            newcomers = await add_users(store, world, sizes.joins)
            for members in sizes.conversations:
                # As many of the smallest conversations as needed for none to more than double.
                count = max(1, sizes.joins // members) if members == min(sizes.conversations) else 1
                created = await add_groups(store, world, count, members)
                await add_members(store, world, [(group, user) for group in created for user in users[:members]])
                built.cases += _conversation_cases(world, created, members, newcomers, sizes)
            (pair,) = await add_groups(store, world, 1, _PAIR)
            await add_members(store, world, [(pair, user) for user in users[:_PAIR]])
            # The last group is the largest.
            for group, members in ((pair, _PAIR), (created[-1], max(sizes.conversations))):
                built.cases.append(_posts(f"post to {members:,}", world, group, users[:_PAIR], sizes.joins))
        return built


def _conversation_cases(
    world: World, groups: list[str], members: int, newcomers: list[str], sizes: Sizes
) -> list[Case]:
    first, least = f"first pages of {members:,}", min(sizes.conversations)
    # The last cursor leaves exactly one page.
    cursors = world.members[groups[0]][:-DEFAULT_SIZE]
    share = -(-len(newcomers) // len(groups))
    seats = [(groups[number // share], user) for number, user in enumerate(newcomers)]
    return [
        Case(first, f"first pages of {least:,}", _pages(world, groups[0], cursors[:_PAGES])),
        Case(f"last pages of {members:,}", first, _pages(world, groups[0], cursors[-_PAGES:])),
        _joins(f"join into {members:,}", f"join into {least:,}", world, seats),
    ]


def _pages(world: World, group: str, cursors: list[str]) -> Load:
    return Load(world, [page_line(world, group, f"?page%5Bafter%5D={cursor}") for cursor in cursors], once=False)


def _database_cases(small: _Built, large: _Built, sizes: Sizes) -> list[Case]:
    """Lists, users and joins all over the small and the large database."""
    cases = []
    names = [f"in a database of {size:,}" for size in sizes.databases]
    # The limit for the small database, where each user joins groups of others.
    joins = min(sizes.joins // 2, len(small.world.users) * (len(small.groups) - 1))
    for built, name in zip((small, large), names, strict=True):
        world, groups, chance = built.world, built.groups, random.Random(1)
        # Without the newcomers, in a reproducible random order.
        users = world.users[: len(groups) * _GROUP]
        lists = [page_line(world, chance.choice(groups)) for _ in range(10_000)]
        gets = [f"GET\t/v2/apps/{world.app_id}/users/{chance.choice(users)}\t" for _ in range(10_000)]
        order = chance.sample(range(len(users)), min(len(users), joins))
        seats = [
            (groups[(user // _GROUP + 1 + number // len(order)) % len(groups)], users[user])
            for number, user in ((number, order[number % len(order)]) for number in range(joins))
        ]
        cases += [
            Case(f"list of 25 {name}", f"list of 25 {names[0]}", Load(world, lists, once=False)),
            Case(f"get user {name}", f"get user {names[0]}", Load(world, gets, once=False)),
            _joins(f"join {name}", f"join {names[0]}", world, seats),
        ]
    return cases


def _joins(name: str, against: str, world: World, seats: list[tuple[str, str]]) -> Case:
    return Case(
        name,
        against,
        Load(world, [join_line(world, *seat) for seat in seats]),
        Load(world, [leave_line(world, *seat) for seat in seats]),
    )


def _posts(name: str, world: World, group: str, authors: list[str], count: int) -> Case:
    lines = [message_line(world, group, authors[number % len(authors)]) for number in range(count)]
    return Case(name, f"post to {_PAIR}", Load(world, lines), Load(world, [clear_line(world, group)]))


def _measure(case: Case, server: Process, database: Process | None, connections: int, seconds: float) -> Measured:
    if case.undo is None:
        return load.measure(server, case.load, connections, seconds, database)
    measured = load.measure(server, case.load, connections, database=database)
    undone = load.run(server.port, case.undo, connections, len(case.undo.lines))
    if undone.statuses != {"200": len(case.undo.lines)}:
        raise RuntimeError(f"{case.name}: the changes could not be undone: {undone.statuses}")
    return measured


def _grown(case: Case, found: list[Pair]) -> Grown:
    ours, bases = [one for one, _ in found], [base for _, base in found]
    times = [base.rate / one.rate for one, base in found]
    return Grown(
        case.name,
        case.against,
        statistics.median(times),
        times,
        statistics.median(one.rate for one in ours),
        statistics.median(one.result.p50 for one in ours),
        statistics.median(one.result.p99 for one in ours),
        sum(one.errors + base.errors for one, base in found),
        statistics.median(one.written_each for one in ours) / 1024,
        statistics.median(one.written_each for one in bases) / 1024,
    )
