"""The pool of PostgreSQL connections: FIFO order, cancelled waiters, and connections that are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Reader
from heliograph.storage.opening import open_store
from heliograph.storage.postgres.pool import Pool
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL, migrated_database
from tests.storage.conftest import end_sessions, sessions

WAITERS = 100
PATIENCE_SECONDS = 30


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A database of its own: a statement that a test leaves behind delays changes of the schema in its database."""
    with migrated_database(POSTGRESQL, tmp_path) as url:
        yield url


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests wait for a connection as long as the tests do."""
    monkeypatch.setattr("heliograph.storage.postgres.pool.ACQUIRE_SECONDS", PATIENCE_SECONDS)


@asynccontextmanager
async def opened(url: str, connections: int) -> AsyncIterator[Store]:
    """An open store with this many connections."""
    store = await open_store(url, connections=connections)
    try:
        yield store
    finally:
        await store.close()


async def process(reader: Reader, seconds: float = 0.0) -> int:
    """The process id of the connection, after a pause."""
    row = await reader.row("SELECT pg_sleep($1::float8), pg_backend_pid()", seconds)
    assert row is not None
    return int(row[1])


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 -- the condition is one of the store
            await asyncio.sleep(0.005)


async def until_asleep(url: str, store: Store, count: int) -> None:
    """Wait until this many sessions of a store execute `process`."""
    async with sessions(url, store) as select, asyncio.timeout(PATIENCE_SECONDS):
        while await select("count(*) FILTER (WHERE wait_event = 'PgSleep')") < count:  # noqa: ASYNC110 -- PostgreSQL waits
            await asyncio.sleep(0.005)


async def terminate(url: str, store: Store) -> None:
    """Terminate, on the server, the sessions of a store."""
    async with sessions(url, store) as select:
        await select("count(pg_terminate_backend(pid))")


def test_requests_get_connections_in_the_order_in_which_they_ask(url: str) -> None:
    asked: list[int] = []
    served: list[int] = []

    async def query(reader: Reader, number: int) -> None:
        served.append(number)
        await process(reader)

    async def client(store: Store, first: int) -> None:
        for number in range(first, first + 5):
            asked.append(number)
            await store.snapshot(query, number)

    async def work() -> None:
        async with opened(url, 1) as store:
            await asyncio.gather(*(client(store, 10 * number) for number in range(WAITERS)))

    asyncio.run(work())
    assert served == asked


def test_a_cancelled_waiter_never_keeps_a_connection(url: str) -> None:
    """The waiter is cancelled at each step of the event loop between the release of a connection and its use."""

    async def work() -> list[tuple[int, int]]:
        pool = Pool(lambda: asyncpg.connect(url), 1)
        after = []
        for steps in range(12):
            release = asyncio.Event()

            async def hold(release: asyncio.Event = release) -> None:
                async with pool.connection():
                    await release.wait()

            holder, waiter, last = [asyncio.create_task(hold()) for _ in range(3)]
            await until(lambda: pool.connections == (1, 0))
            release.set()
            for _ in range(steps):
                await asyncio.sleep(0)
            waiter.cancel()
            await asyncio.wait_for(asyncio.gather(holder, last), PATIENCE_SECONDS)
            await asyncio.gather(waiter, return_exceptions=True)
            after.append(pool.connections)
        await pool.close()
        return after

    assert asyncio.run(work()) == [(0, 1)] * 12


async def use(pool: Pool, seconds: float = 0.0) -> str:
    """Use a connection for this long."""
    async with pool.connection():
        await asyncio.sleep(seconds)
        return "used"


class Opener:
    """Opens connections up to a limit, unless `refusal` is set, and counts the connections that it opens at once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.refusal: Exception | None = None
        self.limit = WAITERS
        self.opened = self.tries = self.opening = self.most = 0

    async def __call__(self) -> asyncpg.Connection:
        """Open a connection."""
        self.tries += 1
        self.opening += 1
        self.most = max(self.most, self.opening)
        try:
            await asyncio.sleep(0.01)
            await until(lambda: self.opened < self.limit)
            if self.refusal is not None:
                raise self.refusal
            self.opened += 1
            return await asyncpg.connect(self.url)
        finally:
            self.opening -= 1


async def hold(pool: Pool, count: int) -> None:
    """Use a connection until the pool has this many."""
    async with pool.connection():
        await until(lambda: sum(pool.connections) == count)


