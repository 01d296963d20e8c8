"""What is old goes, and what is still needed stays."""

from __future__ import annotations

import asyncio

from heliograph.background import Failures
from heliograph.delivery.running import prune
from heliograph.domain import apps
from heliograph.domain.purge import purge
from heliograph.storage.engine import Tx
from heliograph.storage.store import Store
from heliograph.wire import times
from tests.delivery.receiver import Call, receiving
from tests.delivery.site import Site, delivering, new_site
from tests.storage.conftest import Run

LATER = times.now() + 3_600_000


async def counts(site: Site) -> tuple[int, ...]:
    """How many events, deliveries and attempts there are."""
    found = [await site.rows(f"SELECT 1 FROM {table}") for table in ("event", "delivery", "attempt")]
    return tuple(map(len, found))


def test_what_is_settled_goes_and_what_is_pending_keeps_its_event(run: Run) -> None:
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
            assert await prune(store, times.now() - 3_600_000, Failures())
            assert await counts(site) == (6, 6, 4), "nothing is old"
            assert await prune(store, LATER, Failures())
            kept = await site.rows("SELECT user_id FROM event")
            assert [row[0] for row in kept].count(second) == 3, "what is to be delivered has its event"
            assert (await counts(site))[1:] == (3, 1)
            receiver.answer = lambda call: 200
            running.forward(11)
            assert await site.settled() == ["delivered"] * 3
        assert await prune(store, LATER, Failures())
        assert await counts(site) == (0, 0, 0)

    run(work)


def test_a_deleted_app_takes_everything_along(run: Run) -> None:
    async def work(store: Store) -> None:
        site, other = await new_site(store), await new_site(store)
        async with receiving(lambda call: 500) as receiver, delivering(store):
            for one in (site, other):
                await one.hook(receiver.url)
                await one.touch(await one.user())
            while (await counts(site))[2] < 2:
                await asyncio.sleep(0.01)

        async def long_ago(tx: Tx) -> None:
            await tx.execute("UPDATE app SET deleted_at = 1 WHERE deleted_at IS NOT NULL")

        await apps.delete(store, site.tenant.app_id)
        await store.write(long_ago)
        await purge(store, Failures())
        for table in ("app", "integration", "webhook", "event", "delivery"):
            column = "id" if table == "app" else "app_id"
            assert [row[0] for row in await site.rows(f"SELECT {column} FROM {table}")] == [other.tenant.app_id]
        assert [row[0] for row in await site.rows("SELECT app_id FROM attempt")] == [other.tenant.app_id]

    run(work)
