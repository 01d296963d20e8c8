"""Retention: old events and deliveries are deleted, pending ones are kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec import Raw

from heliograph import ids
from heliograph.assembly import background_services
from heliograph.background import Failures
from heliograph.delivery.running import ignore_outcome
from heliograph.domain import apps
from heliograph.maintenance.purge import purge
from heliograph.maintenance.retention import prune
from heliograph.settings import Settings
from heliograph.storage.blobs import DatabaseBlobs
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.rows import outbound, recorded_requests, retention
from heliograph.storage.rows.outbound import StoredOutbound
from heliograph.storage.rows.recorded_requests import StoredRequest
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store
from heliograph.wire import times
from tests.databases import SQLITE
from tests.delivery.receiver import Call, receiving
from tests.delivery.site import Site, delivering, new_site
from tests.storage.conftest import Run

HOUR = 3_600_000
DAY = 24 * HOUR
NOTHING = RetentionMark(0, ids.FIRST)
EVERYTHING = RetentionMark(0, ids.LAST)


async def counts(site: Site) -> tuple[int, ...]:
    """The numbers of events, deliveries and attempts."""
    found = [await site.rows(f"SELECT 1 FROM {table}") for table in ("event", "delivery", "attempt")]
    return tuple(map(len, found))


def test_settled_deliveries_are_pruned_and_pending_ones_keep_their_event(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        first, second = await site.user(), await site.user()

        def answer(call: Call) -> int:
            return 500 if call.event["payload"]["user"]["id"] == second else 200

        async with receiving(answer) as receiver, delivering(store) as running:
            await site.hook(receiver.url)
            for number in range(3):
                await site.touch(first, number)
                await site.touch(second, number)
            await receiver.saw(4)
            while (await counts(site))[2] < 4:
                await asyncio.sleep(0.01)
            assert await prune(store, NOTHING, DAY, Failures())
            assert await counts(site) == (6, 6, 4), "nothing is old"
            assert await prune(store, EVERYTHING, DAY, Failures())
            kept = await site.rows("SELECT user_id FROM event")
            assert [row[0] for row in kept].count(second) == 3, "pending deliveries keep their events"
            assert (await counts(site))[1] == 3
            receiver.answer = lambda call: 200
            running.forward(11)
            assert await site.settled() == ["delivered"] * 3
        assert await prune(store, EVERYTHING, DAY, Failures())
        assert await counts(site) == (0, 0, 0)

    run(work)


def test_outbound_messages_to_channels_are_pruned(run: Run) -> None:
    """clients.15: in steps, up to the mark, in every bucket."""

    async def send(tx: Tx) -> None:
        sent = [
            StoredOutbound(ids.new(), "a" * 24, ids.new(), ids.new(), "message", Raw(b"{}"), created_at=0)
            for _ in range(1_200)
        ]
        await outbound.add(tx, sent)

    async def work(store: Store) -> None:
        site = await new_site(store)
        await store.write(send)
        assert await prune(store, NOTHING, DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM outbound")) == 1_200
        assert await prune(store, EVERYTHING, DAY, Failures())
        assert await site.rows("SELECT 1 FROM outbound") == []

    run(work)


def test_recorded_requests_are_pruned(run: Run) -> None:
    """recording.5: in steps, up to the mark, for every app."""
    apps_in_order = [ids.new() for _ in range(3)]

    def request(app_id: str) -> StoredRequest:
        nothing = (None, None, None, None, None)
        return StoredRequest(
            ids.new(), app_id, "r", 0, 0, "GET", "/", 200, *nothing, sent=Raw(b"{}"), received=Raw(b"{}")
        )

    async def record(tx: Tx, count: int) -> None:
        await recorded_requests.add(tx, [request(app_id) for app_id in apps_in_order for _ in range(count)])

    async def work(store: Store) -> None:
        site = await new_site(store)
        await store.write(record, 600)
        mark = RetentionMark(0, ids.new())
        await store.write(record, 2)
        assert await prune(store, NOTHING, DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM request")) == 3 * 602
        assert await prune(store, mark, DAY, Failures())
        assert [row[0] for row in await site.rows("SELECT app_id FROM request")].count(apps_in_order[0]) == 2
        assert len(await site.rows("SELECT 1 FROM request")) == 6

    run(work)


async def count(reader: Reader) -> int:
    """The number of events."""
    row = await reader.row("SELECT count(*) FROM event")
    assert row is not None
    return int(row[0])


class Calendar:
    """A store that is pruned once an hour, with a wall clock that can be wrong."""

    def __init__(self, store: Store, keep_days: int) -> None:
        self.store = store
        self.keep = keep_days * DAY
        self.wall = times.now()
        self.age = 0
        self.old = NOTHING

    async def start(self, wall: int | None = None) -> None:
        """Start a process, at this wall clock time if given."""
        self.wall = self.wall if wall is None else wall
        await self._look(0)

    async def run(self, hours: int) -> None:
        """Run the process for some hours."""
        for _ in range(hours):
            self.wall += HOUR
            await self._look(self.age + HOUR)

    async def _look(self, least: int) -> None:
        horizon = await self.store.horizon(fresh=True)
        self.age, old = await self.store.write(retention.advance, horizon, self.wall, least, self.keep)
        self.old = old or self.old

    async def events(self) -> int:
        """The number of events left after pruning."""
        assert await prune(self.store, self.old, self.keep, Failures())
        return await self.store.read(count)


@pytest.mark.one_engine(SQLITE)
def test_events_are_kept_for_the_retention_time(run: Run) -> None:
    async def work(store: Store) -> None:
        site, calendar = await new_site(store), Calendar(store, 2)
        await calendar.start()
        await site.group()
        await calendar.run(24)
        await site.group()
        await calendar.run(23)
        assert await calendar.events() == 2, "the first is 47 hours old"
        await calendar.run(3)
        assert await calendar.events() == 1
        await calendar.run(24)
        assert await calendar.events() == 0

    run(work)


@pytest.mark.one_engine(SQLITE)
def test_time_without_a_server_counts_in_steps(run: Run) -> None:
    """After 30 days without a server and with a correct clock, old events are pruned within hours."""

    async def work(store: Store) -> None:
        site, calendar = await new_site(store), Calendar(store, 1)
        await calendar.start()
        await site.group()
        await calendar.run(1)
        await calendar.start(calendar.wall + 30 * DAY)
        await calendar.run(9)
        assert await calendar.events() == 0

    run(work)


@pytest.mark.one_engine(SQLITE)
@pytest.mark.parametrize("wrong", [8 * DAY, -8 * DAY, 10 * 365 * DAY, -50 * 365 * DAY], ids="{:+d} ms".format)
def test_a_wrong_clock_neither_prunes_new_events_nor_keeps_old_ones_forever(
    run: Run, wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "own_sequence", ids.Sequence())  # so that no other test is affected

    async def work(store: Store) -> None:
        site, calendar = await new_site(store), Calendar(store, 7)
        right = calendar.wall
        await calendar.start()
        await site.group()
        await calendar.run(1)
        for _ in range(2):
            await calendar.start(right + wrong)
            await backdate(store, wrong)
            await calendar.run(2)
            await calendar.start(right + 4 * HOUR)
        await site.group()
        await calendar.run(24)
        assert await calendar.events() == 2, "both events are from today"
        await calendar.run(7 * 24)
        assert await calendar.events() == 0

    run(work)


async def backdate(store: Store, milliseconds: int) -> None:
    """Shift the time of new ids, as in a process with a wrong clock."""
    if milliseconds > 0:
        ids.follow(ids.earliest(times.now() + milliseconds))


def test_the_time_comes_from_the_database(run: Run) -> None:
    async def work(store: Store) -> None:
        assert abs(await store.read(retention.clock) - times.now()) < 60_000

    run(work)


def test_due_times_of_a_fast_clock_are_corrected(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        async with receiving(lambda call: 500) as receiver, delivering(store) as running:
            await site.hook(receiver.url)
            await site.touch(await site.user())
            await receiver.saw(1)
            while not await site.rows("SELECT 1 FROM attempt"):
                await asyncio.sleep(0.01)
            # Due in ten seconds, by a clock that is then set back by an hour.
            running.forward(-3600)
            receiver.answer = lambda call: 200
            assert await site.settled() == ["delivered"]

    run(work)


def test_an_app_deleted_under_a_fast_clock_is_purged(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)

        async def in_ten_years(tx: Tx) -> None:
            await tx.execute("UPDATE app SET deleted_at = $1", times.now() + 10 * 365 * DAY)

        await apps.delete(store, site.tenant.app_id)
        await store.write(in_ten_years)
        await purge(store, Failures())
        assert await site.rows("SELECT 1 FROM app") == []

    run(work)


def test_a_server_without_delivery_prunes_and_purges(run: Run) -> None:
    async def work(store: Store) -> None:
        site, deleted = await new_site(store), await new_site(store)
        await site.group()
        calendar = Calendar(store, 1)
        await calendar.start()
        await calendar.run(48)
        await apps.delete(store, deleted.tenant.app_id)
        await store.write(long_ago)
        settings = Settings(delivery=False, keep_days=1)
        async with background_services(store, DatabaseBlobs(store), settings, Failures(), ignore_outcome):
            async with asyncio.timeout(20):
                while await site.rows("SELECT 1 FROM event") or len(await site.rows("SELECT 1 FROM app")) == 2:
                    await asyncio.sleep(0.01)
        assert await site.rows("SELECT id FROM app") == [(site.tenant.app_id,)]
        if store.shared:
            assert len(await site.rows("SELECT 1 FROM pg_inherits WHERE inhparent = 'event'::regclass")) > 1

    run(work)


async def long_ago(tx: Tx) -> None:
    """Backdate the deletion of apps, since PostgreSQL purges them only after some seconds."""
    await tx.execute("UPDATE app SET deleted_at = 1 WHERE deleted_at IS NOT NULL")


def test_purging_an_app_deletes_all_its_rows(run: Run) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        async with receiving(lambda call: 500) as receiver, delivering(store):
            for one in (site, other):
                await one.hook(receiver.url)
                await one.touch(await one.user())
            while (await counts(site))[2] < 2:
                await asyncio.sleep(0.01)

        await apps.delete(store, site.tenant.app_id)
        await store.write(long_ago)
        await purge(store, Failures())
        for table in ("app", "integration", "webhook", "event", "delivery"):
            column = "id" if table == "app" else "app_id"
            assert [row[0] for row in await site.rows(f"SELECT {column} FROM {table}")] == [other.tenant.app_id]
        assert [row[0] for row in await site.rows("SELECT app_id FROM attempt")] == [other.tenant.app_id]

    run(work)


def test_purging_a_small_app_takes_few_transactions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL has 1,024 buckets, most of which have no row of the app."""

    async def work(store: Store) -> None:
        await apps.delete(store, (await new_site(store)).tenant.app_id)
        await store.write(long_ago)
        write, transactions = store.write, []

        async def counted(work: Any, *args: Any) -> Any:
            transactions.append(work)
            return await write(work, *args)

        monkeypatch.setattr(store, "write", counted)
        await purge(store, Failures())
        assert 5 < len(transactions) < 50

    run(work)