def test_connections_are_opened_one_at_a_time_while_requests_wait(url: str) -> None:
    """The tasks at the start of a process need one connection, even if they begin together."""

    async def work() -> None:
        opener = Opener(url)
        pool = Pool(opener, 8)
        opener.limit = 1
        await asyncio.gather(*(use(pool) for _ in range(WAITERS)))
        assert (opener.opened, opener.tries) == (1, 2)
        opener.limit = 8
        await asyncio.gather(*(hold(pool, 8) for _ in range(16)))
        assert (opener.opened, pool.connections) == (8, (0, 8))
        await pool.close()
        assert opener.most == 1

    asyncio.run(work())


def test_without_connections_all_waiters_fail_and_the_next_request_is_served(url: str) -> None:
    async def work() -> list[type]:
        opener = Opener(url)
        pool = Pool(opener, 4)
        opener.refusal = asyncpg.CannotConnectNowError("starting up")
        outcomes = await asyncio.gather(*(use(pool) for _ in range(WAITERS)), return_exceptions=True)
        assert opener.tries == 1
        opener.refusal = None
        outcomes.append(await use(pool))
        await pool.close()
        return [type(outcome) for outcome in outcomes]

    assert asyncio.run(work()) == [asyncpg.CannotConnectNowError] * WAITERS + [str]


def test_at_the_limit_of_the_database_requests_share_the_open_connections(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heliograph.storage.postgres.pool.PAUSE_SECONDS", (0.01, 0.02))

    async def work() -> None:
        opener = Opener(url)
        pool = Pool(opener, 4)
        await use(pool)
        opener.refusal = asyncpg.TooManyConnectionsError("sorry, too many clients already")
        await asyncio.gather(*(use(pool, 0.001) for _ in range(WAITERS)))
        assert (opener.opened, pool.connections) == (1, (0, 1))
        assert opener.tries > 1
        opener.refusal = None
        await asyncio.gather(*(hold(pool, 4) for _ in range(8)))
        assert pool.connections == (0, 4)
        await pool.close()

    asyncio.run(work())


def test_connections_that_the_server_terminates_are_replaced(url: str) -> None:
    async def work() -> list[type]:
        async with opened(url, 2) as store:
            busy = [asyncio.create_task(store.snapshot(process, 60.0)) for _ in range(2)]
            await until_asleep(url, store, 2)
            waiting = [asyncio.create_task(store.read(process, 0.01)) for _ in range(WAITERS)]
            await terminate(url, store)
            outcomes = await asyncio.gather(*busy, *waiting, return_exceptions=True)
            await end_sessions(url, store)  # idle ones too
            outcomes.append(await store.read(process))
            return [type(outcome) for outcome in outcomes]

    assert asyncio.run(work()) == [ServiceUnavailable] * 2 + [int] * (WAITERS + 1)


def test_a_cancelled_statement_does_not_cost_its_connection(url: str) -> None:
    async def work() -> tuple[int, int]:
        async with opened(url, 1) as store:
            before = await store.read(process)
            cancelled = asyncio.create_task(store.read(process, 60.0))
            await until_asleep(url, store, 1)
            cancelled.cancel()
            return before, await asyncio.wait_for(store.read(process), PATIENCE_SECONDS)

    before, after = asyncio.run(work())
    assert before == after


def test_unused_connections_are_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.storage.postgres.pool.UNUSED_SECONDS", 0.1)

    async def work() -> None:
        all_in_use = asyncio.Barrier(3)

        async def use(reader: Reader) -> None:
            await all_in_use.wait()

        async with opened(url, 3) as store:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*(store.read(use) for _ in range(3)))
            async with asyncio.timeout(PATIENCE_SECONDS):  # one connection remains in use
                while store.connections != (0, 1):
                    await store.read(process)
            await until(lambda: store.connections == (0, 0))
            await store.read(process)

    asyncio.run(work())


def test_closing_waits_for_requests_and_refuses_new_ones(url: str) -> None:
    async def work() -> list[int]:
        async with opened(url, 2) as store:
            running: list[Awaitable[int]] = [asyncio.create_task(store.read(process, 0.05)) for _ in range(6)]
            await asyncio.sleep(0)
            await store.close()
            with pytest.raises(ServiceUnavailable):
                await store.read(process)
            assert store.connections == (0, 0)
            return await asyncio.gather(*running)

    assert len(asyncio.run(work())) == 6


def test_closing_terminates_connections_that_hang(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.storage.postgres.pool.CLOSE_SECONDS", 0.1)

    async def work() -> BaseException | int:
        async with opened(url, 1) as store:
            hanging = asyncio.create_task(store.read(process, 60.0))
            await until_asleep(url, store, 1)
            await store.close()
            (outcome,) = await asyncio.wait_for(asyncio.gather(hanging, return_exceptions=True), PATIENCE_SECONDS)
            return outcome

    assert isinstance(asyncio.run(work()), ServiceUnavailable)
