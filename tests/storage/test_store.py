"""The store: transactions, batches, and failures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from heliograph.errors import BadRequest, ServiceUnavailable
from heliograph.storage.engine import Lock, Reader, Tx
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.storage.conftest import Run, put


def test_writes_are_read_back_also_after_reopening(run: Run) -> None:
    async def write(store: Store) -> str | None:
        assert await store.write(put, "a", "1") == "1"
        assert await store.write(put, "a", "2") == "2"
        return await store.snapshot(meta.get, "a")

    async def read(store: Store) -> str | None:
        return await store.snapshot(meta.get, "a")

    assert run(write) == "2"
    assert run(read) == "2"


def test_a_refusal_rolls_back_only_its_own_work(run: Run) -> None:
    async def refused(tx: Tx) -> None:
        await meta.put(tx, "refused", "1")
        raise BadRequest("no")

    async def work(store: Store) -> list[str | None]:
        results = await asyncio.gather(
            store.write(put, "before", "1"),
            store.write(refused),
            store.write(put, "after", "1"),
            return_exceptions=True,
        )
        assert isinstance(results[1], BadRequest)
        return [await store.snapshot(meta.get, name) for name in ("before", "refused", "after")]

    assert run(work) == ["1", None, "1"]


def test_a_reader_cannot_write(run: Run) -> None:
    async def write(reader: Reader) -> None:
        await reader.rows("INSERT INTO meta (name, value) VALUES ('x', 'y') RETURNING name")

    async def work(store: Store) -> str | None:
        with pytest.raises(ServiceUnavailable):
            await store.snapshot(write)
        return await store.snapshot(meta.get, "x")

    assert run(work) is None


async def numbers(tx: Tx, calls: Sequence[int]) -> list[int]:
    """A batch that stores numbers, and fails for negative ones."""
    for call in calls:
        if call < 0:
            raise ZeroDivisionError("not a rule")
        await meta.put(tx, f"number {call}", str(len(calls)))
    return [call * 10 for call in calls]


def test_waiting_calls_share_a_batch(run: Run) -> None:
    async def work(store: Store) -> tuple[list[int], set[str | None]]:
        outcomes = await asyncio.gather(*(store.submit(numbers, one) for one in range(200)))
        sizes = {await store.snapshot(meta.get, f"number {one}") for one in range(200)}
        return list(outcomes), sizes

    outcomes, sizes = run(work)
    assert outcomes == [one * 10 for one in range(200)]
    assert max(int(size) for size in sizes) > 10, "200 concurrent calls did not share batches"


def test_a_failing_call_does_not_fail_its_batch(run: Run) -> None:
    async def work(store: Store) -> tuple[list[int | BaseException], str | None]:
        calls = [1, 2, -1, 3]
        outcomes = await asyncio.gather(*(store.submit(numbers, one) for one in calls), return_exceptions=True)
        return outcomes, await store.snapshot(meta.get, "number -1")

    outcomes, stored = run(work)
    assert outcomes[:2] + outcomes[3:] == [10, 20, 30]
    assert isinstance(outcomes[2], ZeroDivisionError)
    assert stored is None


def test_a_cancelled_caller_does_not_stop_the_others(run: Run) -> None:
    async def work(store: Store) -> tuple[int, str | None]:
        leaving = asyncio.ensure_future(store.submit(numbers, 1))
        staying = asyncio.ensure_future(store.submit(numbers, 2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying, await store.snapshot(meta.get, "number 1")

    outcome, stored = run(work)
    assert outcome == 20
    assert stored is not None, "a write that has begun is committed"


def test_a_caller_that_gives_up_waiting_lets_others_write(run: Run) -> None:
    async def work(store: Store) -> list[str | None]:
        for number in range(20):
            giving_up = asyncio.ensure_future(store.write(put, f"given up {number}", "1"))
            await asyncio.sleep(0.001 * (number % 4))
            giving_up.cancel()
        return [await store.write(put, f"kept {number}", "1") for number in range(20)]

    assert run(work) == ["1"] * 20


def test_an_error_after_a_commit_does_not_stop_later_writes(run: Run) -> None:
    """An error of delivery does not fail a committed write, and other writes follow."""

    async def due(tx: Tx, name: str) -> str:
        tx.effects.due.add(("webhook", 0))
        return await put(tx, name, "1")

    def fail(due: object) -> None:
        raise RuntimeError("delivery is broken")

    async def go(store: Store) -> list[str]:
        store.on_due = fail
        async with asyncio.timeout(10):
            return [await store.write(due, name) for name in ("first", "second")]

    assert run(go) == ["1", "1"]


@pytest.mark.parametrize("size", [1, 2, 4, 5, 16, 17, 100])
def test_sets_of_every_size(run: Run, size: int) -> None:
    names = [f"name {number:03}" for number in range(size)]
    keys = [(name,) for name in names]

    async def change(tx: Tx) -> list[list[tuple[str, str]]]:
        found = []

        async def note(lock: Lock = Lock.NONE) -> None:
            rows = await tx.get_many("meta", ("name", "value"), ("name",), [*keys, ("missing",)], lock=lock)
            found.append(sorted((row[0], row[1]) for row in rows))

        await tx.insert("meta", ("name", "value"), [(name, "old") for name in names])
        await note(Lock.CHANGE)
        await tx.update("meta", ("value",), ("name",), [(f"new {name}", name) for name in names])
        await note()
        await tx.delete("meta", ("name",), keys[1:])
        await note()
        return found

    async def work(store: Store) -> list[list[tuple[str, str]]]:
        await store.write(put, "other", "kept")
        found: list[list[tuple[str, str]]] = await store.write(change)
        assert await store.read(meta.get, "other") == "kept"
        return found

    changed = [(name, f"new {name}") for name in names]
    assert run(work) == [[(name, "old") for name in names], changed, changed[:1]]
