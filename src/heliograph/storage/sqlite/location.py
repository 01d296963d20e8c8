"""The location of a SQLite database: the canonical path of its file, the files next to it, and their checks."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from heliograph.errors import UsageError

_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_POINT = 4
"""The field of a line of `_MOUNTS` that holds the mount point."""


@dataclass(frozen=True, slots=True)
class Location:
    """A database file by its canonical path, which contains no symbolic link."""

    path: Path

    def sibling(self, suffix: str) -> Path:
        """The file next to it with `suffix` added to the name."""
        return self.path.with_name(self.path.name + suffix)

    @property
    def key(self) -> Path:
        """The master key, unless it is in the environment."""
        return self.sibling(".key")

    @property
    def lock(self) -> Path:
        """The number of the process that serves the database."""
        return self.sibling(".lock")

    @property
    def log(self) -> Path:
        """SQLite's write-ahead log: commits that are not in the database file yet."""
        return self.sibling("-wal")

    @property
    def index(self) -> Path:
        """SQLite's index of the write-ahead log, which its processes share."""
        return self.sibling("-shm")

    @property
    def restoring(self) -> Path:
        """The unfinished database of a restore."""
        return self.sibling(".restoring")


def locate(where: str | Path) -> Location:
    """The location of the database file `where`, which need not exist.

    SQLite derives the name of the log from that of the database, so a file must always be opened by the same name.

    Raises:
        UsageError: the folder does not exist, or the file has no name.
    """
    given = Path(where).absolute()
    path = Path(os.path.realpath(given))
    if not path.parent.is_dir():
        raise UsageError(f"the database cannot be opened: folder {path.parent} does not exist")
    # Links below /proc can lead to deleted files, and to files that have another name in this container.
    if given.exists() and not (path.exists() and path.samefile(given)):
        raise UsageError(f"the database cannot be opened: {given} leads to a file without a name")
    return Location(path)


def leftovers(location: Location) -> list[Path]:
    """The existing files that only a used database leaves behind."""
    candidates = (location.key, location.log, location.restoring)
    # SQLite leaves an empty log behind if it cannot write to the folder.
    return [one for one in candidates if one.exists() and (one != location.log or one.stat().st_size)]


def refuse_unusable(location: Location) -> None:
    """Refuse a path at which a database would not be safe.

    Raises:
        UsageError: it is not a regular file, or the file is mounted on its own.
    """
    try:
        found = location.path.stat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f"the database cannot be opened: {location.path} is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"the database cannot be opened: {location.path} is not a regular file")
    if _is_mount_point(location.path):
        raise UsageError(
            f"{location.path} is mounted as a single file, so SQLite's log would be outside of the mount: "
            f"mount its folder instead"
        )


def refuse_second_names(location: Location) -> None:
    """Refuse a file with several hard links. Each name has a separate log, and the log of another name may have
    commits.

    Raises:
        UsageError: the file has several names.
    """
    links = location.path.stat().st_nlink
    if links > 1:
        raise UsageError(
            f"{location.path} has {links} names (hard links), and SQLite keeps a separate log for each of them: "
            f"remove the other names, and make copies with `heliograph backup`"
        )


def refuse_lost(location: Location, left: list[Path]) -> None:
    """Refuse to create a database if one seems to be missing. `left` must be listed before the database is accessed.

    Raises:
        UsageError: the database is missing or empty, and files of a database are next to it.
    """
    if not left:
        return
    names = ", ".join(one.name for one in left)
    state = "is empty" if location.path.exists() else "is missing"
    if location.restoring in left:
        raise UsageError(f"{location.path} {state}: a restore was interrupted. Run `heliograph restore` again")
    belong = "belongs" if len(left) == 1 else "belong"
    raise UsageError(
        f"{location.path} {state}, but {names} {belong} to a database that was there. Put it back, or restore "
        f"a backup with `heliograph restore`. To start with a new database, move {names} away first"
    )


def _is_mount_point(path: Path) -> bool:
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:  # not on Linux
        return path.stat().st_dev != path.parent.stat().st_dev
    escaped = os.fsencode(path).replace(b"\\", b"\\134").replace(b" ", b"\\040").replace(b"\t", b"\\011")
    return any(line.split(b" ")[_MOUNT_POINT] == escaped.replace(b"\n", b"\\012") for line in lines)
