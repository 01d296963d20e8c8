"""Measures imports against single requests that create the same records.

    .venv/bin/python -m bench.run --only import

Imports of 500 records over 4 connections, as `heliograph import` sends them, and single requests over 64 connections
take turns on one server.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from msgspec.structs import replace

from bench import load, processes
from bench.compared import Compared, Cost, compare, taken, turns
from bench.engines import Engine
from bench.plan import Plan
from bench.processes import Process
from bench.scenarios import GROUPS, Load, create_line, join_line
from bench.worlds import World, add_groups, add_users, empty, opened
from heliograph import ids
from heliograph.wire.imports import RECORDS_AT_ONCE

_CONNECTIONS, _IMPORT_CONNECTIONS = 64, 4
USERS, PARTICIPANTS = "a user in an import", "a participant in an import"
_CREATE, _JOIN = "create user", "join, spread over 100 groups"


async def build(url: str, users: int, rounds: int) -> World:
    """Create users, and groups for every round."""
    async with opened(url) as store:
        world = await empty(store)
        await add_users(store, world, users)
        await add_groups(store, world, 2 * rounds * GROUPS)
        return world


class _Site:
    """A server with the world."""

    def __init__(self, server: Process, database: Process | None, world: World) -> None:
        self._server, self._database, self._world = server, database, world
        self._groups = iter(world.groups)

    def import_users(self) -> Cost:
        return self._import([{"kind": "user", "user": {"id": ids.new()}} for _ in self._world.users])

    def create_users(self) -> Cost:
        return self._single([create_line(self._world, ids.new()) for _ in self._world.users])

    def import_participants(self) -> Cost:
        return self._import(
            [
                {"kind": "participant", "conversationId": group, "participant": {"id": ids.new(), "userId": user}}
                for group, user in self._seats()
            ]
        )

    def join(self) -> Cost:
        return self._single([join_line(self._world, group, user) for group, user in self._seats()])

    def _seats(self) -> list[tuple[str, str]]:
        groups = [next(self._groups) for _ in range(GROUPS)]
        return [(groups[number % GROUPS], user) for number, user in enumerate(self._world.users)]

    def _single(self, lines: list[str]) -> Cost:
        return taken(load.measure(self._server, Load(self._world, lines), _CONNECTIONS, database=self._database))

    def _import(self, records: list[dict[str, Any]]) -> Cost:
        parts = [records[start : start + RECORDS_AT_ONCE] for start in range(0, len(records), RECORDS_AT_ONCE)]
        path = f"/heliograph/v1/apps/{self._world.app_id}/import"
        lines = [f"POST\t{path}\t{json.dumps({'records': part}, separators=(',', ':'))}" for part in parts]
        what = Load(self._world, lines)
        each = taken(load.measure(self._server, what, _IMPORT_CONNECTIONS, database=self._database))
        share = len(parts) / len(records)
        return replace(each, time=each.time * share, cpu=each.cpu * share)


def run(engine: Engine, plan: Plan) -> list[Compared]:
    """Measure in turns."""
    url = engine.create("import")
    world = asyncio.run(build(url, plan.bulk_users, plan.compared_rounds))
    engine.settle(url)
    with processes.heliograph(url, *plan.options) as server:
        site = _Site(server, engine.process, world)
        kinds = {
            USERS: site.import_users,
            _CREATE: site.create_users,
            PARTICIPANTS: site.import_participants,
            _JOIN: site.join,
        }
        return compare(turns(plan.compared_rounds, kinds), {USERS: _CREATE, PARTICIPANTS: _JOIN})
