"""Checks whether the write-ahead log next to a SQLite file belongs to it.

SQLite does not check: it applies any log with the right name, which damages a database that was copied from a backup,
or silently reverts it. After a crash, only an interrupted checkpoint can have changed the database since its server
last saw it, so any other change is refused.
"""

from __future__ import annotations

import os
from pathlib import Path

from heliograph.storage.sqlite.location import Location
from heliograph.storage.sqlite.locking import DatabaseFile, FileMark

_HEADER, _FRAME_HEADER = 32, 24


def is_doubtful(location: Location) -> bool:
    """Whether the database was changed after its log. If they belong together, the log is normally newer."""
    # The change time of the inode, which copying and moving update even if they keep the modification time.
    return location.log.stat().st_mtime_ns < location.path.stat().st_ctime_ns


def belongs(location: Location, file: DatabaseFile, mark: FileMark | None) -> bool:
    """Whether a doubtful log belongs to the database, judging by the `mark` of its last server."""
    if mark is None or mark[2] != location.log.stat().st_ino:
        return True  # the files were copied together
    found = location.path.stat()
    return mark[:2] == (found.st_mtime_ns, found.st_size) or _was_copied(location.log, file)


def _was_copied(log: Path, file: DatabaseFile) -> bool:
    """Whether a checkpoint has begun to copy the log, which it does in the order of the page numbers."""
    found = _lowest_page(log)
    if found is None:
        return True  # the log has no commit
    number, content = found
    return file.read((number - 1) * len(content), len(content)) == content


def _lowest_page(log: Path) -> tuple[int, bytes] | None:
    """The committed page with the lowest number, after the last commit (https://sqlite.org/fileformat.html)."""
    pages: dict[int, int] = {}
    uncommitted: dict[int, int] = {}
    with log.open("rb") as file:
        header = file.read(_HEADER)
        page_size, salts = int.from_bytes(header[8:12], "big"), header[16:24]
        while len(head := file.read(_FRAME_HEADER)) == _FRAME_HEADER and head[8:16] == salts:
            uncommitted[int.from_bytes(head[:4], "big")] = file.tell()
            file.seek(page_size, os.SEEK_CUR)
            if any(head[4:8]):
                pages.update(uncommitted)
                uncommitted.clear()
        if not pages:
            return None
        number = min(pages)
        file.seek(pages[number])
        return number, file.read(page_size)
