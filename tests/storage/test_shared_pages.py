"""Pages of participants that are read at the same time share statements (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
import pytest

from heliograph import ids
from heliograph.domain import participants as verbs
from heliograph.errors import ConversationNotFound
from heliograph.storage.rows import participants
from heliograph.storage.store import Store
from heliograph.wire.messages import MessagePost
from heliograph.wire.paging import Page
from tests.databases import POSTGRESQL
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run
from tests.storage.test_routing import TEXT, complaint, divide

MEMBERS = 7
JOINS = 40

pytestmark = pytest.mark.one_engine(POSTGRESQL)


async def filled(site: Site, groups: int) -> list[str]:
    """Create groups with the same members, one with an external id and one who has read a message; returns the ids."""
    users = [await site.user("first"), *[await site.user() for _ in range(MEMBERS - 1)]]
    made = [await site.group() for _ in range(groups)]
    for group in made:
        await asyncio.gather(*(site.join(group, user) for user in users))
        message = {**TEXT, "author": {"type": "user", "userId": users[1]}}
        await site.post(group, msgspec.convert(message, MessagePost))
    return made


def pages_around(cursor: str) -> list[Page]:
    """Pages of both directions, with and without a cursor, of several sizes."""
    return [
        Page(size=size, **position)
        for size in (1, 3, 100)
        for position in ({}, {"after": cursor}, {"before": cursor}, {"after": ids.LAST}, {"before": ids.FIRST})
    ]


def test_each_read_gets_the_page_that_a_separate_statement_returns(run: Run, statements: list[str]) -> None:
    async def go(store: Store) -> None:
        site = await new_site(store)
        app_id = site.tenant.app_id
        wanted: list[tuple[str, str, Page]] = []
        for group in [*await filled(site, 3), await site.group(), ids.new()]:
            members = (await store.snapshot(participants.page, app_id, group, Page())).participants.records
            cursor = members[3].id if members else ids.new()
            wanted += [(app_id, group, page) for page in pages_around(cursor)]
        wanted += [(ids.new(), *wanted[0][1:]), wanted[0], wanted[0]]
        statements.clear()
        found = await asyncio.gather(*(store.read(participants.page, *one) for one in wanted))
        # Of each kind of cursor, the first page is read alone, and the others by statements for up to 16.
        assert len(statements) <= len(wanted) // 16 + 2 * 3
        assert found == [await store.snapshot(participants.page, *one) for one in wanted]
        assert {len(one.participants.records) for one in found} == {0, 1, 3, MEMBERS}

    run(go)


def test_a_page_contains_everything_committed_before_its_request(run: Run) -> None:
    """Its version is from the same snapshot: pages with the same version are equal."""

    async def go(store: Store) -> int:
        site = await new_site(store)
        groups = [await site.group(), await site.group()]
        users = [await site.user() for _ in range(JOINS)]
        committed, lists = [0, 0], 0
        seen: dict[str | None, Any] = {}

        async def join() -> None:
            for number in range(2 * JOINS):
                await site.join(groups[number % 2], users[number // 2])
                committed[number % 2] += 1

        async def look(which: int) -> None:
            nonlocal lists
            while committed[1] < JOINS:
                least = committed[which]
                listed = await store.read(participants.page, site.tenant.app_id, groups[which], Page(size=100))
                assert len(listed.participants.records) >= least
                assert seen.setdefault(listed.version, listed) == listed or listed.version is None
                lists += 1

        await asyncio.gather(join(), *(look(number % 2) for number in range(20)))
        return lists

    assert run(go) > 20


def test_a_page_that_fails_or_is_cancelled_does_not_affect_the_others(run: Run, statements: list[str]) -> None:
    async def go(store: Store) -> list[Any]:
        site = await new_site(store)
        (group,) = await filled(site, 1)
        statements.clear()
        named = (group, group, "b\0", ids.new(), group, group)
        pages = [Page(size=size) for size in range(1, 7)]
        calls = map(verbs.page, [store] * 6, [site.tenant] * 6, named, pages)
        tasks = [asyncio.create_task(call) for call in calls]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[4].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = run(go)
    assert [type(found[number]) for number in (0, 4)] == [asyncio.CancelledError] * 2
    assert isinstance(found[2], asyncpg.CharacterNotInRepertoireError)
    assert isinstance(found[3], ConversationNotFound)
    assert [found[number].meta.has_more for number in (1, 5)] == [True, True]
    assert any("LATERAL" in sql for sql in statements)


def test_pages_in_different_shards_do_not_share(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, Sequence[Any]]] = []
    for target, name, value in divide(lambda sql, values: sent.append((sql, values))):
        monkeypatch.setattr(target, name, value)

    async def go(store: Store) -> None:
        site = await new_site(store)
        groups = await filled(site, 5)
        sent.clear()
        found = await asyncio.gather(
            *(store.read(participants.page, site.tenant.app_id, group, Page()) for group in groups)
        )
        assert [len(one.participants.records) for one in found] == [MEMBERS] * 5
        assert [complaint(*one) for one in sent if "FROM participant" in one[0]] == [None] * 5

    run(go)
