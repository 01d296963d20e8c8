"""The marks of processes on PostgreSQL: the event stream waits only for processes that may still commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from heliograph import ids
from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Tx
from heliograph.storage.postgres import horizon
from heliograph.storage.postgres import marks as marks_module
from heliograph.storage.postgres.marks import ProcessMarks, TransactionPlace
from heliograph.storage.postgres.nodes import Nodes, NodeUnavailableError
from heliograph.storage.postgres.pool import Connection
from heliograph.storage.postgres.store import PostgresStore
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.following import everything, slow_change, stored
from tests.delivery.site import Site, new_site
from tests.storage.conftest import Run, opened

pytestmark = pytest.mark.one_engine(POSTGRESQL)

Two = Callable[[Callable[[Store, Store], Awaitable[None]]], None]


@pytest.fixture
def two(url: str) -> Two:
    """Run a coroutine function with two open stores, like those of two processes."""

    async def with_stores(work: Callable[[Store, Store], Awaitable[None]]) -> None:
        async with opened(url) as one, opened(url) as other:
            await work(one, other)

    return lambda work: asyncio.run(with_stores(work))


def marks_of(store: Store) -> ProcessMarks:
    """The marks of a store."""
    assert isinstance(store, PostgresStore)
    return store.marks


def stop_beating(store: Store) -> None:
    """Stop publishing the mark of a store, as if its process had stopped."""
    beating = marks_of(store).beating
    assert beating is not None
    beating.cancel()


async def is_active(site: Site, store: Store) -> bool:
    """Whether the stream waits for the process of a store."""
    sql = "SELECT 1 FROM stream_mark WHERE process = $1 AND active <> 0"
    return bool(await site.rows(sql, marks_of(store).process))


async def end_sessions(site: Site, store: Store) -> None:
    """End all sessions of the process of a store."""
    sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE starts_with(application_name, $1)"
    await site.rows(sql, f"heliograph/{marks_of(store).process}/")


def test_a_process_that_was_taken_out_commits_nothing_more(two: Two) -> None:
    """Its sessions have ended, and its next session starts over."""

    async def work(one: Store, other: Store) -> None:
        site = await new_site(one)
        slow, quick = await site.user(), await site.user()
        begin = await one.horizon(fresh=True)
        late, may_commit = await slow_change(Site(other, site.tenant), slow)
        await site.touch(quick)
        assert (await everything(site, begin))[0] == []
        stop_beating(other)
        await end_sessions(site, other)
        async with asyncio.timeout(30):
            while await is_active(site, other):
                await one.horizon()
                await asyncio.sleep(0.05)
        found, position = await everything(site, begin)
        assert found == await stored(site)
        assert len(found) == 1
        may_commit.set()
        with pytest.raises(ServiceUnavailable):
            await late
        # The next transaction notices that, and the stream waits for the process again.
        late, may_commit = await slow_change(Site(other, site.tenant), slow)
        await site.touch(quick, 1)
        assert (await everything(site, position))[0] == []
        may_commit.set()
        await late
        await other.horizon(fresh=True)
        after, _ = await everything(site, position)
        assert [*found, *after] == await stored(site)
        assert len(after) == 2

    two(work)


def test_a_stopped_process_is_taken_out_after_its_sessions_were_ended(
    two: Two, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "LOOKS", 8)

    async def work(one: Store, other: Store) -> None:
        site = await new_site(one)
        slow, quick = await site.user(), await site.user()
        begin = await one.horizon(fresh=True)
        late, may_commit = await slow_change(Site(other, site.tenant), slow)
        stop_beating(other)
        await site.touch(quick)
        async with asyncio.timeout(30):
            while True:
                found, _ = await everything(site, begin)
                if not await is_active(site, other):  # this read may have taken it out
                    break
                assert found == []
                await asyncio.sleep(0.05)
        assert len((await everything(site, begin))[0]) == 1
        may_commit.set()
        with pytest.raises(ServiceUnavailable):
            await late

    two(work)
    first, second = (one.getMessage() for one in caplog.records if one.name == "heliograph.storage")
    assert "has stopped" in first
    assert "which has ended" in second


def test_a_commit_without_a_response_holds_the_stream_until_its_session_has_ended(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks at the moment of the COMMIT."""

    async def work(one: Store, other: Store) -> None:
        site = await new_site(one)
        slow, quick = await site.user(), await site.user()
        await Site(other, site.tenant).touch(quick)
        begin = await one.horizon(fresh=True)
        marks = marks_of(other)
        left = marks.leave

        def lose(place: TransactionPlace, committing: Connection | None) -> None:
            """Break the connection at the moment of the COMMIT."""
            if committing is not None:
                committing.terminate()
            left(place, committing)

        monkeypatch.setattr(marks, "leave", lose)
        await Site(other, site.tenant).touch(slow)
        monkeypatch.setattr(marks, "leave", left)
        assert len(marks.lost) == 1
        async with asyncio.timeout(30):
            while marks.lost:
                await other.horizon(fresh=True)
        await site.touch(quick, 1)
        await other.horizon(fresh=True)
        found, _ = await everything(site, begin)
        assert found[-2:] == (await stored(site))[1:]

    two(work)


def test_an_idle_process_publishes_nothing_and_the_stream_does_not_wait_for_it(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(one: Store, other: Store) -> None:
        site = await new_site(one)
        user = await site.user()
        begin = await one.horizon(fresh=True)
        for turn in range(2):
            await Site(other, site.tenant).touch(user, turn)
            assert await is_active(site, other)
            with monkeypatch.context() as patch:
                patch.setattr(marks_module, "IDLE_SECONDS", 0.2)
                async with asyncio.timeout(30):
                    while marks_of(other).beating is not None:
                        await asyncio.sleep(0.02)
            assert not await is_active(site, other)
            found, _ = await everything(site, begin)
            assert found == await stored(site)
            assert len(found) == turn + 1
        rows = await site.rows("SELECT count(*) FROM stream_mark WHERE active = 0")
        assert rows[0][0] == 1, "the greatest mark of the processes that are idle"

    two(work)


def test_the_stream_waits_for_transactions_that_are_prepared_on_a_node(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distributed database may commit them after the client has the response."""
    prepared: set[str] | None = {"one"}

    async def found(nodes: Nodes, connection: Connection) -> set[str]:
        if prepared is None:
            raise NodeUnavailableError
        return set(prepared)

    async def work(store: Store) -> None:
        nonlocal prepared
        site = await new_site(store)
        begin = await store.horizon(fresh=True)
        monkeypatch.setattr(Nodes, "prepared", found)
        await site.touch(await site.user())
        (event,) = await stored(site)
        assert await store.horizon(fresh=True) == begin
        prepared = {"one", "two"}
        assert await store.horizon(fresh=True) == begin
        prepared = {"two"}
        assert await store.horizon(fresh=True) > event, "those that were prepared before the first mark have ended"
        known, prepared = await store.horizon(fresh=True), None
        assert await store.horizon(fresh=True) == known, "a node is unavailable"
        prepared = set()
        assert await store.horizon(fresh=True) > known

    run(work)


def test_events_with_older_ids_than_their_transaction_are_refused(run: Run) -> None:
    async def work(store: Store) -> None:
        site = await new_site(store)
        await site.touch(await site.user())
        old = ids.new()

        async def record(tx: Tx) -> None:
            tx.check_events(old)

        with pytest.raises(RuntimeError, match="before its transaction"):
            await store.write(record)

    run(work)
