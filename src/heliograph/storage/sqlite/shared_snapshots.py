"""Snapshots that reads share.

A snapshot begins and ends with system calls that lock the files, which can take as long as reading a row. So
the reads of one step of the event loop share a snapshot. Its end is scheduled when it begins, so before the callback
that wakes the caller of a write that is committed later: no read returns an older state than its caller knows.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class SharedSnapshots:
    """The snapshots of a connection that only reads, one after the other."""

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._end_of_step: asyncio.Handle | None = None

    def share(self) -> None:
        """Begin a snapshot, unless there is one, for all reads until the end of this step of the event loop."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")
            self._end_of_step = self._loop.call_soon(self.end)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A single snapshot for the block, which must not wait for the event loop."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def end(self) -> None:
        """End the shared snapshot, if there is one."""
        if self._end_of_step is not None:
            self._end_of_step.cancel()
            self._end_of_step = None
            if self._connection.in_transaction:  # an error may have ended it
                self._connection.execute("COMMIT")
