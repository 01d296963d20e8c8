"""The lock of the one server of a SQLite file, which belongs to the file itself and not to one of its names.

The lock is an OFD lock on a byte of the file that SQLite never uses (docs/decisions/0012). It goes when the last copy
of the descriptor is closed, so at the latest with the process. On systems without OFD locks the file `.lock` alone has
to do.

POSIX has a trap here: a process that closes any descriptor of a file loses all locks that SQLite holds on it. So the
stores of a process share one descriptor for a file, which is closed after the last of their connections.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

from heliograph.errors import UsageError
from heliograph.storage.sqlite.location import Location

_SERVER = (1 << 62, 1)
"""The byte, far beyond the largest database, that the server locks: offset and length."""
_CONNECTIONS = (0x4000_0002, 510)
"""The bytes that every open connection of SQLite holds a shared lock on, as its file format has it."""
_FLOCK = "hhqqi"

_HOLDER_BYTES = 20
"""The file `.lock` holds the number of the process, and from here on the mark."""

Identity = tuple[int, int]
Mark = tuple[int, int, int]
"""What a server saw of its files last: modification time in nanoseconds and size of the database, inode of the log."""


@dataclass(eq=False, slots=True)
class _Shared:
    """What the stores of this process share for one file: descriptors, of which the last two may not be open."""

    descriptor: int
    identity: Identity
    users: int = 0
    index: int | None = None
    name_lock: int | None = None

    def close(self) -> None:
        for descriptor in (self.name_lock, self.index, self.descriptor):
            if descriptor is not None:
                os.close(descriptor)


_open: dict[Identity, _Shared] = {}


class DatabaseFile:
    """An open database file, for as long as a store uses it."""

    def __init__(self, location: Location) -> None:
        """Open the file; create it for its owner alone if it is missing.

        Raises:
            OSError: it cannot be opened.
        """
        self._location = location
        self._shared = _share(location)
        self._shared.users += 1
        self._serves = False

    @property
    def identity(self) -> Identity:
        """The device and the inode of the file."""
        return self._shared.identity

    def lock(self) -> None:
        """Become the one server of this file.

        Raises:
            UsageError: another process, or another store of this one, is.
        """
        name_lock = self._lock_name()
        if self._shared.name_lock is not None or not _try_lock(self._shared.descriptor, _SERVER):
            os.close(name_lock)
            raise UsageError(
                f"another Heliograph server serves {self._location.path}, by another name of the same file or with a "
                ".lock file that was removed since: SQLite serves from one process"
            )
        self._shared.name_lock = name_lock
        self._serves = True

    def refuse_other_name(self) -> None:
        """Refuse to work next to a server that knows this file by another name, and so has another log.

        Raises:
            UsageError: there is such a server.
        """
        if not self._shared.name_lock and _is_locked(self._shared.descriptor, _SERVER) and not self._name_is_locked():
            raise UsageError(
                f"a Heliograph server serves {self._location.path} by another name of the same file, or its .lock file "
                "was removed: use the name that the server was started with, or restart the server"
            )

    def refuse_replaced(self) -> None:
        """Refuse a file that is not at its place any more, now that SQLite has opened its log by name.

        Raises:
            UsageError: another file was put there in between.
        """
        found = self._location.path.stat()
        if (found.st_dev, found.st_ino) != self.identity:
            raise UsageError(f"{self._location.path} was replaced while it was being opened: try again")

    def in_use(self) -> bool:
        """Whether any connection to this file is open, of whichever program."""
        return _is_locked(self._shared.descriptor, _CONNECTIONS)

    def lock_out_connections(self) -> None:
        """Keep every program from reading and writing this file through SQLite.

        Raises:
            UsageError: one has it open.
        """
        if not _try_lock(self._shared.descriptor, _CONNECTIONS):
            raise UsageError(f"another program has {self._location.path} open: end it first")

    def keep_log(self) -> None:
        """Keep SQLite from deleting its log by name when the last connection is closed.

        By then the name may belong to the log of another database.
        """
        _try_lock(self._shared.descriptor, _CONNECTIONS, shared=True)

    def read(self, offset: int, size: int) -> bytes:
        """A part of the file. Any other descriptor would do harm when it is closed."""
        return os.pread(self._shared.descriptor, size, offset)

    def mark(self, mark: Mark) -> None:
        """Note, as the server, what the file is like: after a crash it tells who has changed it."""
        if self._serves and self._shared.name_lock is not None:
            os.pwrite(self._shared.name_lock, "".join(f"{one:>20} " for one in mark).encode(), _HOLDER_BYTES)

    def read_index(self, size: int) -> bytes:
        """The beginning of the index of the write-ahead log."""
        if self._shared.index is None:
            self._shared.index = os.open(self._location.index, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._shared.index, size, 0)

    def close(self) -> None:
        """Release the locks. Every connection that goes with it must be closed before."""
        shared = self._shared
        if _open.get(shared.identity) is not shared:
            return  # in a child of the process that opened it
        if self._serves and shared.name_lock is not None:
            _unlock(shared.descriptor, _SERVER)
            os.close(shared.name_lock)
            shared.name_lock = None
        shared.users -= 1
        if shared.users == 0:
            del _open[shared.identity]
            shared.close()

    def _lock_name(self) -> int:
        """Lock the file `.lock`, which tells people who serves the database; returns its descriptor."""
        descriptor = os.open(self._location.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, _HOLDER_BYTES).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise UsageError(
                f"another Heliograph server (process {holder}) serves {self._location.path}: "
                "SQLite serves from one process"
            ) from None
        os.pwrite(descriptor, f"{os.getpid():<{_HOLDER_BYTES - 1}}\n".encode(), 0)
        return descriptor

    def _name_is_locked(self) -> bool:
        try:
            descriptor = os.open(self._location.lock, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False


def last_mark(location: Location) -> Mark | None:
    """The mark of the last server, if it is known."""
    try:
        modified, size, inode = location.lock.read_bytes()[_HOLDER_BYTES:].split()
        return int(modified), int(size), int(inode)
    except (OSError, ValueError):
        return None


def _share(location: Location) -> _Shared:
    """The descriptor that this process has of the file, or a new one: closing a second one would do harm."""
    with suppress(FileNotFoundError):
        found = location.path.stat()
        if (shared := _open.get((found.st_dev, found.st_ino))) is not None:
            return shared
    descriptor = os.open(location.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    found = os.fstat(descriptor)
    return _open.setdefault((found.st_dev, found.st_ino), _Shared(descriptor, (found.st_dev, found.st_ino)))


def _try_lock(descriptor: int, part: tuple[int, int], *, shared: bool = False) -> bool:
    """Lock a part of the file; False if another process has a lock that does not go with it."""
    if sys.platform != "linux":
        return True
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _flock(fcntl.F_RDLCK if shared else fcntl.F_WRLCK, part))
    except OSError as error:
        if error.errno == errno.EINVAL:  # this kernel has no OFD locks
            return True
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True


def _unlock(descriptor: int, part: tuple[int, int]) -> None:
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _flock(fcntl.F_UNLCK, part))


def _is_locked(descriptor: int, part: tuple[int, int]) -> bool:
    """Whether anybody else has a lock on a part of the file."""
    if sys.platform != "linux":
        return False
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _flock(fcntl.F_WRLCK, part))
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    return bool(struct.unpack(_FLOCK, answer[: struct.calcsize(_FLOCK)])[0] != fcntl.F_UNLCK)


def _flock(kind: int, part: tuple[int, int]) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, *part, 0)


def _forget() -> None:
    """Close the descriptors that a fork has copied: a child must not keep the locks of its parent."""
    for shared in _open.values():
        shared.close()
    _open.clear()


os.register_at_fork(after_in_child=_forget)
