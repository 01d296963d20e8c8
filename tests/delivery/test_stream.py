"""The event stream: no event is missed, whatever the order of commits."""

from __future__ import annotations

import asyncio

import pytest

from heliograph.storage.engine import Tx
from heliograph.storage.rows import stream
from heliograph.storage.rows.stream import Cursor
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run, opened


async def everything(site: Site, cursor: Cursor, page: int = 3) -> tuple[list[str], Cursor]:
    """The ids of the events after a cursor, read in pages, and the cursor after them."""
    found: list[str] = []
    while True:
        events, cursor = await site.store.snapshot(stream.after, site.tenant.app_id, cursor, page)
        found += [event.id for _, event in events]
        if not events:
            return found, cursor


async def stored(site: Site) -> list[str]:
    """The ids of all events."""
    return [row[0] for row in await site.rows("SELECT id FROM event ORDER BY id")]


def test_a_stream_begins_now_and_can_be_resumed_anywhere(run: Run) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        await site.group()
        begin = await store.read(stream.end, site.tenant.app_id)
        for _ in range(10):
            await site.group()
            await other.group()
        mine = [row[0] for row in await site.rows("SELECT id FROM event WHERE app_id = $1", site.tenant.app_id)]
        found, _ = await everything(site, begin)
        assert found == sorted(mine)[1:], "its own, and what happened since"
        position = begin
        for count in range(11):
            again = await store.read(stream.resume, site.tenant.app_id, position)
            assert (await everything(site, again))[0] == found[count:]
            if count < 10:
                _, position = await store.snapshot(stream.after, site.tenant.app_id, again, 1)

    run(work)


@pytest.mark.one_engine(POSTGRESQL)
def test_late_commits_are_not_missed(run: Run) -> None:
    """A transaction that made its ids first commits last; on SQLite, which has one writer, there is no such thing."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        begin = await store.read(stream.end, site.tenant.app_id)
        may_commit, wrote = asyncio.Event(), asyncio.Event()

        async def slowly(tx: Tx) -> None:
            from heliograph.domain import users
            from heliograph.wire.users import UserUpdateBody

            await users._update(tx, site.tenant, slow, None, UserUpdateBody(), None)
            wrote.set()
            await may_commit.wait()

        slow, quick = await site.user(), await site.user()
        late = asyncio.create_task(store.write(slowly))
        await wrote.wait()
        await site.touch(quick)
        # Committed is the one; it is held back as long as the other may come before it.
        assert len(await stored(site)) == 1
        found, position = await everything(site, begin)
        assert found == []
        may_commit.set()
        await late
        found, _ = await everything(site, position)
        assert sorted(found) == await stored(site)
        assert len(found) == 2

    run(work)


def test_readers_with_concurrent_writers_miss_nothing(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        begin = await store.read(stream.end, site.tenant.app_id)
        users = [await site.user() for _ in range(8)]
        done = False

        async def follow() -> list[str]:
            cursor, found = begin, []
            while True:
                ended = done
                # As a client that is cut off after every page.
                again = await store.read(stream.resume, site.tenant.app_id, cursor)
                page, cursor = await store.snapshot(stream.after, site.tenant.app_id, again, 5)
                found += [event.id for _, event in page]
                if not page and ended:
                    return found
                await asyncio.sleep(0)

        async def write(user: str) -> None:
            for number in range(20):
                await site.touch(user, number)

        readers = [asyncio.create_task(follow()) for _ in range(3)]
        await asyncio.gather(*map(write, users))
        await asyncio.sleep(0.05)
        done = True
        for found in await asyncio.gather(*readers):
            assert len(found) == len(set(found)) == 160
            assert sorted(found) == await stored(site)

    run(work)


def test_a_database_restored_in_another_cluster_begins_a_new_epoch(url: str, engine: str) -> None:
    async def work() -> None:
        async with opened(url) as store:
            site = await new_site(store)
            for _ in range(3):
                await site.group()
            begin = Cursor((await store.read(stream.end, site.tenant.app_id)).epoch, 0, "0" * 24)
            ((first, _), (middle, _), _), _ = await store.snapshot(stream.after, site.tenant.app_id, begin, 9)

            async def restore(tx: Tx) -> None:
                # Numbers of another cluster, which ours will not reach for long.
                if store.shared:
                    await tx.execute("UPDATE event SET tx = tx + 1000000000")
                await stream.begin_epoch(tx, "another cluster")
                await stream.begin_epoch(tx, "another cluster")

            await store.write(restore)
            await site.group()
            for position in (first, middle):
                again = await store.read(stream.resume, site.tenant.app_id, position)
                found, end = await everything(site, again)
                assert found == await stored(site), "too much rather than too little"
                assert (await everything(site, end))[0] == []

    asyncio.run(work())


def test_a_cursor_from_the_future_misses_nothing(run: Run) -> None:
    """This happens after a backup is restored in the same cluster."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        await site.group()
        epoch = (await store.read(stream.end, site.tenant.app_id)).epoch
        (first,) = await stored(site)
        again = await store.read(stream.resume, site.tenant.app_id, Cursor(epoch, 10**9, first))
        await site.group()
        assert (await everything(site, again))[0] == await stored(site)

    run(work)
