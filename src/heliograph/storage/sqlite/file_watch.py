"""Watches the files of a served database for deletion, replacement and foreign writes.

SQLite keeps using files that were deleted or replaced, and the writes that it acknowledges are lost. So the server
checks the file names every 0.1 seconds. It detects programs that write into the file itself, such as
`cp backup.db heliograph.db`, by its modification time: in WAL mode only checkpoints write to the file, and the index of
the write-ahead log counts them (https://www.sqlite.org/walformat.html).
"""

from __future__ import annotations

import logging
import os
import struct
from dataclasses import dataclass

from heliograph.storage.sqlite.location import Location
from heliograph.storage.sqlite.locking import DatabaseFile, Identity

CHECK_SECONDS = 0.1
_INDEX_BYTES = 136
_LOG_HEADER, _FRAME_HEADER = 32, 24

log = logging.getLogger("heliograph.storage")


@dataclass(frozen=True, slots=True)
class _Index:
    """The index of the write-ahead log: its frames, and how many of them checkpoints have copied."""

    frames: int
    page_size: int
    salts: bytes
    copied: int
    to_be_copied: int

    @property
    def checkpoint(self) -> tuple[bytes, int, int]:
        """A value that changes with every checkpoint."""
        return self.salts, self.copied, self.to_be_copied

    @property
    def log_size(self) -> int:
        """The minimum size of the log in bytes."""
        return _LOG_HEADER + self.frames * (_FRAME_HEADER + self.page_size) if self.frames else 0


class FileWatch:
    """Watches the files of a served database. If it finds them changed, the store fails until it is reopened."""

    def __init__(self, location: Location, file: DatabaseFile) -> None:
        """Store the identities of the open files. The connections must be open."""
        self.lost = False
        self._file = file
        self._location = location
        self._known: dict[str, Identity] = {str(location.path): file.identity}
        for path in (location.log, location.index):
            found = path.stat()
            self._known[str(path)] = found.st_dev, found.st_ino
        self._before: tuple[tuple[bytes, int, int], int, int] | None = None

    def check(self) -> None:
        """Check the files. Logs an error, once, if they were changed."""
        if self.lost:
            return
        change = self._replaced() or self._overwritten()
        if change:
            self.lost = True
            log.error(
                "%s while it was served: all requests fail with 503. Repair the files, for example with "
                "`heliograph restore`, and restart the server",
                change,
            )

    def _replaced(self) -> str | None:
        for path, identity in self._known.items():
            try:
                found = os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                return f"{os.path.basename(path)} was removed"
            except OSError:  # the error says nothing about the file; if it lasts, SQLite fails too
                continue
            if (found.st_dev, found.st_ino) != identity:
                return f"{os.path.basename(path)} was replaced"
        return None

    def _overwritten(self) -> str | None:
        try:
            index = self._index()
            database, size = self._location.path.stat(), self._location.log.stat().st_size
            if self._index().checkpoint != index.checkpoint:
                return None  # a checkpoint ran in between: the next check compares again
        except OSError:
            return None
        if size < index.log_size:
            return f"{self._location.log.name} was truncated"
        if index.copied != index.to_be_copied:
            self._before = None  # a checkpoint is writing to the database
            return None
        before = self._before
        self._before = index.checkpoint, database.st_mtime_ns, database.st_size
        if before == self._before:
            return None
        if before is not None and before[0] == index.checkpoint:
            return f"{self._location.path.name} was written by another program"
        self._file.mark((database.st_mtime_ns, database.st_size, self._known[str(self._location.log)][1]))
        return None

    def _index(self) -> _Index:
        content = self._file.read_index(_INDEX_BYTES)
        if len(content) < _INDEX_BYTES:
            raise OSError("the index is being created")
        (page_size, frames), salts = struct.unpack_from("=HI", content, 14), content[32:40]
        (copied,), (to_be_copied,) = struct.unpack_from("=I", content, 96), struct.unpack_from("=I", content, 128)
        # A page size of 65,536 is stored as 1.
        return _Index(frames, (page_size & 0xFE00) + ((page_size & 1) << 16), salts, copied, to_be_copied)
