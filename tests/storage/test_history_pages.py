"""The statements and rows that pages of the membership history read, which are the same on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from heliograph import ids
from heliograph.domain import history, members
from heliograph.storage.rows import history as changes
from heliograph.storage.rows import participants
from heliograph.storage.rows.causes import encode_cause
from heliograph.storage.rows.history import Ended
from heliograph.storage.rows.participants import StoredParticipant
from heliograph.storage.sqlite.tx import SQLiteTx
from heliograph.storage.store import Store
from heliograph.wire import times
from heliograph.wire.history import HistoryFilter
from heliograph.wire.members import MemberQuery
from heliograph.wire.paging import Page
from tests.delivery.site import new_site
from tests.storage.conftest import Run

pytestmark = pytest.mark.one_engine
CAUSE = encode_cause("join", "key", None)


class Reads:
    """The statements of snapshots, each with the number of rows that it returned."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []

    def counted(self, read: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Wrap a method of a reader, so that its statements are recorded."""

        async def count(reader: SQLiteTx, text: str, *values: Any, **more: Any) -> Any:
            found = await read(reader, text, *values, **more)
            self.found.append((text, len(found) if isinstance(found, list) else int(found is not None)))
            return found

        return count


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Records all statements of a test."""
    reads = Reads()
    for name in ("get", "get_many", "row", "rows"):
        monkeypatch.setattr(SQLiteTx, name, reads.counted(getattr(SQLiteTx, name)))
    return reads


def test_a_page_of_the_history_of_a_user_reads_a_page(run: Run, reads: Reads) -> None:
    """The cost does not depend on the number of conversations that the user is in, was in, or got from merged users."""

    async def go(store: Store) -> None:
        site = await new_site(store)
        user, app_id = await site.user(), site.tenant.app_id
        seats, ended, expected = [], [], []
        for number in range(400):
            group, seat, later = ids.new(), ids.new(), ids.new()
            if number % 2:
                ended.append(Ended(app_id, group, seat, user, seat, later, CAUSE, CAUSE))
                expected += [seat, later]
            else:
                since = None if number % 4 else later
                seats.append(StoredParticipant(seat, user, None, [], 0, None, app_id, group, since, CAUSE))
                expected.append(since or seat)
        await store.write(participants.add, seats)
        await store.write(changes.add, ended)
        expected.sort()

        async def walked(page: Page) -> list[str]:
            listed: list[str] = []
            while True:
                reads.found.clear()
                found = await history.page_of_user(store, site.tenant, user, None, HistoryFilter(), page)
                assert len(reads.found) <= 8
                assert sum(count for _, count in reads.found) <= 3 * (page.size + 1) + 4
                shown = [one.id for one in found.records]
                if page.backwards:
                    listed = shown + listed
                    assert found.follows == (listed != shown or page.before != ids.LAST)
                    if not found.precedes:
                        return listed
                    page = Page(before=shown[0], size=page.size)
                else:
                    assert found.precedes == bool(listed)
                    listed += shown
                    if not found.follows:
                        return listed
                    page = Page(after=shown[-1], size=page.size)

        for size in (7, 100):
            assert await walked(Page(size=size)) == expected
            assert await walked(Page(before=ids.LAST, size=size)) == expected

    run(go)


def test_a_page_reports_records_before_it_in_another_list(run: Run) -> None:
    """The only records before or after the page are in a list that no record of the page is from."""

    async def go(store: Store) -> None:
        site = await new_site(store)
        user, group = await site.user(), await site.group()
        await site.join(group, user)
        await site.leave(group, user)
        await site.join(await site.group(), user)

        async def listed(page: Page) -> tuple[list[str], bool, bool]:
            found = await history.page_of_user(store, site.tenant, user, None, HistoryFilter(), page)
            return [one.id for one in found.records], found.precedes, found.follows

        joined, left, again = (await listed(Page()))[0]
        assert await listed(Page(after=left)) == ([again], True, False)
        assert await listed(Page(after=joined)) == ([left, again], True, False)
        assert await listed(Page(before=again)) == ([joined, left], False, True)
        assert await listed(Page(after=ids.FIRST)) == ([joined, left, again], False, False)
        assert await listed(Page(before=ids.LAST)) == ([joined, left, again], False, False)

    run(go)


def test_pages_of_members_at_a_time_use_few_statements(run: Run, reads: Reads) -> None:
    """PostgreSQL keeps plans by the texts of statements, and planning one of these takes longer than running it."""

    async def go(store: Store) -> None:
        site = await new_site(store)
        user, group, end = await site.user(), await site.group(), times.now()
        ended = []
        for number in range(200):
            joined, left = (ids.earliest(end - (1 << number % 24) * part * 997) for part in (2, 1))
            seat = f"{int(joined, 16) + 2 * number:024x}"
            left = f"{int(left, 16) + 2 * number + 1:024x}"
            ended.append(Ended(site.tenant.app_id, group, seat, user, seat, left, CAUSE, CAUSE))
        await store.write(changes.add, ended)
        texts: set[str] = set()
        sizes: set[int] = set()
        for number in range(60):
            page: Page | None = Page(size=5)
            while page is not None:
                reads.found.clear()
                query = MemberQuery(page, at=end - 50_000 * (number + 1) ** 2)
                found = await members.page(store, site.tenant, group, query)
                texts.update(text for text, _ in reads.found)
                sizes.add(len(reads.found))
                page = Page(after=found.meta.after_cursor, size=5) if found.meta.has_more else None
        assert sizes == {2}
        assert len(texts) <= 6

    run(go)
