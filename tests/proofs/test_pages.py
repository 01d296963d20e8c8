"""Paging during changes: participants who stay are listed exactly once and in order, for any size and direction.

One caller lets users join and leave, one call at a time, while others page through the list. So the list has a
sequence of versions, and each page must match a version that was current during its request.
With HELIOGRAPH_TEST_ROUNDS the list is four times as long, and pages have every size.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import new_database
from tests.proofs.inside import Inside
from tests.proofs.paging import FIRST, LAST, Asked, expected_page, parsed_links

LONG = "HELIOGRAPH_TEST_ROUNDS" in os.environ
STAYING = 600 if LONG else 150
# Users who leave during the walks and do not join again. They are spread among the users who stay.
GOING = 90 if LONG else 30
# Users at the end of the list, who join and leave repeatedly.
RESTLESS = 12
# Most requests are for the smallest pages.
SIZES = range(1, 101) if LONG else (1, 2, 3, 7, 10, 24, 25, 26, 50, 77, 99, 100)
WALKERS = 8
PAGES_PER_CHANGE = 10 if LONG else 3
GROUP_LIMIT = 2000


@dataclass(frozen=True)
class Page:
    """A response, and the range of versions that were current during its request."""

    asked: Asked
    answer: Any
    first_version: int
    last_version: int


def towards(side: str, cursor: str | None, url: str, size: int | None) -> Asked:
    """A request for the page after or before a cursor."""
    return Asked(url, before=cursor, size=size) if side == "before" else Asked(url, after=cursor, size=size)


class Crowded:
    """A group, and all versions of the list of its participants."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.dice = random.Random(2026)
        self.participants: dict[str, Any] = {}
        self.staying: list[str] = []
        self.going: list[str] = []
        self.restless: dict[str, str | None] = {}  # the participant id of each user, or None
        self.versions: list[list[str]] = []
        self.changes_begun = 0
        self.pages_asked = 0
        self.cursors: dict[Any, str] = {}  # the position of each walk
        # Walks wait for changes, so that the number of changes per page is the same on any machine.
        self.due: asyncio.Queue[bool] = asyncio.Queue(maxsize=2)

    async def fill(self) -> None:
        """Create the group. The users who will leave are spread among those who will stay."""
        self.path = f"/conversations/{(await self._made('conversations', type='sdkGroup'))['id']}"
        users = await asyncio.gather(*[self._made("users") for _ in range(STAYING + GOING + RESTLESS)])
        user_ids = [user["id"] for user in users]
        self.restless = dict.fromkeys(user_ids[-RESTLESS:])
        joined = await asyncio.gather(*[self._join(user) for user in user_ids[:-RESTLESS]])
        ids = sorted(one["id"] for one in joined)
        # The first and the last user stay, so that every walk begins and ends with them.
        self.going = self.dice.sample(ids[1:-1], GOING)
        self.staying = sorted(set(ids) - set(self.going))
        self.versions.append(ids)

    async def _made(self, kind: str, **body: Any) -> Any:
        return (await self.inside.ok("POST", f"/{kind}", body))[kind.removesuffix("s")]

    async def _join(self, user_id: str) -> Any:
        body = {"userId": user_id, "subscribeSDKClient": False}
        participant = (await self.inside.ok("POST", f"{self.path}/join", body))["participant"]
        self.participants[participant["id"]] = participant
        return participant

    async def leave(self, participant_id: str) -> None:
        await self.inside.ok("POST", f"{self.path}/leave", {"participantId": participant_id})

    async def churn(self) -> None:
        """Change the list, one call after the other, in step with the requested pages."""
        while await self.due.get():
            now = self.versions[-1]
            self.changes_begun += 1
            if self.changes_begun % 10 == 0 and self.going:
                # A leave is most interesting while a cursor points to the participant.
                gone = next((one for one in self.going if one in self.cursors.values()), self.going[-1])
                self.going.remove(gone)
                await self.leave(gone)
                self.versions.append([one for one in now if one != gone])
            else:
                self.versions.append(await self._come_or_go(now))

    async def _come_or_go(self, now: list[str]) -> list[str]:
        user, participant = self.dice.choice(list(self.restless.items()))
        if participant is None:
            self.restless[user] = (await self._join(user))["id"]
            return [*now, str(self.restless[user])]
        await self.leave(participant)
        self.restless[user] = None
        return [one for one in now if one != participant]

    async def walk(self, size: int | None, *, backwards: bool) -> list[Page]:
        """Follow the links from one end of the list to the other; returns all pages."""
        url = f"{self.inside.base}{self.path}/participants"
        link: str | None = None
        name, side = ("prev", "before") if backwards else ("next", "after")
        asked = towards(side, LAST if backwards else FIRST, url, size)
        pages: list[Page] = []
        while True:
            pages.append(await self._page(link, asked))
            answer = pages[-1].answer
            if (link := answer.get("links", {}).get(name)) is None:
                return pages
            cursor = answer["meta"][f"{side}Cursor"]
            self.cursors[size, backwards] = cursor
            asked = towards(side, cursor, url, size)

    async def _page(self, link: str | None, asked: Asked) -> Page:
        self.pages_asked += 1
        if self.pages_asked % PAGES_PER_CHANGE == 0:
            await self.due.put(True)
        # SQLite reads a page in one step of the event loop, so this lets the other tasks run.
        await asyncio.sleep(0)
        first = len(self.versions) - 1
        answer = await (self.inside.follow(link) if link else self.ask(asked))
        return Page(asked, answer.json(), first, self.changes_begun)

    async def ask(self, asked: Asked) -> httpx.Response:
        """Request a page by its parameters."""
        return await self.inside.call("GET", f"{self.path}/participants", params=asked.params)

    async def walk_each(self, wanted: deque[tuple[int | None, bool]]) -> list[list[Page]]:
        """Run the remaining walks, one after the other."""
        walks = []
        while wanted:
            size, backwards = wanted.popleft()
            walks.append(await self.walk(size, backwards=backwards))
        return walks

    def assert_is_a_page(self, page: Page) -> None:
        """Check that the page matches a version that was current during its request."""
        shown = page.answer["participants"]
        got = ([one["id"] for one in shown], page.answer["meta"], parsed_links(page.answer))
        versions = self.versions[page.first_version : page.last_version + 1]
        assert any(got == expected_page(version, page.asked) for version in versions), page.asked
        assert shown == [self.participants[one["id"]] for one in shown]

    def assert_shows_all_who_stay(self, walk: list[Page], *, backwards: bool) -> None:
        """Check that the walk lists the users who stay once and in order, and no participant twice."""
        pages = [[one["id"] for one in page.answer["participants"]] for page in walk]
        ids = [one for page in (reversed(pages) if backwards else pages) for one in page]
        assert all(left < right for left, right in itertools.pairwise(ids))
        staying = set(self.staying)
        assert [one for one in ids if one in staying] == self.staying


