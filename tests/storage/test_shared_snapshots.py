"""Snapshots on SQLite that the reads of one step of the event loop share."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from tests.databases import SQLITE, new_database, url_of
from tests.storage.conftest import opened, put

pytestmark = pytest.mark.one_engine


def write_elsewhere(path: Path, value: str) -> None:
    """Commit a value of `x` as another process does."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('x', ?)", (value,))


async def read(store: Store) -> str | None:
    """The value of `x`."""
    return await store.read(meta.get, "x")


def values(folder: Path, *, quiet: bool = False, serve: bool = True) -> list[str | None]:
    """The values of two reads in one step, each after a commit of another process, and of a read in the next step."""
    path = folder / "heliograph.db"

    async def go() -> list[str | None]:
        found = []
        async with opened(url_of(path), serve=serve) as store:
            store.is_quiet = lambda: quiet
            await asyncio.sleep(0)  # opening the store has read in this step
            for value in ("1", "2"):
                write_elsewhere(path, value)
                found.append(await read(store))
            await asyncio.sleep(0)
            return [*found, await read(store)]

    new_database(SQLITE, folder)
    return asyncio.run(go())


def test_the_reads_of_a_step_share_a_snapshot(tmp_path: Path) -> None:
    assert values(tmp_path) == ["1", "1", "2"]


def test_a_lone_request_and_a_command_do_not_share_a_snapshot(tmp_path: Path) -> None:
    assert values(tmp_path, quiet=True) == ["1", "2", "2"]
    assert values(tmp_path, serve=False) == ["1", "2", "2"]


def test_a_snapshot_of_several_statements_is_the_snapshot_of_the_step(tmp_path: Path) -> None:
    async def go() -> list[str | None]:
        async with opened(new_database(SQLITE, tmp_path)) as store:
            await store.write(put, "x", "1")
            both = [await read(store), await store.snapshot(meta.get, "x")]
            await store.write(put, "x", "2")
            return [*both, await store.snapshot(meta.get, "x")]

    assert asyncio.run(go()) == ["1", "1", "2"]


def test_a_read_sees_every_write_that_its_caller_knows(tmp_path: Path) -> None:
    async def write_and_read(store: Store, name: str) -> None:
        for number in range(20):
            written = await store.write(put, name, str(number))
            assert await store.read(meta.get, name) == written

    async def go() -> None:
        async with opened(new_database(SQLITE, tmp_path)) as store:
            await asyncio.gather(*(write_and_read(store, f"x{one}") for one in range(20)))

    asyncio.run(go())
