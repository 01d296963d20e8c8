"""The retention of the history of memberships."""

from __future__ import annotations

from heliograph import ids
from heliograph.background import Failures
from heliograph.domain import history
from heliograph.maintenance.history import prune_history
from heliograph.storage.store import Store
from heliograph.wire.history import HistoryFilter
from heliograph.wire.paging import Page
from tests.delivery.site import new_site
from tests.storage.conftest import Run

EVERYTHING, PAGE = HistoryFilter(), Page(None, None, 100)


def test_memberships_that_ended_before_are_deleted(run: Run) -> None:
    """Joins are deleted with their leaves. Memberships that ended later, or have not ended, are kept."""

    async def work(store: Store) -> None:
        site = await new_site(store)
        group, early, late, present = await site.group(), await site.user(), await site.user(), await site.user()
        for user in (early, late, present):
            await site.join(group, user)
        await site.leave(group, early)
        oldest = ids.new()
        await site.leave(group, late)

        async def found() -> list[tuple[str, str]]:
            page = await history.page_of_conversation(store, site.tenant, group, EVERYTHING, PAGE)
            return [(one.type, one.user_id) for one in page.records]

        whole = await found()
        failures = Failures()
        await prune_history(store, ids.FIRST, failures)
        assert await found() == whole
        await prune_history(store, oldest, failures)
        assert await found() == [("joined", late), ("joined", present), ("left", late)]
        await prune_history(store, ids.LAST, failures)
        assert await found() == [("joined", present)]

    run(work)


def test_more_than_one_step(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        group, user = await site.group(), await site.user()
        for _ in range(300):
            await site.join(group, user)
            await site.leave(group, user)
        assert len(await site.rows("SELECT 1 FROM membership_change")) == 600
        await prune_history(store, ids.LAST, Failures())
        assert await site.rows("SELECT 1 FROM membership_change") == []

    run(work)
