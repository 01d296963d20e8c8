"""Whether the files of a database that is being served are still those that were opened.

SQLite goes on with files that were deleted or replaced, and what it acknowledges then is lost. So the server looks at
their names every tenth of a second. Programs that write into the file itself, as `cp backup.db heliograph.db` does,
are noticed by the time of its last change: in WAL mode only checkpoints write to it, and the index of the write-ahead
log counts those (https://www.sqlite.org/walformat.html).
"""

from __future__ import annotations

import logging
import os
import struct
from dataclasses import dataclass

from heliograph.storage.sqlite.location import Location
from heliograph.storage.sqlite.locking import DatabaseFile, Identity

BEAT_SECONDS = 0.1
_INDEX_BYTES = 136
_LOG_HEADER, _FRAME_HEADER = 32, 24

log = logging.getLogger("heliograph.storage")


@dataclass(frozen=True, slots=True)
class _Index:
    """What the index of the write-ahead log tells: its frames, and how far checkpoints have copied them."""

    frames: int
    page_size: int
    salts: bytes
    copied: int
    to_be_copied: int

    @property
    def checkpoint(self) -> tuple[bytes, int, int]:
        """Changes with every checkpoint."""
        return self.salts, self.copied, self.to_be_copied

    @property
    def log_size(self) -> int:
        """How large the log must be, in bytes."""
        return _LOG_HEADER + self.frames * (_FRAME_HEADER + self.page_size) if self.frames else 0


class Presence:
    """Watches the files of a served database. Once they are lost, only a restart can tell what is there now."""

    def __init__(self, location: Location, file: DatabaseFile) -> None:
        """Remember which files are open; the connections must have been opened before."""
        self.lost = False
        self._file = file
        self._location = location
        self._known: dict[str, Identity] = {str(location.path): file.identity}
        for path in (location.log, location.index):
            found = path.stat()
            self._known[str(path)] = found.st_dev, found.st_ino
        self._before: tuple[tuple[bytes, int, int], int, int] | None = None

    def look(self) -> None:
        """See whether the files are there and whole; if not, say so once."""
        if self.lost:
            return
        complaint = self._replaced() or self._overwritten()
        if complaint:
            self.lost = True
            log.error(
                "%s while it was served: every request is answered 503. Put the files right, for example with "
                "`heliograph restore`, and restart the server",
                complaint,
            )

    def _replaced(self) -> str | None:
        for path, identity in self._known.items():
            try:
                found = os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                return f"{os.path.basename(path)} was removed"
            except OSError:  # not a word about the file; SQLite meets the same fault if it lasts
                continue
            if (found.st_dev, found.st_ino) != identity:
                return f"{os.path.basename(path)} was replaced"
        return None

    def _overwritten(self) -> str | None:
        try:
            index = self._index()
            database, size = self._location.path.stat(), self._location.log.stat().st_size
            if self._index().checkpoint != index.checkpoint:
                return None  # a checkpoint came in between: the next look compares again
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
            raise OSError("the index is being made")
        (page_size, frames), salts = struct.unpack_from("=HI", content, 14), content[32:40]
        (copied,), (to_be_copied,) = struct.unpack_from("=I", content, 96), struct.unpack_from("=I", content, 128)
        # A page size of 65,536 is kept as 1.
        return _Index(frames, (page_size & 0xFE00) + ((page_size & 1) << 16), salts, copied, to_be_copied)
