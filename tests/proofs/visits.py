"""Users who join groups of limited size, post, and leave, on servers of which some are killed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.harness import author_of, error_of
from tests.proofs.crowd import Crowd

FULL = (400, "bad_request", "Too many participants")
CALLERS = 2
"""The number of callers of each server."""


@dataclass
class Visits:
    """Callers of several servers. Each stops after its rounds, or when its server is killed."""

    groups: list[str]
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    """The type of an expected event, and the id of its user or message."""
    answers: int = 0
    full: int = 0
    """The number of joins that the limit refused."""

    async def run(self, crowds: list[Crowd], rounds: int, disturb: Callable[[], Awaitable[None]]) -> None:
        """Make the visits; `disturb` runs after a third of them."""
        self._disturb_at = self.answers + rounds * CALLERS * len(crowds)
        self._disturb: Callable[[], Awaitable[None]] | None = disturb
        async with asyncio.TaskGroup() as tasks:
            for number, crowd in enumerate(crowds * CALLERS):
                tasks.create_task(self._call(crowd, random.Random(number), rounds))

    async def _call(self, crowd: Crowd, dice: random.Random, rounds: int) -> None:
        try:
            for _ in range(rounds):
                await self._visit(crowd, dice.choice(self.groups), stay=dice.random() < 0.3)
                if self._disturb is not None and self.answers >= self._disturb_at:
                    disturb, self._disturb = self._disturb, None
                    await disturb()
        except httpx.TransportError:
            assert self._disturb is None, "no server was killed yet"

    async def _visit(self, crowd: Crowd, group: str, *, stay: bool) -> None:
        user = await crowd.new_user()
        joined = await crowd.join(group, user)
        self.answers += 2
        if joined.status_code != 201:
            assert error_of(joined) == FULL, joined.text
            self.full += 1
            return
        self._note("conversation:join", user)
        said = {"author": author_of(userId=user), "content": {"type": "text", "text": "Hello"}}
        answer = await crowd.ok("POST", f"/conversations/{group}/messages", said)
        self._note("conversation:message", answer["messages"][0]["id"])
        if not stay:
            await crowd.ok("POST", f"/conversations/{group}/leave", {"userId": user})
            self._note("conversation:leave", user)

    def _note(self, type: str, about: str) -> None:
        self.answers += type != "conversation:join"
        self.acknowledged.add((type, about))
