"""Concurrent callers that join and leave until the server has stopped, and a record of the acknowledged changes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.harness import Caller, error_of
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger

CALLERS = 24
UNAVAILABLE = (503, "service_unavailable", "Service unavailable")
Seat = tuple[str, str]
"""A group and a user."""


@dataclass
class Book:
    """The acknowledged changes, and the requests without a response."""

    groups: list[str]
    users: set[str] = field(default_factory=set)
    joined: dict[Seat, str] = field(default_factory=dict)
    left: dict[Seat, str] = field(default_factory=dict)
    unanswered_joins: set[Seat] = field(default_factory=set)
    unanswered_leaves: dict[Seat, str] = field(default_factory=dict)

    @property
    def acknowledged(self) -> int:
        """The number of acknowledged changes."""
        return len(self.users) + len(self.joined) + len(self.left)

    def assert_kept(self, ledger: Ledger) -> None:
        """Check that all acknowledged changes are stored, and no change that was not requested."""
        assert self.users <= {row[0] for row in ledger.users}
        there = {
            (group, user): participant
            for group, members in ledger.membership.items()
            for participant, user in members.items()
        }
        assert self.joined.items() <= {**there, **self.unanswered_leaves}.items()
        assert not self.left.keys() & there.keys()
        assert there.keys() <= self.joined.keys() | self.unanswered_joins | self.unanswered_leaves.keys()
        recorded = {(event.type, event.conversation_id, event.members) for event in ledger.events}
        for (group, user), participant in [*self.joined.items(), *self.left.items()]:
            assert ("conversation:join", group, ((participant, user),)) in recorded
        for (group, user), participant in self.left.items():
            assert ("conversation:leave", group, ((participant, user),)) in recorded


class Load:
    """Callers that create users, join them to groups, and remove some of them.

    After `enough` acknowledged changes, `end` is called in a thread. From then on, a caller stops when its server does
    not respond; the other callers continue until the number of acknowledged changes has doubled.
    """

    def __init__(self, book: Book, enough: int, end: Callable[[], None], callers: int = CALLERS) -> None:
        self.book = book
        self.refused = 0
        """The number of 503 responses."""
        self.cut_off = 0
        """The number of callers that stopped because their server did not respond."""
        self._callers = callers
        self._enough = enough
        self._most = 2 * enough - book.acknowledged
        self._end = end
        self._ending: asyncio.Task[None] | None = None

    async def run(self, *crowds: Crowd) -> None:
        """Call until no server responds, or enough changes were acknowledged after the end."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._callers):
                tasks.create_task(self._call(crowds[number % len(crowds)], number))
        assert self._ending is not None
        await self._ending

    async def _call(self, crowd: Crowd, number: int) -> None:
        groups = itertools.cycle(self.book.groups[number % len(self.book.groups) :])
        try:
            for count, group in enumerate(groups):
                try:
                    await self._come_and_go(crowd, group, leave=count % 4 == 3)
                except Unavailable:
                    self.refused += 1
                    await asyncio.sleep(0.05)
                if self._over():
                    return
        except httpx.TransportError:
            assert self._ending is not None
            self.cut_off += 1

    async def _come_and_go(self, crowd: Crowd, group: str, *, leave: bool) -> None:
        user: str = answered(await crowd("POST", "/users", {}), 201)["user"]["id"]
        self.book.users.add(user)
        await self._join(crowd, group, user)
        if leave:
            await self._leave(crowd, group, user)

    def _over(self) -> bool:
        if self.book.acknowledged >= self._enough and self._ending is None:
            self._ending = asyncio.create_task(asyncio.to_thread(self._end))
        if self._ending is None or not self._ending.done():
            return False
        return self.book.acknowledged >= self._most or self._ending.exception() is not None

    async def _join(self, crowd: Crowd, group: str, user: str) -> None:
        self.book.unanswered_joins.add((group, user))
        joined = answered(await crowd.join(group, user), 201)["participant"]
        self.book.unanswered_joins.remove((group, user))
        self.book.joined[group, user] = joined["id"]

    async def _leave(self, crowd: Crowd, group: str, user: str) -> None:
        participant = self.book.unanswered_leaves[group, user] = self.book.joined.pop((group, user))
        answered(await crowd("POST", f"/conversations/{group}/leave", {"participantId": participant}), 200)
        del self.book.unanswered_leaves[group, user]
        self.book.left[group, user] = participant


class Unavailable(Exception):
    """The database of the server is unavailable. Whether the change was made is unknown."""


def answered(answer: httpx.Response, status: int) -> Any:
    """The JSON of a response with this status. Raises Unavailable for a 503."""
    if answer.status_code == 503:
        assert error_of(answer) == UNAVAILABLE
        assert int(answer.headers["retry-after"]) >= 1
        raise Unavailable
    assert answer.status_code == status, answer.text
    return answer.json()


def shown(api: Caller, groups: list[str]) -> dict[Seat, str]:
    """The participants of the groups according to the API."""
    return {(group, one["userId"]): one["id"] for group in groups for one in api.participants(group)}
