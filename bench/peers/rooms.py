"""The rooms of a peer, and the loads that correspond to the scenarios of this server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from bench import load
from bench.processes import Process
from bench.scenarios import JOIN_ONE, JOIN_SPREAD, LEAVE, LIST_100, Load
from bench.worlds import World

MEMBERS = 100
"""Members of each listed room: as many as this server shows on the page."""
_CONNECTIONS = 16
_MAX_SECONDS = 600


@dataclass(frozen=True)
class Turn:
    """Users, the rooms over which their joins are spread, and one more room. No user is in any of these rooms yet."""

    users: list[str]
    spread: list[str]
    one: str


@dataclass(frozen=True)
class Rooms:
    """Rooms to list, and rooms to join in each turn."""

    world: World
    members: list[str]
    """The members of the listed rooms."""
    listed: list[str]
    turns: list[Turn]
    line: Callable[[str, str, str], str]
    """Makes the request of a row for a room and a user, as a line of the generator."""

    def load(self, scenario: str, turn: int, joined: int) -> Load:
        """The load of a scenario in a turn; `joined` is the number of spread joins that were sent in this turn."""
        users, spread = self.turns[turn].users, self.turns[turn].spread
        seats = {
            JOIN_SPREAD: [(spread[number % len(spread)], user) for number, user in enumerate(users)],
            LEAVE: [(spread[number % len(spread)], user) for number, user in enumerate(users[:joined])],
            JOIN_ONE: [(self.turns[turn].one, user) for user in users],
            LIST_100: [(room, self.members[0]) for room in self.listed],
        }[scenario]
        return Load(self.world, [self.line(scenario, *seat) for seat in seats], once=scenario != LIST_100)

    def fill(self, process: Process, count: Callable[[Any], int]) -> None:
        """Add the members to the listed rooms, and check each list; `count` counts the members in its response."""
        seats = [(room, user) for user in self.members for room in self.listed]
        send(process, self.world, [self.line(JOIN_SPREAD, *seat) for seat in seats])
        for room in self.listed:
            shown = count(call(process, self.world, self.line(LIST_100, room, self.members[0])))
            if shown != len(self.members):
                raise RuntimeError(f"a list shows {shown} members instead of {len(self.members)}")


def send(process: Process, world: World, lines: list[str]) -> None:
    """Send each line once, with the load generator.

    Raises:
        RuntimeError: not all responses have status 200.
    """
    result = load.run(process.port, Load(world, lines), _CONNECTIONS, _MAX_SECONDS)
    if result.statuses != {"200": len(lines)}:
        raise RuntimeError(f"the rooms could not be prepared: {result.statuses}, {result.errors}")


def call(process: Process, world: World, line: str) -> Any:
    """Send one line; returns the JSON of the response."""
    method, path, body = line.split("\t")
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": world.authorization} if world.authorization else {}
    )
    url = f"http://127.0.0.1:{process.port}{path}"
    with urlopen(Request(url, body.encode() or None, headers, method=method)) as response:
        return json.load(response)
