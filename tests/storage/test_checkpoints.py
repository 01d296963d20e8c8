"""Checkpoints of SQLite, which run in a thread."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from heliograph.storage.sqlite import checkpoints
from heliograph.storage.sqlite.checkpoints import Checkpointer
from heliograph.storage.sqlite.tx import connect
from tests.waiting import until


def test_they_go_on_after_the_database_could_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[Path] = []

    def opened(path: Path, *, read_only: bool) -> sqlite3.Connection:
        attempts.append(path)
        if len(attempts) == 1:
            raise sqlite3.OperationalError("disk I/O error")
        return connect(path, read_only=read_only)

    monkeypatch.setattr(checkpoints, "connect", opened)
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
