"""The scenarios: requests as lines for the generator, with method, path and body separated by tabs.

No join and no creation of a user is repeated: each turn has its own empty groups, and its lines are sent once. Only
users who have just joined leave.
"""

from __future__ import annotations

import json
import random
from typing import Any, TypeVar

from msgspec import Struct

from bench.worlds import World, add_groups, add_members, add_users, empty, opened
from heliograph.wire.paging import DEFAULT_SIZE, MAX_SIZE

T = TypeVar("T")

GROUPS = 100
"""Number of groups over which joins are spread."""
MEMBERS = 120
"""Members of each group that is listed: more than a page."""
TEXT = "The lamp is lit, and the boats are in."

JOIN_SPREAD, JOIN_ONE, LEAVE, LIST_100 = "join-spread", "join-one", "leave", "list-100"
NAMES = {
    JOIN_SPREAD: "join, spread over 100 groups",
    LEAVE: "leave",
    JOIN_ONE: "join, into one group",
    "list-25": "list of 25",
    "list-25-new": "list of 25, never the same",
    LIST_100: "list of 100",
    "get-user": "get user",
    "create-user": "create user",
    "post-message": "post a message, in 100 groups",
    "read": "read, in 100 groups",
}
"""The scenarios in the order in which they run, with their descriptions."""
_NEEDS = {LEAVE: JOIN_SPREAD}
_AGAIN = ("list-25", "list-25-new", "list-100", "get-user", "post-message", "read")
"""Scenarios whose lines can be sent repeatedly."""


class Load(Struct):
    """Lines to send to a world, repeatedly or `once`."""

    world: World
    lines: list[str]
    once: bool = True


class Stage(Struct):
    """A world for the scenarios, with groups to list and groups to join in each turn."""

    world: World
    listed: list[str]
    joined: list[str]
    seated: list[tuple[str, str]]
    """The members of the listed groups, as pairs of group and user."""

    def load(self, scenario: str, turn: int, joined: int) -> Load:
        """The load of a scenario in a turn; `joined` is the number of spread joins that were sent in this turn."""
        return Load(self.world, self._lines(scenario, turn, joined), once=scenario not in _AGAIN)

    def _lines(self, scenario: str, turn: int, joined: int) -> list[str]:
        world = self.world
        match scenario:
            case "join-spread":
                return [join_line(world, *seat) for seat in self._spread(turn)]
            case "leave":
                return [leave_line(world, *seat) for seat in self._spread(turn)[:joined]]
            case "join-one":
                return [join_line(world, self._groups_of(turn)[GROUPS], user) for user in world.users]
            case "list-25":
                return [page_line(world, group) for group in self.listed]
            case "list-25-new":
                # More pages than the server caches, each requested once per cycle. The last digits of a cursor, which
                # name the process that made it, are the turn here: no turn finds cached pages of another.
                places = range(MEMBERS - DEFAULT_SIZE)
                return [
                    page_line(world, group, f"?page%5Bafter%5D={world.members[group][place][:-4]}{turn:04x}")
                    for place in places
                    for group in self.listed
                ]
            case "list-100":
                return [page_line(world, group, f"?page%5Bsize%5D={MAX_SIZE}") for group in self.listed]
            case "get-user":
                return [user_line(world, user) for user in _shuffled(world.users)]
            case "create-user":
                return [create_line(world, f"{turn}-{number}") for number in range(len(world.users))]
            case "post-message":
                seats = _shuffled(self.seated)
                # Every second message is from the business.
                return [message_line(world, group, user if n % 2 else None) for n, (group, user) in enumerate(seats)]
            case "read":
                return [read_line(world, *seat) for seat in _shuffled(self.seated)]
        raise ValueError(scenario)

    def _groups_of(self, turn: int) -> list[str]:
        return self.joined[turn * (GROUPS + 1) : (turn + 1) * (GROUPS + 1)]

    def _spread(self, turn: int) -> list[tuple[str, str]]:
        groups = self._groups_of(turn)[:GROUPS]
        return [(groups[number % GROUPS], user) for number, user in enumerate(self.world.users)]


def with_needs(wanted: str | None) -> list[str]:
    """A scenario and the scenarios that must run before it, in order; all scenarios if `wanted` is None."""
    return [name for name in NAMES if wanted in (None, name) or name == _NEEDS.get(wanted or "")]


async def build(url: str, users: int, turns: int) -> Stage:
    """Create the world for a number of turns."""
    async with opened(url) as store:
        world = await empty(store)
        people = await add_users(store, world, users)
        listed = await add_groups(store, world, GROUPS, MEMBERS)
        seated = [
            (group, people[(number * MEMBERS + place) % users])
            for number, group in enumerate(listed)
            for place in range(MEMBERS)
        ]
        await add_members(store, world, seated)
        return Stage(world, listed, await add_groups(store, world, turns * (GROUPS + 1)), seated)


def _shuffled(values: list[T]) -> list[T]:
    # A reproducible random order.
    return random.Random(1).sample(values, len(values))


def join_line(world: World, group: str, user: str) -> str:
    """A user joins a group."""
    return _line("POST", world, f"conversations/{group}/join", {"userId": user, "subscribeSDKClient": False})


def leave_line(world: World, group: str, user: str) -> str:
    """A user leaves a group."""
    return _line("POST", world, f"conversations/{group}/leave", {"userId": user})


def message_line(world: World, group: str, user: str | None, text: str = TEXT) -> str:
    """A user, or the business if `user` is None, posts a message to a group."""
    content = {"type": "text", "text": text}
    author = {"type": "user", "userId": user} if user else {"type": "business"}
    body = {"author": author, "content": content}
    return _line("POST", world, f"conversations/{group}/messages", body)


def clear_line(world: World, group: str) -> str:
    """Delete every message of a group."""
    return _line("DELETE", world, f"conversations/{group}/messages")


def read_line(world: World, group: str, user: str) -> str:
    """A user marks the messages of a group as read."""
    body = {"author": {"type": "user", "userId": user}, "type": "conversation:read"}
    return _line("POST", world, f"conversations/{group}/activity", body)


def page_line(world: World, group: str, query: str = "") -> str:
    """A page of the participants of a group; by default the first 25."""
    return _line("GET", world, f"conversations/{group}/participants{query}")


def user_line(world: World, user: str) -> str:
    """Get a user by id."""
    return _line("GET", world, f"users/{user}")


def create_line(world: World, name: str) -> str:
    """Create a user with this external id."""
    return _line("POST", world, "users", {"externalId": f"bench-{name}", "profile": {"givenName": "Ada"}})


def _line(method: str, world: World, path: str, body: dict[str, Any] | None = None) -> str:
    text = "" if body is None else json.dumps(body, separators=(",", ":"))
    return f"{method}\t/v2/apps/{world.app_id}/{path}\t{text}"
