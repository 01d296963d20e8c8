"""SQLite: file modes, the lock of the only server, and the thread of the writer."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from heliograph.errors import ServiceUnavailable, UsageError
from heliograph.storage.engine import Tx
from heliograph.storage.migrations import schema
from heliograph.storage.migrations.step import Step
from heliograph.storage.rows import meta
from heliograph.storage.sqlite.tx import vacuum
from tests.databases import write_lock
from tests.storage.conftest import opened, put, touch

LATEST = str(schema.latest())
pytestmark = pytest.mark.one_engine


def test_only_the_owner_can_access_the_files_of_a_database(url: str, tmp_path: Path) -> None:
    def modes() -> dict[str, int]:
        return {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}

    async def look() -> dict[str, int]:
        async with opened(url):
            return modes()

    found = asyncio.run(look())
    assert {"heliograph.db", "heliograph.db-wal", "heliograph.db.key", "heliograph.db.lock"} <= set(found)
    assert set(found.values()) == {0o600}


def test_a_second_server_is_refused_and_other_commands_are_not(url: str) -> None:
    async def work() -> str | None:
        async with opened(url):
            with pytest.raises(UsageError, match=rf"process {os.getpid()}\) serves"):
                await touch(url)
            return await touch(url, serve=False)

    assert asyncio.run(work()) == LATEST
    assert asyncio.run(touch(url)) == LATEST, "the server has released its lock"


def test_a_served_database_is_not_migrated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with opened(url):
            step = Step(schema.latest() + 1, ("CREATE TABLE later (id {text})",))
            monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, step))
            with pytest.raises(UsageError, match="serves"):
                await touch(url, serve=False)

    asyncio.run(work())
    assert asyncio.run(touch(url, serve=False)) == str(schema.latest()) != LATEST


def test_the_file_of_another_program_is_not_touched(url: str, tmp_path: Path) -> None:
    path = tmp_path / "heliograph.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE thing (id)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        asyncio.run(touch(url))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database at all, " * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_other_files_are_refused(url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heliograph.db").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be opened"):
        asyncio.run(touch(url))
    assert (tmp_path / "heliograph.db").read_bytes() == content


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"folder .* does not exist"):
        asyncio.run(touch(f"sqlite:///{tmp_path}/nowhere/heliograph.db"))


def test_a_database_in_memory_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert asyncio.run(touch("sqlite:///:memory:")) == LATEST
    assert list(tmp_path.iterdir()) == []


def test_a_storage_function_may_not_wait(url: str) -> None:
    async def waiting(tx: Tx) -> None:
        await asyncio.sleep(0)

    async def work() -> str:
        async with opened(url) as store:
            with pytest.raises(RuntimeError, match="may await nothing"):
                await store.write(waiting)
            return await store.write(put, "next", "works")

    assert asyncio.run(work()) == "works"


def test_writes_fail_while_another_process_locks_the_file(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.storage.sqlite.writer.BUSY_MILLISECONDS", 50)

    async def work() -> str:
        async with opened(url) as store:
            async with write_lock(url):
                outcomes = await asyncio.gather(
                    store.write(put, "a", "1"), store.write(put, "b", "1"), return_exceptions=True
                )
                assert [type(outcome) for outcome in outcomes] == [ServiceUnavailable, ServiceUnavailable]
                assert await store.snapshot(meta.get, "a") is None
            return await store.write(put, "a", "2")

    assert asyncio.run(work()) == "2"


def test_writes_are_durable_and_readers_do_not_wait(url: str, tmp_path: Path) -> None:
    async def settings(tx: Tx) -> tuple[str, int]:
        row = await tx.row(
            "SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous)"
        )
        assert row is not None
        return row[0], row[1]

    async def work() -> tuple[str, int]:
        async with opened(url) as store:
            await store.write(put, "a", "1")
            return await store.write(settings)

    assert asyncio.run(work()) == ("wal", 2)
    assert (tmp_path / "heliograph.db").exists()


class _Checkpointed(sqlite3.Connection):
    """A connection whose first attempts to truncate the log meet another checkpoint. SQLite does not wait for it."""

    busy = 3

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if "TRUNCATE" in sql and self.busy:
            self.busy -= 1
            return super().execute("SELECT 1, 0, 0")
        return super().execute(sql, *given)


def test_vacuum_waits_for_a_checkpoint(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "one.db", factory=_Checkpointed, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (id)")
        vacuum(connection)
        assert (tmp_path / "one.db-wal").stat().st_size == 0


def test_a_disk_without_space_is_named(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async def work() -> None:
        async with opened(url) as store:
            with pytest.raises(UsageError, match="cannot be rewritten: database or disk is full"):
                await store.compact()

    monkeypatch.setattr("heliograph.storage.sqlite.store.vacuum", full)
    asyncio.run(work())
