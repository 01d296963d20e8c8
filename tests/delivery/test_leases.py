"""Leases: processes share the buckets and take over from one that dies."""

from __future__ import annotations

import asyncio

import pytest

from heliograph.background import Failures
from heliograph.delivery.leases import EXPIRY_SECONDS, SLOTS, Leases, SingleProcess
from heliograph.delivery.removals import RemovalCaller
from heliograph.delivery.sender import WebhookSender
from heliograph.storage.buckets import BucketRanges
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.postgres import store as postgres_store
from heliograph.storage.postgres.placement import Placement
from heliograph.storage.rows import delivery_queue, removal_calls, webhooks
from heliograph.storage.rows.delivery_queue import AttemptOutcome
from heliograph.storage.rows.log_rows import StoredAttempt
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.receiver import receiving
from tests.delivery.site import LOOPBACK, delivering, new_site
from tests.routing import divided, shard_of
from tests.storage.conftest import Run


class Watch:
    """A clock that is advanced by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def quiet(first: int, last: int) -> bool:
    """No calls are in flight."""
    return False


def covered(*holders: Leases) -> list[int]:
    """The buckets of all processes, with repetitions."""
    return sorted(bucket for one in holders for first, last in one.ranges() for bucket in range(first, last + 1))


def buckets(store: Store) -> int:
    """The number of buckets of all slots."""
    return SLOTS * -(-store.buckets // SLOTS)


async def beats(watch: Watch, *holders: Leases, seconds: int = 1, busy: object = quiet) -> None:
    """Advance the clock by seconds, with a heartbeat of each process in every second."""
    for _ in range(seconds):
        watch.now += 1
        for one in holders:
            await one.beat(busy)  # type: ignore[arg-type]


def test_one_process_takes_all_buckets_and_two_share_them(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first, second = Leases(store, watch), Leases(store, watch)
        assert first.ranges() == ()
        await beats(watch, first)
        assert covered(first) == list(range(buckets(store)))
        await beats(watch, first, second, seconds=4)
        assert covered(first, second) == list(range(buckets(store))), "every bucket has one holder"
        assert len(covered(first)) == len(covered(second))

    run(work)


def test_a_busy_lease_is_not_released(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first, second = Leases(store, watch), Leases(store, watch)
        await beats(watch, first)
        await beats(watch, first, second, seconds=4, busy=lambda *_: True)
        assert covered(second) == []
        assert len(covered(first)) < buckets(store), "no new calls in buckets that are to be released"
        await beats(watch, first, second, seconds=3)
        assert covered(first, second) == list(range(buckets(store)))

    run(work)


def test_an_expired_lease_is_taken_over_after_its_owner_stopped_using_it(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first, second = Leases(store, watch), Leases(store, watch)
        await beats(watch, first, second, seconds=4)
        mine = covered(second)
        for _ in range(int(EXPIRY_SECONDS) + 2):
            watch.now += 1
            await second.beat(quiet)
            together = covered(first, second)
            assert len(together) == len(set(together)), "no bucket has two holders"
        assert covered(first) == []
        assert covered(second) == list(range(buckets(store)))
        # The first process continues, and finds that it has lost its leases.
        await first.beat(quiet)
        assert covered(first) == []
        await beats(watch, first, second, seconds=3)
        assert covered(first, second) == list(range(buckets(store)))
        assert len(mine) == len(covered(second))
        await first.release()
        await beats(watch, second, seconds=2)
        assert covered(second) == list(range(buckets(store)))

    run(work)


def test_outcomes_under_a_lost_lease_are_not_recorded(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first, second = Leases(store, watch), Leases(store, watch)
        await beats(watch, first)
        site = await new_site(store)
        await site.hook("http://127.0.0.1:1/")
        await site.touch(await site.user())
        ((webhook,),) = await site.rows("SELECT webhook_id FROM delivery")
        (due,) = (await store.read(delivery_queue.heads, webhook, first.ranges(), 2**52, 10)).heads
        lease = first.lease_of(due.bucket)
        assert lease
        due.delivery.status, due.delivery.attempts = "delivered", 1
        attempt = StoredAttempt(due.delivery.id, 1, due.delivery.app_id, due.delivery.lane, 1, 1, 200, None, None)
        await beats(watch, second, seconds=6)
        await store.submit(delivery_queue.settle, AttemptOutcome(due.bucket, due.delivery, attempt, lease, first.owner))
        assert await site.rows("SELECT 1 FROM attempt") == []
        settled = AttemptOutcome(due.bucket, due.delivery, attempt, lease, second.owner)
        for _ in range(2):  # like a retry after a commit without a response
            await store.submit(delivery_queue.settle, settled)
        assert [tuple(row) for row in await site.rows("SELECT status, attempts FROM delivery")] == [("delivered", 1)]
        assert len(await site.rows("SELECT 1 FROM attempt")) == 1

    run(work)


@pytest.mark.one_engine(POSTGRESQL)
def test_processes_of_a_distributed_database_share_its_shards(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def divide(shards: int) -> None:
        placement = divided(shards)

        async def read_placement(reader: Reader, known: Placement) -> Placement:
            return placement

        monkeypatch.setattr(postgres_store, "read_placement", read_placement)

    async def work(store: Store) -> None:
        watch = Watch()
        first, second = Leases(store, watch), Leases(store, watch)
        await beats(watch, first, second, seconds=4)
        for shards in (4, 8):  # the tables are distributed, and then the shards are split
            divide(shards)
            await store.find_shards()
            await beats(watch, first, second, seconds=4)
            assert covered(first, second) == list(range(store.buckets)), "every bucket has one holder"
            here, there = ({shard_of(bucket, shards) for bucket in covered(one)} for one in (first, second))
            assert len(here) == len(there) == shards // 2
        await first.release()
        await beats(watch, second, seconds=2)
        assert covered(second) == list(range(store.buckets))

    run(work)


def test_a_process_works_only_in_the_buckets_that_it_delivers(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        webhook = await site.hook("http://127.0.0.1:1/")
        await site.touch(await site.user())
        ((bucket,),) = await site.rows("SELECT bucket FROM delivery")
        here, elsewhere = ((bucket, bucket),), ((bucket + 1, 2_000), (-1, bucket - 1))
        for ranges, found in ((here, [webhook]), (elsewhere, []), ((), [])):
            assert await store.read(delivery_queue.due_webhooks, ranges, 2**52) == found
        for ranges, due_at in ((elsewhere, 2**52), (here, 1)):
            await store.write(set_due, bucket, 2**52)
            await store.write(delivery_queue.hasten, ranges, 1, [1_000])
            assert [tuple(row) for row in await site.rows("SELECT due_at FROM delivery")] == [(due_at,)]
        await site.unhook(webhook)
        for ranges, left in ((elsewhere, 1), (here, 0)):
            assert len(await store.read(delivery_queue.due_webhooks, ranges, 0)) == 1 - left
            assert not await store.write(delivery_queue.drop, webhook, ranges, 10)
            assert len(await site.rows("SELECT 1 FROM delivery")) == left

    run(work)


async def set_due(tx: Tx, bucket: int, due_at: int) -> None:
    """Set the due time of the deliveries of a bucket."""
    await tx.execute("UPDATE delivery SET due_at = $1 WHERE bucket = $2", due_at, bucket)


class Elsewhere(SingleProcess):
    """The assignment of a process without leases, since another process holds them."""

    def ranges(self) -> BucketRanges:
        return ()

    def lease_of(self, bucket: int) -> str | None:
        return None


def test_deliveries_and_calls_of_another_process_cost_no_search(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[str] = []

    async def search(name: str) -> None:
        searches.append(name)

    for module, name in ((webhooks, "find"), (delivery_queue, "due_webhooks"), (removal_calls, "is_any_due")):
        monkeypatch.setattr(module, name, lambda *_, name=name: search(name))

    async def work(store: Store) -> None:
        assignment, sender = Elsewhere(store.buckets), WebhookSender(LOOPBACK)
        removals = asyncio.create_task(RemovalCaller(store, sender, assignment, Failures()).run())
        async with delivering(store, assignment=assignment):
            site = await new_site(store)
            await site.hook("http://127.0.0.1:1/")
            await site.touch(await site.user())
            await asyncio.sleep(0.2)
        removals.cancel()
        await sender.close()

    run(work)
    assert searches == []


def test_several_processes_deliver_each_event_once_and_in_order(run: Run) -> None:
    async def work(store: Store) -> None:
        async with receiving() as receiver, delivering(store, assignment=Leases(store)):
            async with delivering(store, assignment=Leases(store)), delivering(store, assignment=Leases(store)):
                site = await new_site(store)
                await site.hook(receiver.url)
                users = [await site.user() for _ in range(10)]
                for number in range(6):
                    await asyncio.gather(*(site.touch(user, number) for user in users))
                    await asyncio.sleep(0.3)
                assert await site.settled(40) == ["delivered"] * 60
                assert len(set(receiver.event_ids())) == len(receiver.calls) == 60
                for user in users:
                    received = [c.event["id"] for c in receiver.calls if c.event["payload"]["user"]["id"] == user]
                    assert received == sorted(received)

    run(work)
