"""Copies committed pages from the write-ahead log to the database file, in a thread and on a connection of its own.

If the writer did it, a transaction would wait until a full log is copied: with a million participants, whose pages are
scattered over the file, for hundreds of milliseconds. Small checkpoints next to the writer leave it little to copy.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from heliograph.storage.sqlite.tx import connect

_CHANGES = 2_000
"""How many rows change from one checkpoint to the next. A row is a page at most, so this is up to 8 MB."""


class Checkpointer:
    """Runs checkpoints for a writer."""

    def __init__(self, path: Path, writer: sqlite3.Connection) -> None:
        self._path = path
        self._writer = writer
        self._next = writer.total_changes + _CHANGES
        self._due = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="heliograph-checkpoints", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """Called after each commit: begin a checkpoint if enough rows have changed."""
        changes = self._writer.total_changes
        if changes >= self._next:
            self._next = changes + _CHANGES
            self._due.set()

    def replaced(self) -> None:
        """Called after all pages have changed: begin a checkpoint."""
        self._due.set()

    def stop(self) -> None:
        """Finish a checkpoint that is running, and end the thread."""
        self._stopping = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while self._due.wait() and not self._stopping:
            self._due.clear()
            # The writer runs into an error of the disk too, and reports it. The next checkpoint tries again.
            with suppress(sqlite3.Error):
                connection = connection or connect(self._path, read_only=False)
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        if connection is not None:
            connection.close()