@pytest.fixture
def inside(engine: str, tmp_path: Path) -> Iterator[Inside]:
    """A server in this process with a high participant limit."""
    with Inside(new_database(engine, tmp_path), participant_limit=GROUP_LIMIT) as inside:
        yield inside


def test_every_walk_lists_staying_participants_once_and_in_order(inside: Inside) -> None:
    wanted: list[tuple[int | None, bool]] = [
        (size, backwards) for size in (None, *SIZES) for backwards in (False, True)
    ]
    random.Random(2026).shuffle(wanted)

    async def everything() -> tuple[Crowded, list[list[Page]]]:
        crowded = Crowded(inside)
        await crowded.fill()
        queue = deque(wanted)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(crowded.churn())
            walkers = [tasks.create_task(crowded.walk_each(queue)) for _ in range(WALKERS)]
            walks = [walk for walker in walkers for walk in await walker]
            await crowded.due.put(False)
        return crowded, walks

    crowded, walks = inside.run(everything())
    assert sorted((walk[0].asked.size or 0, walk[0].asked.before is not None) for walk in walks) == sorted(
        (size or 0, backwards) for size, backwards in wanted
    )
    for walk in walks:
        for page in walk:
            crowded.assert_is_a_page(page)
        crowded.assert_shows_all_who_stay(walk, backwards=walk[0].asked.before is not None)
    # The test is meaningless unless the list changed in both places.
    assert len(crowded.versions) > (500 if LONG else 200)
    assert len(crowded.going) < GOING // 2


def test_the_edges_of_a_list(inside: Inside) -> None:
    async def edges() -> None:
        crowded = Crowded(inside)
        await crowded.fill()
        ids = crowded.versions[0]
        url = f"{inside.base}{crowded.path}/participants"
        cursors = [FIRST, ids[0], ids[1], ids[-2], ids[-1], LAST, crowded.going[0]]
        await crowded.leave(crowded.going[0])
        left = [one for one in ids if one != crowded.going[0]]
        for size in (None, 1, 2, 99, 100):
            for cursor in (None, *cursors):
                for side in ("after", "before") if cursor else ("after",):
                    asked = towards(side, cursor, url, size)
                    answer = (await crowded.ask(asked)).json()
                    got = [one["id"] for one in answer["participants"]], answer["meta"], parsed_links(answer)
                    assert got == expected_page(left, asked)
                    assert answer["participants"] or answer == {"participants": [], "meta": {"hasMore": False}}

    inside.run(edges())
