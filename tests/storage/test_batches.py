"""A batch that fails because of one of its rows is split, and every caller gets an outcome after any failure."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from heliograph.errors import ServiceUnavailable
from heliograph.storage.engine import StaleRead, Tx
from heliograph.storage.rows import meta
from heliograph.storage.sqlite.writer import Writer
from heliograph.storage.store import Store
from tests.storage.conftest import Run, put

WORD = "".join(map(chr, random.Random(7).sample(range(0x4E00, 0x9FFF), 3000)))


async def _taken(tx: Tx) -> None:
    await tx.insert("meta", ("name", "value"), [("schema_version", "again")])


async def _without_value(tx: Tx) -> None:
    await tx.insert("meta", ("name", "value"), [("null", None)])


async def _too_large(tx: Tx) -> None:
    await tx.insert("lease", ("name", "owner", "beat"), [("large", "", 2**70)])


async def _of_another_type(tx: Tx) -> None:
    await tx.insert("meta", ("name", "value"), [("type", object())])


async def _too_long_for_an_index(tx: Tx) -> None:
    await tx.insert("meta", ("name", "value"), [(WORD, "long")])
    if tx.buckets == 1:
        raise sqlite3.DataError("SQLite takes it")


async def _no_statement(tx: Tx) -> None:
    await tx.execute("SELECT FROM WHERE")


async def _always_again(tx: Tx) -> None:
    raise asyncpg.SerializationError


POISONS = {
    one.__name__[1:]: one
    for one in (
        _taken,
        _without_value,
        _too_large,
        _of_another_type,
        _too_long_for_an_index,
        _no_statement,
        _always_again,
    )
}


async def poisoned(tx: Tx, calls: Sequence[str]) -> list[str]:
    """A batch that stores names, and runs the failing statement of a name in `POISONS`."""
    for call in calls:
        if call in POISONS:
            await POISONS[call](tx)
        await meta.put(tx, call, "stored")
    return [f"{call} of {len(calls)}" for call in calls]


def test_a_failing_row_does_not_fail_its_batch(run: Run) -> None:
    async def work(store: Store) -> None:
        for name in POISONS:
            outcomes = await asyncio.gather(
                *(store.submit(poisoned, call) for call in ("before", name, "after")), return_exceptions=True
            )
            assert isinstance(outcomes[1], Exception), name
            assert outcomes[::2] == ["before of 1", "after of 1"], name
            # The failing item fails again alone, and the next batch is not split.
            with pytest.raises(type(outcomes[1])):
                await store.submit(poisoned, name)
            assert await store.submit(poisoned, "next") == "next of 1", name

    run(work)


def test_a_batch_is_not_split_while_the_database_is_unavailable(run: Run) -> None:
    attempts = 0

    async def away(tx: Tx, calls: Sequence[int]) -> list[int]:
        nonlocal attempts
        attempts += 1
        if tx.buckets > 1:
            raise asyncpg.ConnectionDoesNotExistError
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    async def work(store: Store) -> int:
        outcomes = await asyncio.gather(*(store.submit(away, one) for one in range(50)), return_exceptions=True)
        assert {type(one) for one in outcomes} == {ServiceUnavailable}
        return await store.submit(numbers, 5)

    assert run(work) == 5
    assert attempts <= 4


async def numbers(tx: Tx, calls: Sequence[int]) -> list[int]:
    """A batch that changes nothing."""
    return list(calls)


async def short(tx: Tx, calls: Sequence[int]) -> list[int]:
    """A batch that returns too few outcomes."""
    await put(tx, "short", "stored")
    return list(calls[1:])


async def cancelled(tx: Tx, calls: Sequence[int]) -> list[int]:
    """A batch in which a library cancels its own future."""
    raise asyncio.CancelledError


@pytest.mark.parametrize("batch", [short, cancelled])
def test_a_misbehaving_batch_leaves_no_caller_waiting(run: Run, batch: Any) -> None:
    async def work(store: Store) -> str | None:
        async with asyncio.timeout(10):
            outcomes = await asyncio.gather(
                *(store.submit(batch, one) for one in range(3)), store.submit(numbers, 9), return_exceptions=True
            )
            assert all(isinstance(one, Exception) for one in outcomes[:3])
            assert outcomes[3] == 9
            assert await store.submit(numbers, 5) == 5
            assert await store.write(put, "still", "written") == "written"
        return await store.snapshot(meta.get, "short")

    assert run(work) is None


@pytest.mark.one_engine
@pytest.mark.parametrize("fault", ["figures", "thread", "rollback"])
def test_the_writer_continues_after_any_failure(run: Run, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    async def work(store: Store) -> None:
        failing = True

        def fail(*_: Any) -> None:
            if failing:
                raise RuntimeError(fault)

        if fault == "figures":
            store.observe_batch = fail
        elif fault == "thread":
            monkeypatch.setattr(asyncio.get_running_loop(), "run_in_executor", fail)
        else:
            monkeypatch.setattr(Writer, "roll_back", fail)
        async with asyncio.timeout(10):
            batch = poisoned if fault == "rollback" else numbers
            call: Any = "taken" if fault == "rollback" else 1
            await asyncio.gather(*(store.submit(batch, call) for _ in range(2)), return_exceptions=True)
            failing = False
            monkeypatch.undo()
            assert await store.submit(numbers, 5) == 5
            assert await store.write(put, "still", "written") == "written"

    run(work)


def test_a_write_is_repeated_while_its_reads_are_stale(run: Run) -> None:
    attempts = 0

    async def contended(tx: Tx) -> int:
        nonlocal attempts
        attempts += 1
        if tx.buckets > 1 and attempts < 15:  # only PostgreSQL has transactions that run at the same time
            raise StaleRead
        return attempts

    async def work(store: Store) -> int:
        return await store.write(contended)

    assert run(work) == attempts
