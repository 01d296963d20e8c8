"""Rows that are read by key outside of transactions: waiting lookups share one statement (PostgreSQL)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import Lock, Reader
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.databases import POSTGRESQL, new_database
from tests.storage.conftest import Run, put, statement_timeout


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database."""
    return new_database(POSTGRESQL, tmp_path)


def test_lookups_that_wait_share_a_statement(run: Run, statements: list[str]) -> None:
    names = [f"name {number % 70}" for number in range(100)]  # some are looked up twice, and some do not exist

    async def work(store: Store) -> list[str | None]:
        for number in range(50):
            await store.write(put, f"name {number}", str(number))
        statements.clear()
        return await asyncio.gather(*(store.read(meta.get, name) for name in names))

    assert run(work) == [str(number % 70) if number % 70 < 50 else None for number in range(100)]
    assert len(statements) <= 2


def test_a_lookup_never_returns_an_older_value_than_was_committed_before_it(run: Run) -> None:
    async def work(store: Store) -> int:
        committed, lookups = 0, 0

        async def write() -> None:
            nonlocal committed
            for number in range(1, 151):
                await store.write(put, "a", str(number))
                committed = number

        async def look() -> None:
            nonlocal lookups
            while committed < 150:
                least = committed
                assert int(await store.read(meta.get, "a") or 0) >= least
                lookups += 1

        await asyncio.gather(write(), *(look() for _ in range(20)))
        return lookups

    assert run(work) > 20


def test_a_lookup_that_fails_or_is_cancelled_does_not_affect_the_others(run: Run) -> None:
    async def work(store: Store) -> list[Any]:
        await store.write(put, "a", "1")
        tasks = [asyncio.create_task(store.read(meta.get, name)) for name in ("a", "a", "b\0", "a", "\ud800", "a")]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[3].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, *between, last = run(work)
    assert isinstance(first, asyncio.CancelledError)
    assert (between[0], last) == ("1", "1")
    assert isinstance(between[1], asyncpg.CharacterNotInRepertoireError)
    assert isinstance(between[2], asyncio.CancelledError)
    assert isinstance(between[3], Exception)


def test_all_lookups_of_a_failed_statement_report_it(run: Run, url: str, statements: list[str]) -> None:
    async def exclusively(store: Store) -> list[Any]:
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            await connection.execute("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE")
            statements.clear()
            async with statement_timeout(url, store, 0.2):
                outcomes = await asyncio.gather(
                    *(store.read(meta.get, f"{number}") for number in range(20)), return_exceptions=True
                )
        await connection.close()
        assert await store.read(meta.get, "0") is None
        return outcomes

    assert [type(outcome) for outcome in run(exclusively)] == [ServiceUnavailable] * 20
    assert len(statements) <= 3


def test_rows_are_locked_in_transactions_only(run: Run) -> None:
    async def locked(reader: Reader) -> None:
        await reader.get("meta", ("value",), ("name",), ("a",), lock=Lock.CHANGE)

    async def work(store: Store) -> None:
        await store.read(locked)

    with pytest.raises(ValueError, match="transactions only"):
        run(work)
