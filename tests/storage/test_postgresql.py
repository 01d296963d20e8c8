"""PostgreSQL: several processes on one database, a small pool, and retried transactions."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage.engine import Reader, Tx
from heliograph.storage.opening import open_store
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.databases import (
    POSTGRESQL,
    everything,
    key_file,
    new_database,
    rows,
    transaction,
    with_parameters,
    write_lock,
)
from tests.harness import command
from tests.storage.conftest import opened, put, statement_timeout, touch

PROCESSES = 6


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database."""
    return new_database(POSTGRESQL, tmp_path)


def in_store(url: str, work: Callable[[Store], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine function with an open store."""

    async def run() -> Any:
        async with opened(url) as store:
            return await work(store)

    return asyncio.run(run())


def test_processes_that_start_together_agree(url: str) -> None:
    line = [sys.executable, "-m", "heliograph", "init", "--database", url, "--json"]
    processes = [
        subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    outcomes = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert {(error, status) for _, error, status in outcomes} == {("", 0)}
    assert len({out for out, *_ in outcomes}) == 1
    made = json.loads(outcomes[0][0])
    assert rows(url, "SELECT id FROM app") == [(made["app"]["id"],)]
    assert sorted(rows(url, "SELECT id FROM api_key")) == sorted(
        (made[name]["id"],) for name in ("appKey", "accountKey")
    )


def test_a_table_of_another_program_with_our_name_is_refused(url: str) -> None:
    with transaction(url) as query:
        query("CREATE TABLE meta (thing TEXT)")
    with pytest.raises(UsageError, match="another program"):
        asyncio.run(touch(url))
    assert everything(url) == {"meta": []}


def test_two_stores_see_each_other(url: str) -> None:
    async def work() -> list[str | None]:
        async with opened(url) as one, opened(url) as other:
            await one.write(put, "a", "1")
            seen = [await other.snapshot(meta.get, "a")]
            await other.write(put, "a", "2")
            return [*seen, await one.snapshot(meta.get, "a"), await one.read(meta.get, "a")]

    assert asyncio.run(work()) == ["1", "2", "2"]


def test_a_snapshot_is_consistent_and_a_read_sees_the_latest_commit(url: str) -> None:
    async def twice(reader: Reader, store: Store, value: str) -> list[str | None]:
        before = await meta.get(reader, "a")
        await store.write(put, "a", value)
        return [before, await meta.get(reader, "a")]

    async def work(store: Store) -> list[list[str | None]]:
        await store.write(put, "a", "1")
        return [await store.snapshot(twice, store, "2"), await store.read(twice, store, "3")]

    assert in_store(url, work) == [["1", "1"], ["2", "3"]]


def test_never_more_connections_than_allowed(url: str) -> None:
    name = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'heliograph/%' AND query LIKE '%limited%'"

    async def busy(reader: Reader) -> int:
        row = await reader.row(f"SELECT pg_sleep(0.02), ({name}) AS limited")
        assert row is not None
        return int(row[1])

    async def work() -> list[int]:
        store = await open_store(url, connections=3)
        try:
            return await asyncio.gather(
                *[store.snapshot(busy) for _ in range(20)], *[store.read(busy) for _ in range(20)]
            )
        finally:
            await store.close()

    counts = asyncio.run(work())
    assert max(counts) <= 3


def test_deadlocked_transactions_are_both_committed(url: str) -> None:
    async def work(store: Store) -> list[tuple[str | None, int]]:
        await store.write(put, "a", "0")
        await store.write(put, "b", "0")
        begun = [asyncio.Event(), asyncio.Event()]
        attempts = [0, 0]

        async def cross(tx: Tx, mine: int) -> None:
            attempts[mine] += 1
            await meta.put(tx, "ab"[mine], str(mine))
            begun[mine].set()
            await begun[1 - mine].wait()
            await meta.put(tx, "ab"[1 - mine], str(mine))

        await asyncio.gather(store.write(cross, 0), store.write(cross, 1))
        return [(await store.snapshot(meta.get, name), sum(attempts)) for name in "ab"]

    (first, attempts), (second, _) = in_store(url, work)
    assert first == second
    assert attempts >= 3  # the database may abort one of them, or both


def test_the_second_of_two_concurrent_inserts_finds_the_row(url: str) -> None:
    async def work(store: Store) -> tuple[str, str]:
        arrived = asyncio.Barrier(2)

        async def add(tx: Tx, value: str) -> str:
            if (found := await meta.get(tx, "a")) is not None:
                return found
            await arrived.wait()
            await tx.insert("meta", ("name", "value"), [("a", value)])
            return value

        return await asyncio.gather(store.write(add, "1"), store.write(add, "2"))

    first, second = in_store(url, work)
    assert first == second


def test_a_statement_timeout_is_reported_and_rolled_back(url: str) -> None:
    async def work(store: Store) -> str:
        async with write_lock(url):
            async with statement_timeout(url, store, 0.2):
                outcomes = await asyncio.gather(
                    store.write(put, "a", "1"), store.write(put, "b", "1"), return_exceptions=True
                )
            assert [type(outcome) for outcome in outcomes] == [ServiceUnavailable, ServiceUnavailable]
            assert await store.snapshot(meta.get, "a") is None
        return await store.write(put, "b", "2")

    assert in_store(url, work) == "2"
    assert rows(url, "SELECT value FROM meta WHERE name IN ('a', 'b')") == [("2",)]


def test_an_exhausted_pool_is_reported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(store: Store) -> str:
        async with write_lock(url):
            waiting = [asyncio.ensure_future(store.write(put, name, "1")) for name in "ab"]
            while store.connections != (2, 0):  # noqa: ASYNC110 -- the store opens the second one
                await asyncio.sleep(0.005)
            with monkeypatch.context() as patch:
                patch.setattr("heliograph.storage.postgres.pool.ACQUIRE_SECONDS", 0.2)
                with pytest.raises(ServiceUnavailable):
                    await store.snapshot(meta.get, "a")
        await asyncio.gather(*waiting)
        return await store.write(put, "c", "1")

    assert in_store(url, work) == "1"


def test_commits_are_synchronous_even_if_the_database_defaults_to_asynchronous(url: str) -> None:
    async def setting(tx: Tx) -> str:
        row = await tx.row("SHOW synchronous_commit")
        assert row is not None
        return str(row[0])

    async def work(store: Store) -> str:
        return await store.write(setting)

    assert in_store(with_parameters(url, synchronous_commit="off"), work) == "on"


def test_another_machine_needs_the_master_key(url: str, tmp_path: Path) -> None:
    first = command("init", "--database", url, "--json")
    assert first.returncode == 0, first.stderr
    kept = key_file(url)
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert kept.stat().st_mode & 0o777 == 0o600
    elsewhere = {"XDG_CONFIG_HOME": "", "HOME": str(tmp_path)}
    refused = command("init", "--database", url, "--json", env=elsewhere)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    file = tmp_path / ".config/heliograph" / kept.name
    assert f"the master key is missing: restore {file}" in refused.stderr
    assert not file.exists()
    file.write_bytes(kept.read_bytes())
    assert command("init", "--database", url, "--json", env=elsewhere).stdout == first.stdout
