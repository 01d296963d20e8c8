"""The queue of the recorder: requests that arrive faster than they can be written are dropped and counted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from heliograph.background import Failures
from heliograph.domain.tenants import AppCaller
from heliograph.server.http.channel import Channel
from heliograph.server.http.exchange import Addresses
from heliograph.server.http.responses import HttpResponse
from heliograph.server.recording.exchange import BODY_LIMIT, RecordedExchange
from heliograph.server.recording.recorder import DISPLACED_LIMIT, QUEUE_BYTES, QUEUE_LIMIT, Recorder, recording
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store
from heliograph.wire import operations
from tests.databases import POSTGRESQL, SQLITE, new_database, url_of

APP = "6b08800000000000000000aa"
PATH = f"/v2/apps/{APP}"
pytestmark = pytest.mark.one_engine


class _Transport(asyncio.Transport):
    """A transport to which nothing is written."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Do nothing."""


def add(recorder: Recorder, number: int, body: bytes = b"") -> None:
    """Record a request with this number in its id."""
    headers = [(b"x-request-id", str(number).encode())]
    target, addresses = (PATH.encode(), b""), Addresses("http", None, None)
    exchange = RecordedExchange(Channel(_Transport()), "GET", target, headers, addresses, lambda: None)
    exchange.mark_authenticated(AppCaller("app_key", operations.Scope.APP, APP))
    recorder.add(exchange, APP, "GetApp", HttpResponse(200, [], body), 0.001)


async def numbers(reader: Reader) -> list[int]:
    """The numbers of the stored requests, in the order of their ids."""
    return [int(row[0]) for row in await reader.rows("SELECT request_id FROM request ORDER BY id")]


async def remove_table(tx: Tx) -> None:
    """Make all later writes of requests fail."""
    await tx.execute("DROP TABLE request")


async def is_waiting(reader: Reader) -> bool:
    """Whether a statement waits for a lock."""
    return bool(await reader.rows("SELECT 1 FROM pg_locks WHERE NOT granted"))


def run(
    folder: Path,
    work: Callable[[Store, Recorder, list[int]], Awaitable[None]],
    keep: int = 10_000,
    engine: str = SQLITE,
) -> None:
    """Run with a recorder whose queue `flush` writes, and with the list of its counts of dropped requests."""

    url = url_of(new_database(engine, folder))

    async def go() -> None:
        async with contextlib.aclosing(await open_store(url, serve=True, connections=4)) as store:
            dropped: list[int] = []
            await work(store, Recorder(store, keep, Failures(), dropped.append), dropped)

    asyncio.run(go())


def test_the_oldest_requests_are_dropped_and_counted(tmp_path: Path) -> None:
    """recording.4"""

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        for number in range(QUEUE_LIMIT + 7):
            add(recorder, number)
        await recorder.flush()
        assert (sum(dropped), recorder.dropped) == (7, 7)
        assert await store.read(numbers) == list(range(7, QUEUE_LIMIT + 7))

    run(tmp_path, work)


def test_between_two_batches_only_some_requests_displace_older_ones(tmp_path: Path) -> None:
    """recording.4"""

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        newest = QUEUE_LIMIT + DISPLACED_LIMIT
        for number in range(newest + 7):
            add(recorder, number)
        await recorder.flush()
        assert sum(dropped) == DISPLACED_LIMIT + 7
        add(recorder, newest + 7)
        await recorder.flush()
        assert await store.read(numbers) == [*range(DISPLACED_LIMIT, newest), newest + 7]

    run(tmp_path, work)


def test_the_memory_of_the_queue_is_limited(tmp_path: Path) -> None:
    """recording.4"""
    fitting = QUEUE_BYTES // BODY_LIMIT

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        for number in range(fitting + 4):
            add(recorder, number, b"x" * BODY_LIMIT)
        await recorder.flush()
        kept = await store.read(numbers)
        # The rest of each request takes memory, too.
        assert kept == list(range(fitting + 4 - len(kept), fitting + 4))
        assert fitting - 4 < len(kept) <= fitting
        assert sum(dropped) == fitting + 4 - len(kept)

    run(tmp_path, work)


def test_bodies_that_are_not_recorded_take_no_memory(tmp_path: Path) -> None:
    """recording.3"""
    body = b"x" * (QUEUE_BYTES // 8)

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        for number in range(12):
            add(recorder, number, body)
        await recorder.flush()
        assert await store.read(numbers) == list(range(12))
        assert not dropped

    run(tmp_path, work)


def test_requests_that_cannot_be_written_are_counted(tmp_path: Path) -> None:
    """recording.4"""

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        add(recorder, 1)
        await store.write(remove_table)
        await recorder.flush()
        assert sum(dropped) == 1

    run(tmp_path, work)


def test_a_stop_waits_for_the_batch_that_is_being_written(tmp_path: Path) -> None:
    """recording.4"""
    writing, end = asyncio.Event(), asyncio.Event()

    async def delay(tx: Tx) -> None:
        await tx.execute("LOCK TABLE request")
        writing.set()
        await end.wait()

    async def work(store: Store, _: Recorder, dropped: list[int]) -> None:
        delayed = asyncio.create_task(store.write(delay))
        await writing.wait()
        async with recording(store, 10, Failures(), dropped.append) as recorder:
            assert recorder
            add(recorder, 1)
            while not await store.read(is_waiting):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.01)
            asyncio.get_running_loop().call_later(0.05, end.set)
        await delayed
        assert (await store.read(numbers), dropped) == ([1], [])

    run(tmp_path, work, engine=POSTGRESQL)


def test_the_newest_requests_are_kept_even_if_an_earlier_process_kept_more(tmp_path: Path) -> None:
    """recording.4"""

    async def work(store: Store, recorder: Recorder, dropped: list[int]) -> None:
        for number in range(60):
            add(recorder, number)
        await recorder.flush()
        next_process = Recorder(store, 5, Failures(), dropped.append)
        add(next_process, 60)
        await next_process.flush()
        assert await store.read(numbers) == [56, 57, 58, 59, 60]

    run(tmp_path, work, keep=50)
