"""The maintenance lease: of several processes, one does the maintenance, and another takes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from heliograph.background import Failures
from heliograph.maintenance import running
from heliograph.maintenance.lease import EXPIRY_SECONDS, MaintenanceLease
from heliograph.settings import Settings
from heliograph.storage.blobs import DatabaseBlobs
from heliograph.storage.rows import leases
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL
from tests.delivery.test_leases import Watch
from tests.storage.conftest import Run

PATIENCE_SECONDS = 30


def test_one_process_holds_the_lease_until_it_releases_it_or_dies(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first, second = MaintenanceLease(store, watch), MaintenanceLease(store, watch)
        for _ in range(3):
            assert await first.beat()
            assert not await second.beat()
            watch.now += EXPIRY_SECONDS
        await first.release()
        assert await second.beat()
        assert not await first.beat()
        watch.now += EXPIRY_SECONDS - 1
        assert not await first.beat(), "it has not expired"
        watch.now += 1
        assert await first.beat(), "it has expired"
        assert not await second.beat(), "the former owner notices it"
        assert [row.owner for row in await store.read(leases.every)] != [""]

    run(work)


def test_several_processes_take_an_expired_lease_once(run: Run) -> None:
    async def work(store: Store) -> None:
        watch = Watch()
        first = [MaintenanceLease(store, watch) for _ in range(5)]
        assert sum(await asyncio.gather(*(one.beat() for one in first))) == 1
        watch.now += EXPIRY_SECONDS
        others = [MaintenanceLease(store, watch) for _ in range(5)]
        await asyncio.gather(*(one.beat() for one in others))
        watch.now += EXPIRY_SECONDS
        assert sum(await asyncio.gather(*(one.beat() for one in others))) == 1

    run(work)


class Services:
    """Replaces the purge, and records which processes run it."""

    def __init__(self) -> None:
        self.running: set[str] = set()

    async def __call__(self, store: Store, wake: asyncio.Event, failures: Failures) -> None:
        """Run until cancelled, in the process that `failures` belongs to."""
        name = str(id(failures))
        self.running.add(name)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.running.discard(name)


@asynccontextmanager
async def process(store: Store) -> AsyncIterator[str]:
    """Run the maintenance of a process; yields its name."""
    failures = Failures()
    async with running.maintaining(store, DatabaseBlobs(store), Settings(), failures):
        yield str(id(failures))


@pytest.mark.one_engine(POSTGRESQL)
def test_maintenance_runs_in_one_process_and_moves_to_another(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    services = Services()
    monkeypatch.setattr(running, "purging", services)
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.15)

    async def until(*names: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while services.running != set(names):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert services.running == set(names)

    async def work(store: Store) -> None:
        async with AsyncExitStack() as stack:
            async with process(store) as first:
                await until(first)
                second = await stack.enter_async_context(process(store))
                await until(first)
            await until(second)
            # Like after a pause during which another process took the lease.
            other = MaintenanceLease(store)
            row = await store.read(leases.get, "maintenance")
            assert row is not None
            assert await store.write(leases.take, row, "another process")
            assert not await other.beat()
            await until()
            await store.write(leases.release, "another process", ["maintenance"])
            await until(second)
        assert services.running == set()

    run(work)
