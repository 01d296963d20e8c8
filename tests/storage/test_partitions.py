"""Partitions of events and attempts are added ahead, and dropped when they are old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import pytest

from heliograph import ids
from heliograph.background import Failures
from heliograph.domain import deliveries
from heliograph.errors import NotFound
from heliograph.maintenance.retention import prune
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.partitions import Range
from heliograph.storage.postgres import ddl
from heliograph.storage.postgres import partitions as postgresql
from heliograph.storage.postgres.partitions import PostgresPartitions
from heliograph.storage.rows import retention
from heliograph.storage.rows.retention import RetentionMark
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.receiver import Call, receiving
from tests.delivery.site import Site, delivering, new_site
from tests.storage.conftest import Run

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
TABLES = ("event", "delivery", "attempt")
RELATIONS = "SELECT inhrelid::text FROM pg_inherits WHERE inhparent IN ('event'::regclass, 'attempt'::regclass)"

only_postgresql = pytest.mark.one_engine(POSTGRESQL)


@pytest.fixture(autouse=True)
def own_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a separate sequence of ids, so that ids of the future do not affect other tests."""
    monkeypatch.setattr(ids, "own_sequence", ids.Sequence())


async def ranges(site: Site, table: str = "event") -> list[Range]:
    """The ranges of the partitions of a table."""
    partitions = site.store.partitions
    assert isinstance(partitions, PostgresPartitions)
    return await partitions.ranges(table)


async def parts(site: Site, table: str) -> list[str]:
    """The names of the partitions that the rows of a table are in."""
    return [row[0] for row in await site.rows(f"SELECT DISTINCT tableoid::regclass::text FROM {table} ORDER BY 1")]


async def fences(site: Site) -> int:
    """The number of constraints that refuse rows."""
    return len(await site.rows("SELECT 1 FROM pg_constraint WHERE conname LIKE '%fence'"))


