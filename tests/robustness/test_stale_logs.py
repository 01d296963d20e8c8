"""A write-ahead log that a crash left behind: it is used with its own database, and refused with any other."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from heliograph.storage.rows import meta
from heliograph.storage.sqlite.file_watch import CHECK_SECONDS
from tests.robustness.test_files import database, refused, vacuum_into
from tests.storage.conftest import opened, put, touch

pytestmark = pytest.mark.one_engine
__all__ = ["database"]


@pytest.mark.parametrize("checkpointed", [True, False], ids=["some pages in the log", "all pages in the log"])
@pytest.mark.parametrize("placed", [shutil.copyfile, shutil.copy2, os.replace])
def test_a_log_that_belongs_to_another_database(
    database: Path, placed: Callable[[Path, Path], object], checkpointed: bool
) -> None:
    killed_after(database, checkpointed=checkpointed)
    placed(database.with_name("backup.db"), database)
    line = refused(
        database, "heliograph.db-wal does not belong to", "move heliograph.db-wal and heliograph.db-shm away"
    )
    assert refused(database) == line, "nothing was changed"
    for suffix in ("-wal", "-shm"):
        database.with_name(f"heliograph.db{suffix}").rename(database.with_name(f"away{suffix}"))
    assert asyncio.run(touch(f"sqlite:///{database}"))


@pytest.mark.parametrize("checkpointed", [True, False], ids=["some pages in the log", "all pages in the log"])
def test_a_crash_leaves_a_log_that_belongs_to_its_database(database: Path, checkpointed: bool) -> None:
    killed_after(database, checkpointed=checkpointed)
    for change in (
        lambda: database.chmod(0o640),
        lambda: shutil.copytree(database.parent, database.parents[1] / "copy"),
        lambda: database.with_name("heliograph.db.lock").unlink(),
    ):
        change()
        assert values_of(database) == 2
    assert values_of(database.parents[1] / "copy" / database.name) == 2


def values_of(database: Path) -> int:
    """The number of acknowledged values of a killed process that are found in a copy of its files."""
    folder = database.parents[1] / f"opened {time.monotonic_ns()}"
    shutil.copytree(database.parent, folder)

    async def work() -> int:
        async with opened(f"sqlite:///{folder / database.name}") as store:
            return sum([await store.snapshot(meta.get, name) == "1" for name in ("before", "after")])

    return asyncio.run(work())


def killed_after(database: Path, *, checkpointed: bool) -> None:
    """Run a serving process that is killed at the end, and makes a backup next to its files halfway."""

    async def work() -> None:
        async with opened(f"sqlite:///{database}") as store:
            for number in range(200):
                await store.write(put, f"first {number}", "x" * 100)
            await store.write(put, "before", "1")
            vacuum_into(database)
            if checkpointed:
                with closing(sqlite3.connect(database)) as file:
                    file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                await asyncio.sleep(3 * CHECK_SECONDS)
            for number in range(200):
                await store.write(put, f"second {number}", "x" * 100)
            await store.write(put, "after", "1")
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            asyncio.run(work())
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
