"""The event stream misses no events, in any order of commits."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from heliograph import ids
from heliograph.storage.rows import stream
from heliograph.storage.rows.cursors import CursorCodec
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.following import everything, page, slow_change, stored
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run, opened


def test_a_stream_begins_now_and_can_be_resumed_anywhere(run: Run) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        await site.group()
        begin = await store.horizon(fresh=True)
        for _ in range(10):
            await site.group()
            await other.group()
        mine = [row[0] for row in await site.rows("SELECT id FROM event WHERE app_id = $1", site.tenant.app_id)]
        found, _ = await everything(site, begin)
        assert found == sorted(mine)[1:], "events of the app only, from then on"
        position = begin
        for count in range(11):
            again = await store.read(stream.resume, site.tenant.app_id, position)
            assert (await everything(site, again))[0] == found[count:]
            if count < 10:
                _, position = await page(site, again, 1)

    run(work)


@pytest.mark.one_engine(POSTGRESQL)
def test_late_commits_are_not_missed(run: Run) -> None:
    """A transaction with earlier ids commits last. This cannot happen on SQLite, which has one writer."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        begin = await store.horizon(fresh=True)
        slow, quick = await site.user(), await site.user()
        late, may_commit = await slow_change(site, slow)
        await site.touch(quick)
        # The committed event is held back as long as the open transaction may commit an earlier one.
        assert len(await stored(site)) == 1
        found, position = await everything(site, begin)
        assert found == []
        may_commit.set()
        await late
        found, _ = await everything(site, position)
        assert found == await stored(site)
        assert len(found) == 2

    run(work)


def test_readers_with_concurrent_writers_miss_nothing(url: str) -> None:
    """On PostgreSQL the writers are several processes, some of which start while others write."""

    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            store = await stack.enter_async_context(opened(url))
            others = [await stack.enter_async_context(opened(url)) for _ in range(2 if store.shared else 0)]
            site = await new_site(store)
            sites = [site, *[Site(other, site.tenant) for other in others]]
            begin = await store.horizon(fresh=True)
            users = [await site.user() for _ in range(8)]
            done = False

            async def follow(site: Site) -> list[str]:
                position, found = begin, []
                while True:
                    ended = done
                    # Like a client that is disconnected after every page.
                    again = await store.read(stream.resume, site.tenant.app_id, position)
                    events, position = await page(site, again, 5)
                    found += events
                    if not events and ended:
                        return found
                    await asyncio.sleep(0)

            async def write(number: int, user: str) -> None:
                await asyncio.sleep(number / 50)
                for turn in range(20):
                    await sites[number % len(sites)].touch(user, turn)

            readers = [asyncio.create_task(follow(site)) for site in sites]
            await asyncio.gather(*[write(number, user) for number, user in enumerate(users)])
            for one in sites:
                await one.store.horizon(fresh=True)
            done = True
            for found in await asyncio.gather(*readers):
                assert found == await stored(site)
                assert len(found) == 160

    asyncio.run(work())


def test_a_position_from_the_future_misses_nothing(run: Run) -> None:
    """Clients have such positions after a backup was restored, and must still get all later events."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        await site.group()
        future = ids.earliest(ids.milliseconds(ids.new()) + 3_600_000) if store.shared else ids.new()
        again = await store.read(stream.resume, site.tenant.app_id, future)
        await site.group()
        assert set((await everything(site, again))[0]) >= {(await stored(site))[-1]}

    run(work)


def test_cursors_of_earlier_versions_resume_a_minute_before_their_event() -> None:
    key, id = bytes(16), ids.new()
    codec = CursorCodec(key, "app")

    def old(id: str) -> str:
        position = bytes(8) + (10**9).to_bytes(8) + bytes.fromhex(id)
        return urlsafe_b64encode(bytes(12) + AESGCM(key).encrypt(bytes(12), position, b"app")).rstrip(b"=").decode()

    assert codec.decode(codec.encode(id)) == id
    assert ids.milliseconds(id) - ids.milliseconds(codec.decode(old(id)) or "") == 60_000
    assert codec.decode(old(ids.LAST)) == ids.FIRST