async def assert_nothing_pending_is_lost(site: Site, pending: int) -> None:
    """Check that the pending deliveries have their events and attempts."""
    found = await site.rows(
        "SELECT e.id, d.attempts, "
        "(SELECT count(*) FROM attempt AS a WHERE a.bucket = d.bucket AND a.delivery_id = d.id) "
        "FROM delivery AS d LEFT JOIN event AS e ON e.bucket = d.bucket AND e.id = d.event_id WHERE status = 'pending'"
    )
    assert len(found) == pending
    assert all(event and made == known for event, made, known in found)


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[int]]:
    """End the connection of maintenance before its statement with this number, as `kill -9` does.

    Yields the list of the statements, by number.
    """
    sent: list[int] = []
    own: list[asyncpg.Connection[Any]] = []

    @asynccontextmanager
    async def connected(url: str, purpose: str) -> AsyncIterator[asyncpg.Connection[Any]]:
        async with ddl.connected(url, purpose) as connection:
            own.append(connection)
            yield connection

    def counting(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def count(connection: asyncpg.Connection[Any], *args: Any, **options: Any) -> Any:
            if connection in own:
                sent.append(len(sent) + 1)
                if len(sent) == number:
                    connection.terminate()
            return await send(connection, *args, **options)

        return count

    with monkeypatch.context() as patch:
        patch.setattr(postgresql, "connected", connected)
        for name in ("execute", "fetchval"):
            patch.setattr(asyncpg.Connection, name, counting(getattr(asyncpg.Connection, name)))
        yield sent


async def interrupting(site: Site, monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> AsyncIterator[None]:
    """Run the work, and interrupt it at the first statement, then at the second, and so on, until it is complete.

    Begins again at the first statement whenever partitions were added or dropped.
    """
    number, before = 0, await site.rows(RELATIONS)
    while True:
        number += 1
        with interrupted(monkeypatch, number) as sent, Failures().reported("work"):
            await work()
        yield
        if len(sent) < number:
            return
        if (after := await site.rows(RELATIONS)) != before:
            number, before = 0, after


@only_postgresql
def test_old_partitions_are_dropped_and_pending_deliveries_are_moved(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        good, bad = await site.user(), await site.user()

        def answer(call: Call) -> int:
            return 500 if call.event["payload"]["user"]["id"] == bad else 200

        await store.partitions.add(DAY)
        first, *_ = await ranges(site)
        ids.follow(first.first)
        async with receiving(answer) as receiver:
            async with delivering(store):
                await site.hook(receiver.url)
                for number in range(3):
                    await site.touch(good, number)
                    await site.touch(bad, number)
                await receiver.saw(4)
                while len(await site.rows("SELECT 1 FROM attempt")) < 4:  # noqa: ASYNC110 - the worker records them
                    await asyncio.sleep(0.01)
            for table in ("event", "attempt"):
                (name,) = await parts(site, table)
                assert name.startswith(f"{table}_2")
            await store.partitions.drop(first.first)
            assert await ranges(site) == await ranges(site, "attempt") != []

            async def drop() -> None:
                assert await prune(store, RetentionMark(0, first.end), DAY, Failures())

            # On a busy machine this takes longer than the delay of a retry, so nothing is delivered meanwhile.
            times = 0
            async for _ in interrupting(site, monkeypatch, drop):
                await assert_nothing_pending_is_lost(site, 3)
                times += 1
            assert times > 20
            for table, count in (("event", 3), ("delivery", 3), ("attempt", 1)):
                assert first not in await ranges(site, table)
                assert await parts(site, table) == [table if table == "delivery" else f"{table}_rest"]
                assert len(await site.rows(f"SELECT 1 FROM {table}")) == count
            # The moved deliveries are delivered, and then deleted.
            receiver.answer = lambda call: 200
            async with delivering(store) as running:
                running.forward(11)
                assert await site.settled() == ["delivered"] * 3
        assert await prune(store, RetentionMark(0, first.end), DAY, Failures())
        assert [await site.rows(f"SELECT 1 FROM {table}") for table in TABLES] == [[], [], []]

    run(work)


@only_postgresql
def test_a_pending_delivery_keeps_its_event_and_a_failed_one_does_not(run: Run) -> None:
    """The deliveries are younger than the partition, because their events were in its last millisecond."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        await site.hook("http://127.0.0.1:9/")
        await store.partitions.add(DAY)
        first, *_ = await ranges(site)
        ids.follow(first.first)
        kept, gone = await site.user(), await site.user()
        await site.touch(kept)
        await site.touch(gone)

        async def move(tx: Tx) -> None:
            for number, user in enumerate((kept, gone)):
                status = "pending" if user == kept else "failed"
                id = f"{int(first.end, 16) + number:024x}"
                await tx.execute("UPDATE delivery SET id = $1, status = $2 WHERE lane = $3", id, status, user)

        await store.write(move)
        ((delivery,),) = await site.rows("SELECT id FROM delivery WHERE lane = $1", gone)
        await store.partitions.drop(first.end)
        assert await site.rows("SELECT user_id FROM event") == [(kept,)]
        await assert_nothing_pending_is_lost(site, 1)
        assert (await deliveries.get(store, site.tenant, delivery)).status == "failed"
        with pytest.raises(NotFound):
            await deliveries.retry(store, site.tenant, delivery)

    run(work)


@only_postgresql
def test_a_partition_with_many_pending_deliveries_is_kept_and_pruned_by_rows(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(postgresql, "MAX_MOVED", 2)

    async def work(store: Store) -> None:
        site = await new_site(store)
        users = [await site.user() for _ in range(3)]
        await store.partitions.add(DAY)
        first, *_ = await ranges(site)
        ids.follow(first.first)
        await site.group()
        hook = await site.hook("http://127.0.0.1:9/")
        for user in users:
            await site.touch(user)
        old = RetentionMark(0, ids.earliest(ids.milliseconds(first.end) + 5 * HOUR))
        for _ in range(2):
            assert await prune(store, old, DAY, Failures())
            await assert_nothing_pending_is_lost(site, 3)
            assert await ranges(site) == await ranges(site, "attempt")
            assert len(await site.rows("SELECT 1 FROM event")) == 3, "the group is not delivered"
        assert "is kept for its pending deliveries" in caplog.text
        await site.unhook(hook)
        async with delivering(store):
            assert await site.settled() == []
        assert await prune(store, old, DAY, Failures())
        assert first not in await ranges(site)
        assert await site.rows("SELECT 1 FROM event") == []

    run(work)


@only_postgresql
def test_a_wide_partition_is_pruned_by_rows_after_the_retention_time_was_reduced(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        await store.partitions.add(365 * DAY)
        (wide,) = await ranges(site)
        for moment in (0, 1, 30):
            ids.follow(ids.earliest(ids.milliseconds(wide.first) + moment * DAY))
            await site.group()
        old = RetentionMark(0, ids.earliest(ids.milliseconds(wide.first) + 2 * DAY))
        assert await prune(store, old, 365 * DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM event")) == 3
        assert await prune(store, old, DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM event")) == 1
        assert await ranges(site) == [wide]

    run(work)


@only_postgresql
@pytest.mark.parametrize("is_large", [False, True])
def test_ids_that_have_no_partition(run: Run, monkeypatch: pytest.MonkeyPatch, is_large: bool) -> None:
    """Servers wrote while no partitions were added, one of them with a wrong clock.

    Partitions are added where the rest has no ids, however large it is. This can be interrupted at any statement.
    """
    if is_large:
        monkeypatch.setattr(postgresql, "SCANNED_BYTES", -1)

    async def work(store: Store) -> None:
        site = await new_site(store)
        now = await store.read(retention.clock)
        lead = postgresql.FENCED_LEAD if is_large else postgresql.LEAD
        await site.group()
        ids.follow(ids.earliest(now + lead + HOUR))
        await site.group()

        async def add() -> None:
            await store.partitions.add(DAY)

        async for _ in interrupting(site, monkeypatch, add):
            assert await ranges(site) == await ranges(site, "attempt")
        assert await fences(site) == 0
        assert await ranges(site) == [], "the next ids are in the rest"
        # Three hours later.
        clock = retention.clock

        async def later(reader: Reader) -> int:
            return await clock(reader) + 3 * HOUR

        monkeypatch.setattr(retention, "clock", later)
        await add()
        assert await fences(site) == 0
        first, *_ = await ranges(site)
        assert first.first > ids.earliest(now + lead + 2 * HOUR)
        ids.follow(first.first)
        await site.group()
        assert len(await parts(site, "event")) == 2
        assert await prune(store, RetentionMark(0, first.first), DAY, Failures())
        assert len(await site.rows("SELECT 1 FROM event")) == 1

    run(work)


def test_a_database_without_partitions(run: Run) -> None:
    """All tables are pruned on either engine, even if they are not partitioned."""

    async def work(store: Store) -> None:
        for table in (*TABLES, "outbound"):
            (part,) = await store.partitions.parts(table, ids.LAST, DAY)
            assert part.startswith(table)
            assert await store.read(retention.buckets, part) == ([] if store.shared else [0])

    run(work)
