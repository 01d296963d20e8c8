"""The activity stream misses no events and no requests, in any order of commits and with any page size."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from msgspec import Raw

from heliograph import ids
from heliograph.storage.engine import Tx
from heliograph.storage.rows import activity_stream, recorded_requests
from heliograph.storage.rows.activity_stream import ActivityPage
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.following import slow_change
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run, opened


async def add(tx: Tx, app_id: str, count: int = 1) -> None:
    """Store requests of an app."""
    empty = Raw(b"{}")
    nothing = (None, None, None, None, None)
    made = [StoredRequest("", app_id, "r", 0, 0, "GET", "/", 200, *nothing, empty, empty) for _ in range(count)]
    await recorded_requests.add(tx, made)


async def record(site: Site, count: int = 1) -> None:
    """Store requests of the app."""
    await site.store.write(add, site.tenant.app_id, count)


async def page(site: Site, position: str, limit: int) -> ActivityPage:
    """The next entries after a position."""
    horizon = await site.store.horizon()
    return await site.store.snapshot(activity_stream.after, site.tenant.app_id, position, horizon, limit)


async def everything(site: Site, position: str, limit: int = 3) -> tuple[list[str], str]:
    """The ids of the entries after a position, read in pages, and the position after them."""
    await site.store.horizon(fresh=True)
    found: list[str] = []
    while True:
        read = await page(site, position, limit)
        found += [one.id for one in read.entries]
        position = read.position
        if not read.has_more:
            return found, position


async def stored(site: Site) -> list[str]:
    """The ids of all events and requests of the app, in their order."""
    tables = [
        await site.rows(f"SELECT id FROM {table} WHERE app_id = $1", site.tenant.app_id)
        for table in ("event", "request")
    ]
    return sorted(row[0] for rows in tables for row in rows)


async def beginning(site: Site) -> str:
    """The position after all stored entries."""
    horizon = await site.store.horizon(fresh=True)
    return await site.store.read(activity_stream.newest, site.tenant.app_id, horizon)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_both_tables_are_read_in_one_order(run: Run, limit: int) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        begin = ids.earliest(ids.milliseconds(site.tenant.app_id))
        for number in range(1, 5):
            await site.group()
            await other.group()
            await record(site, number)
            await record(other)
        found, position = await everything(site, begin, limit)
        assert found == await stored(site)
        assert len(found) == 14
        assert (await everything(site, position, limit))[0] == []
        await record(site)
        await site.group()
        assert (await everything(site, position, limit))[0] == (await stored(site))[14:]

    run(work)


def test_it_begins_after_stored_entries(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        for last in (site.group, lambda: record(site)):
            await site.group()
            await record(site)
            await last()
            begin = await beginning(site)
            assert begin >= (await stored(site))[-1]
            await record(site)
            assert (await everything(site, begin))[0] == (await stored(site))[-1:]

    run(work)


@pytest.mark.one_engine(POSTGRESQL)
def test_requests_wait_for_transactions_that_began_before(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        begin = await beginning(site)
        late, may_commit = await slow_change(site, await site.user())
        await record(site)
        assert len(await stored(site)) == 1
        found, position = await everything(site, begin)
        assert found == []
        may_commit.set()
        await late
        found, _ = await everything(site, position)
        assert found == await stored(site)
        assert len(found) == 2

    run(work)


@pytest.mark.one_engine(POSTGRESQL)
def test_events_wait_for_requests_that_another_process_is_storing(url: str) -> None:
    """The other process was idle, and the stream has to start waiting for it."""

    async def work() -> None:
        async with opened(url) as store, opened(url) as other:
            site = await new_site(store)
            begin, user = await beginning(site), await site.user()
            may_commit, wrote = asyncio.Event(), asyncio.Event()

            async def slowly(tx: Tx) -> None:
                await add(tx, site.tenant.app_id)
                wrote.set()
                await may_commit.wait()

            task = asyncio.create_task(other.write(slowly))
            await wrote.wait()
            await site.touch(user)
            found, position = await everything(site, begin)
            assert found == []
            may_commit.set()
            await task
            await other.horizon(fresh=True)
            found, _ = await everything(site, position)
            assert found == await stored(site)
            assert len(found) == 2

    asyncio.run(work())


def test_readers_with_concurrent_writers_miss_nothing(url: str) -> None:
    """On PostgreSQL the writers are several processes, some of which start while others write."""

    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            store = await stack.enter_async_context(opened(url))
            others = [await stack.enter_async_context(opened(url)) for _ in range(2 if store.shared else 0)]
            site = await new_site(store)
            sites = [site, *[Site(other, site.tenant) for other in others]]
            begin = await beginning(site)
            users = [await site.user() for _ in range(6)]
            done = False

            async def follow(site: Site) -> list[str]:
                position, found = begin, []
                while True:
                    ended = done
                    read = await page(site, position, 5)
                    found += [one.id for one in read.entries]
                    position = read.position
                    if ended and not read.has_more:
                        return found
                    await asyncio.sleep(0)

            async def write(number: int, user: str) -> None:
                writer = sites[number % len(sites)]
                await asyncio.sleep(number / 50)
                for turn in range(10):
                    await writer.touch(user, turn)
                    await record(writer, 2)

            readers = [asyncio.create_task(follow(one)) for one in sites]
            await asyncio.gather(*[write(number, user) for number, user in enumerate(users)])
            for one in sites:
                await one.store.horizon(fresh=True)
            done = True
            for found in await asyncio.gather(*readers):
                assert found == await stored(site)
                assert len(found) == 180

    asyncio.run(work())


def test_only_the_apps_with_new_requests_are_woken(run: Run) -> None:
    async def work(store: Store) -> None:
        sites = [await new_site(store) for _ in range(3)]
        apps = [site.tenant.app_id for site in sites]
        begin = await store.horizon(fresh=True)
        await record(sites[0])
        await record(sites[2])
        end = ids.new()
        assert sorted(await store.read(activity_stream.changed_apps, begin, end, apps)) == sorted([apps[0], apps[2]])
        assert await store.read(activity_stream.changed_apps, begin, end, apps[1:2]) == []
        assert await store.read(activity_stream.changed_apps, begin, end, []) == []

    run(work)
