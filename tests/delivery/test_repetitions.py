"""Repetitions in the event stream are ordered among the events, never missed, and deleted with their events."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from heliograph import ids
from heliograph.background import Failures
from heliograph.domain import app_contents, deliveries
from heliograph.maintenance.retention import prune
from heliograph.storage import copying
from heliograph.storage.rows import repetitions
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store
from tests.databases import SQLITE, new_database
from tests.delivery.receiver import receiving
from tests.delivery.site import Site, delivering, new_site
from tests.storage.conftest import Run, opened

DAY = 24 * 3_600_000


async def page(site: Site, position: str, limit: int) -> tuple[list[tuple[str, str]], str]:
    """The next entries after a position, with the ids of their events, and the position from which to continue."""
    horizon = await site.store.horizon()
    found, position = await site.store.snapshot(repetitions.after, site.tenant.app_id, position, horizon, limit)
    return [(at, event.id) for at, event in found], position


async def everything(site: Site, position: str, limit: int) -> list[tuple[str, str]]:
    """All entries after a position, read in pages, with the ids of their events."""
    await site.store.horizon(fresh=True)
    found: list[tuple[str, str]] = []
    while True:
        more, following = await page(site, position, limit)
        found += more
        if following == position:
            return found
        position = following


async def stored(site: Site) -> list[tuple[str, str]]:
    """The events and the repetitions of the app in their order, each with the id of its event."""
    app_id = site.tenant.app_id
    events = [(id, id) for (id,) in await site.rows("SELECT id FROM event WHERE app_id = $1", app_id)]
    again = await site.rows("SELECT id, event_id FROM repetition WHERE app_id = $1", app_id)
    return sorted([*events, *[(id, event_id) for id, event_id in again]])


async def repeat(site: Site, user: str) -> None:
    """Repeat the newest event of a user."""
    ((newest,),) = await site.rows("SELECT max(id) FROM event WHERE user_id = $1", user)
    await site.store.write(repetitions.add, site.tenant.app_id, newest, user)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_of_any_size_have_events_and_repetitions_in_one_order(run: Run, limit: int) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        begin = await store.horizon(fresh=True)
        mine, theirs = await site.user(), await other.user()
        for number in range(4):
            await site.touch(mine, number)
            await other.touch(theirs, number)
            for _ in range(number):
                await repeat(site, mine)
                await repeat(other, theirs)
        found = await everything(site, begin, limit)
        assert found == await stored(site)
        assert len(found) == 4 + 6
        for count, (position, _) in enumerate(found, 1):
            assert await everything(site, position, limit) == found[count:]

    run(work)


def test_readers_miss_no_repetition_while_several_processes_write(url: str) -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            store = await stack.enter_async_context(opened(url))
            others = [await stack.enter_async_context(opened(url)) for _ in range(2 if store.shared else 0)]
            site = await new_site(store)
            sites = [site, *[Site(other, site.tenant) for other in others]]
            begin = await store.horizon(fresh=True)
            done = asyncio.Event()

            async def follow(site: Site) -> list[tuple[str, str]]:
                position, found = begin, []
                while True:
                    last = done.is_set()
                    more, position = await page(site, position, 3)
                    found += more
                    if last and not more:
                        return found
                    await asyncio.sleep(0)

            async def write(number: int, user: str) -> None:
                for turn in range(10):
                    await sites[number % len(sites)].touch(user, turn)
                    await repeat(sites[(number + 1) % len(sites)], user)

            readers = [asyncio.create_task(follow(one)) for one in sites]
            users = [await site.user() for _ in range(6)]
            await asyncio.gather(*[write(number, user) for number, user in enumerate(users)])
            for one in sites:
                await one.store.horizon(fresh=True)
            done.set()
            for found in await asyncio.gather(*readers):
                assert found == await stored(site)
                assert len(found) == 120

    asyncio.run(work())


@pytest.mark.one_engine(SQLITE)
def test_a_repetition_is_after_events_whose_ids_are_ahead_of_the_clock(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the server was set back, and a command in another process repeats an event."""
    monkeypatch.setattr(ids, "own_sequence", ids.Sequence())

    async def work(store: Store) -> None:
        site = await new_site(store)
        ids.follow(ids.earliest(ids.milliseconds(ids.new()) + DAY))
        user = await site.user()
        await site.touch(user)
        newest = await store.horizon()
        monkeypatch.setattr(ids, "own_sequence", ids.Sequence())
        await repeat(site, user)
        assert await everything(site, newest, 3) == (await stored(site))[-1:]
        assert (await stored(site))[-1][1] == newest

    run(work)


def test_each_delivery_that_is_sent_again_is_one_repetition(run: Run) -> None:
    """deliveries.10: also for concurrent retries."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        async with receiving() as receiver, delivering(store):
            await site.hook(receiver.url)
            await site.hook(receiver.url)
            for _ in range(3):
                await site.group()
            assert await site.settled() == ["delivered"] * 6
            found = [id for (id,) in await site.rows("SELECT id FROM delivery")]
            await asyncio.gather(*[deliveries.retry(store, site.tenant, id) for id in found])
            await site.settled()
        again = [event for _, event in await everything(site, site.tenant.app_id, 4)][3:]
        assert sorted(again) == sorted(event for (event,) in await site.rows("SELECT event_id FROM delivery"))

    run(work)


def test_repetitions_are_pruned_with_their_events(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        user = await site.user()
        await site.touch(user)
        await repeat(site, user)
        mark = RetentionMark(0, ids.new())
        await repeat(site, user)
        assert await prune(store, mark, DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM repetition")) == 1
        # The event was deleted, so its repetition is not shown.
        assert await everything(site, site.tenant.app_id, 3) == []

    run(work)


def test_the_contents_of_an_app_include_its_repetitions(run: Run) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        for one in (site, other):
            user = await one.user()
            await one.touch(user)
            await repeat(one, user)
        await app_contents.remove(store.write, site.tenant.app_id, store.shards)
        assert [app_id for (app_id,) in await site.rows("SELECT app_id FROM repetition")] == [other.tenant.app_id]

    run(work)


def test_a_copy_has_the_repetitions(run: Run, engine: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = new_database(engine, tmp_path_factory.mktemp("copy"))

    async def work(store: Store) -> None:
        site = await new_site(store)
        user = await site.user()
        await site.touch(user)
        await repeat(site, user)
        await site.touch(user)
        async with opened(empty) as target:
            await copying.copy(store, target, lambda done, total: None)
            copied = Site(target, site.tenant)
            assert await everything(copied, site.tenant.app_id, 3) == await stored(site)
            assert len(await stored(copied)) == 3

    run(work)
