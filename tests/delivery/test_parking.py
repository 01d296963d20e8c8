"""Parked deliveries: they do not delay others, keep their order, and are eventually delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from heliograph.domain import deliveries as verbs
from heliograph.storage.engine import Tx
from heliograph.storage.rows import delivery_queue
from heliograph.storage.store import Store
from heliograph.wire import times
from tests.delivery.receiver import Call, Receiver, receiving
from tests.delivery.site import Site, delivering, new_site
from tests.storage.conftest import Run

MANY = 40
EXAMINED = 8
PARKED = "SELECT id FROM delivery WHERE status = 'pending' AND tries = 0 AND due_at > $1"
Work = Callable[[Site, Receiver], Awaitable[None]]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limit, so that a few deliveries exceed it."""
    monkeypatch.setattr(delivery_queue, "DELIVERIES_EXAMINED", EXAMINED)


def at_site(run: Run, work: Work) -> None:
    """Run `work` with an app, and an endpoint to which nothing is delivered yet."""

    async def go(store: Store) -> None:
        site = await new_site(store)
        async with receiving() as receiver:
            await site.hook(receiver.url)
            await work(site, receiver)

    run(go)


def user_of(call: Call) -> str:
    """The user of an event."""
    user: str = call.event["payload"]["user"]["id"]
    return user


async def parked(site: Site) -> Sequence[Any]:
    """The parked deliveries."""
    return await site.rows(PARKED, times.now())


async def backlog(site: Site, *users: str) -> None:
    """Create many events of each user."""
    for number in range(MANY):
        for user in users:
            await site.touch(user, number)


def in_order(receiver: Receiver, user: str) -> list[str]:
    """The ids of the received events of a user, without repetitions; asserts that they are in order."""
    received = list(dict.fromkeys(call.event["id"] for call in receiver.calls if user_of(call) == user))
    assert received == sorted(received)
    return received


def test_waiting_deliveries_do_not_hide_other_lanes(run: Run) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        failing, healthy = await site.user(), await site.user()
        mended = False
        receiver.answer = lambda call: 500 if user_of(call) == failing and not mended else 200
        await backlog(site, failing)
        await site.touch(healthy)
        async with delivering(site.store) as running:
            await receiver.saw(2)
            assert sorted(map(user_of, receiver.calls)) == sorted([failing, healthy])
            assert len(await parked(site)) > MANY - EXAMINED, "parked deliveries are not examined again"
            # Later events are parked as well.
            await backlog(site, failing)
            await site.touch(healthy)
            await receiver.saw(3)
            assert [user_of(call) for call in receiver.calls].count(failing) == 1
            mended = True
            running.forward(11)
            assert set(await site.settled()) == {"delivered"}
        assert len(in_order(receiver, failing)) == 2 * MANY
        assert len(receiver.calls) == 2 * MANY + 3

    at_site(run, work)


def test_long_lanes_are_delivered_concurrently_and_in_order(run: Run) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        users = [await site.user() for _ in range(12)]
        await backlog(site, *users)
        async with delivering(site.store):
            assert await site.settled() == ["delivered"] * (MANY * len(users))
        for user in users:
            assert len(in_order(receiver, user)) == MANY
        assert len(receiver.calls) == MANY * len(users)
        assert 1 < receiver.most_at_once <= 8

    at_site(run, work)


@pytest.mark.parametrize("status", [200, 404])
def test_the_next_process_continues_after_a_dead_one(run: Run, status: int) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        user = await site.user()
        receiver.answer = lambda call: 500
        await backlog(site, user)
        async with delivering(site.store):
            await receiver.saw(1)
            while len(await site.rows("SELECT 1 FROM attempt")) < 1:
                await asyncio.sleep(0.01)
        assert len(await parked(site)) > MANY - EXAMINED
        receiver.answer = lambda call: status
        async with delivering(site.store) as running:
            running.forward(11)
            assert set(await site.settled()) == {"delivered" if status == 200 else "failed"}
        assert len(in_order(receiver, user)) == MANY
        assert len(receiver.calls) == MANY + 1

    at_site(run, work)


def test_a_manual_retry_precedes_parked_deliveries(run: Run) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        user = await site.user()
        receiver.answer = lambda call: 404 if len(receiver.calls) == 1 else 500
        await backlog(site, user)
        async with delivering(site.store) as running:
            await receiver.saw(2)
            while len(await site.rows("SELECT 1 FROM attempt")) < 2:
                await asyncio.sleep(0.01)
            (failed,) = await site.rows("SELECT id FROM delivery WHERE status = 'failed'")
            receiver.answer = lambda call: 200
            await verbs.retry(site.store, site.tenant, failed[0])
            await receiver.saw(3)
            received = receiver.event_ids()
            assert received[2] == received[0] < received[1]
            await asyncio.sleep(0.1)
            assert len(receiver.calls) == 3, "the second still waits for its next attempt"
            running.forward(11)
            assert await site.settled() == ["delivered"] * MANY
        assert receiver.event_ids()[2:] == sorted(receiver.event_ids()[2:])

    at_site(run, work)


def test_parked_deliveries_become_due_eventually(run: Run) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        user = await site.user()
        await backlog(site, user)

        async def lose(tx: Tx) -> None:
            rows = await tx.rows("SELECT bucket, id FROM delivery")
            await delivery_queue.park(tx, [(row[0], row[1]) for row in rows], times.now())

        await site.store.write(lose)
        async with delivering(site.store) as running:
            await asyncio.sleep(0.1)
            assert receiver.calls == []
            running.forward(301)
            assert await site.settled() == ["delivered"] * MANY
        assert len(in_order(receiver, user)) == MANY

    at_site(run, work)


def test_parked_deliveries_of_a_deleted_webhook_are_dropped(run: Run) -> None:
    async def work(site: Site, receiver: Receiver) -> None:
        receiver.answer = lambda call: 500
        await backlog(site, await site.user())
        async with delivering(site.store):
            await receiver.saw(1)
            (webhook,) = await site.rows("SELECT id FROM webhook")
            await site.unhook(webhook[0])
            assert await site.settled() == []

    at_site(run, work)


def test_waiting_for_a_retry_needs_no_queries(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    look = delivery_queue.heads

    async def counted(*args: Any) -> Any:
        nonlocal looks
        looks += 1
        return await look(*args)

    async def looks_of_a_while() -> int:
        nonlocal looks
        looks = 0
        await asyncio.sleep(0.2)
        return looks

    async def work(site: Site, receiver: Receiver) -> None:
        user = await site.user()
        receiver.answer = lambda call: 500
        for number in range(3):
            await site.touch(user, number)
        async with delivering(site.store) as running:
            await receiver.saw(1)
            monkeypatch.setattr(delivery_queue, "heads", counted)
            async with asyncio.timeout(8):  # until the attempt is recorded; the next one is due after ten seconds
                while await looks_of_a_while():
                    pass
            assert len(await parked(site)) == 2
            running.forward(11)
            await receiver.saw(2)
        assert looks > 0

    at_site(run, work)
