"""Checkpoints of a SQLite database, which run in a thread."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from heliograph.storage.sqlite import checkpoints
from heliograph.storage.sqlite.checkpoints import Checkpointer
from heliograph.storage.sqlite.tx import connect
from heliograph.storage.store import Store
from tests.databases import SQLITE
from tests.delivery.site import new_site
from tests.storage.conftest import Run, opened
from tests.waiting import until

USERS = 3_000
SECONDS = 20


def size(path: str) -> int:
    """The size of a file in bytes."""
    return Path(path).stat().st_size


def grown(path: str, before: int) -> int:
    """Wait until a file is larger than before; returns its size."""
    deadline = time.monotonic() + SECONDS
    while size(path) <= before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return size(path)


@pytest.mark.one_engine(SQLITE)
def test_pages_are_copied_long_before_the_log_is_full(run: Run, url: str) -> None:
    file = url.removeprefix("sqlite:///")

    async def go(store: Store) -> tuple[int, int, int]:
        site, before = await new_site(store), size(file)
        for _ in range(USERS // 100):
            await asyncio.gather(*[site.user() for _ in range(100)])
        return before, await asyncio.to_thread(grown, file, before), size(f"{file}-wal")

    before, after, log = run(go)
    assert after > before
    assert log < 32_000_000

    async def count() -> int:
        async with opened(url) as store:
            row = await store.read(lambda reader: reader.row("SELECT count(*) FROM app_user"))
            assert row is not None
            return int(row[0])

    assert asyncio.run(count()) == USERS


def test_checkpoints_continue_after_a_failed_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[Path] = []

    def failing(path: Path, *, read_only: bool) -> sqlite3.Connection:
        attempts.append(path)
        if len(attempts) == 1:
            raise sqlite3.OperationalError("disk I/O error")
        return connect(path, read_only=read_only)

    monkeypatch.setattr(checkpoints, "connect", failing)
    path = tmp_path / "database.db"
    with closing(connect(path, read_only=False)) as writer:
        writer.execute("CREATE TABLE note AS SELECT 'in the log' AS text")
        checkpointer = Checkpointer(path, writer)
        checkpointer.replaced()
        until(lambda: attempts)
        assert b"in the log" not in path.read_bytes()
        checkpointer.replaced()
        until(lambda: b"in the log" in path.read_bytes())
        checkpointer.stop()
