"""Many callers who change things until the server is gone, and the book of what was acknowledged to them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.harness import Caller
from tests.proofs.crowd import Crowd
from tests.proofs.ledger import Ledger

CALLERS = 24
Seat = tuple[str, str]
"""A group and a user."""


@dataclass
class Book:
    """What was acknowledged, and what was asked for and never answered."""

    groups: list[str]
    users: set[str] = field(default_factory=set)
    joined: dict[Seat, str] = field(default_factory=dict)
    left: dict[Seat, str] = field(default_factory=dict)
    unanswered_joins: set[Seat] = field(default_factory=set)
    unanswered_leaves: dict[Seat, str] = field(default_factory=dict)

    @property
    def acknowledged(self) -> int:
        """How many changes were acknowledged."""
        return len(self.users) + len(self.joined) + len(self.left)

    def assert_kept(self, ledger: Ledger) -> None:
        """All that was acknowledged is there, and nothing that nobody asked for."""
        assert self.users <= {row[0] for row in ledger.users}
        there = {
            (group, user): participant
            for group, members in ledger.membership.items()
            for participant, user in members.items()
        }
        assert self.joined.items() <= {**there, **self.unanswered_leaves}.items()
        assert not self.left.keys() & there.keys()
        assert there.keys() <= self.joined.keys() | self.unanswered_joins | self.unanswered_leaves.keys()
        told = {(event.type, event.conversation_id, event.members) for event in ledger.events}
        for (group, user), participant in [*self.joined.items(), *self.left.items()]:
            assert ("conversation:join", group, f'[["{participant}","{user}"]]') in told
        for (group, user), participant in self.left.items():
            assert ("conversation:leave", group, f'[["{participant}","{user}"]]') in told


class Load:
    """Callers who create users, join them into groups, and take some of them out again."""

    def __init__(self, book: Book, enough: int, end: Callable[[], None]) -> None:
        self.book = book
        self._enough = enough
        self._end = end
        self._ended = False

    async def run(self, crowd: Crowd) -> None:
        """Go on until the server, which is ended once enough was acknowledged, does not answer any more."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(CALLERS):
                tasks.create_task(self._call_until_gone(crowd, number))
        assert self._ended

    async def _call_until_gone(self, crowd: Crowd, number: int) -> None:
        groups = itertools.cycle(self.book.groups[number % len(self.book.groups) :])
        try:
            for count, group in enumerate(groups):
                user = await crowd.new_user()
                self.book.users.add(user)
                await self._join(crowd, group, user)
                if count % 4 == 3:
                    await self._leave(crowd, group, user)
                self._count()
        except httpx.TransportError:
            assert self._ended

    def _count(self) -> None:
        if self.book.acknowledged >= self._enough and not self._ended:
            self._ended = True
            self._end()

    async def _join(self, crowd: Crowd, group: str, user: str) -> None:
        self.book.unanswered_joins.add((group, user))
        answer = await crowd.join(group, user)
        assert answer.status_code == 201, answer.text
        self.book.unanswered_joins.remove((group, user))
        self.book.joined[group, user] = answer.json()["participant"]["id"]

    async def _leave(self, crowd: Crowd, group: str, user: str) -> None:
        participant = self.book.unanswered_leaves[group, user] = self.book.joined.pop((group, user))
        await crowd.ok("POST", f"/conversations/{group}/leave", {"participantId": participant})
        del self.book.unanswered_leaves[group, user]
        self.book.left[group, user] = participant


def shown(api: Caller, groups: list[str]) -> dict[Seat, str]:
    """Who is in the groups, as the API shows it."""
    return {(group, one["userId"]): one["id"] for group in groups for one in api.participants(group)}
