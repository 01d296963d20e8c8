"""The lock of the only server of a SQLite file. It locks the file itself, not one of its names.

The lock is an OFD lock on a byte of the file that SQLite never uses (docs/decisions/0012). The kernel releases it when
the last copy of the descriptor is closed, at the latest when the process ends. Systems without OFD locks have only the
lock on the file `.lock`.

When a process closes any descriptor of a file, POSIX releases all locks that SQLite holds on it. So the stores of a
process share one descriptor of a file, which is closed after the last of their connections.
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
"""The offset and the length of the byte that the server locks, far beyond the end of the largest database."""
_CONNECTIONS = (0x4000_0002, 510)
"""The bytes on which every open SQLite connection holds a shared lock, according to the file format."""
_FLOCK = "hhqqi"

_HOLDER_BYTES = 20
"""The offset of the mark in the file `.lock`, after the process number."""

Identity = tuple[int, int]
FileMark = tuple[int, int, int]
"""The last known state of a served database: its modification time in nanoseconds, its size, the inode of its log."""


@dataclass(eq=False, slots=True)
class _Shared:
    """The descriptors of one file that the stores of this process share."""

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
    """An open database file, used by one store."""

    def __init__(self, location: Location) -> None:
        """Open the file. Creates it, with access for its owner only, if it is missing.

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
        """Lock the file as its only server.

        Raises:
            UsageError: another process, or another store of this one, serves the file.
        """
        name_lock = self._lock_name()
        if self._shared.name_lock is not None or not _try_lock(self._shared.descriptor, _SERVER):
            os.close(name_lock)
            raise UsageError(
                f"another Heliograph server serves {self._location.path}, under another name of the file or with a "
                ".lock file that has been removed: only one process can serve a SQLite file"
            )
        self._shared.name_lock = name_lock
        self._serves = True

    def refuse_other_name(self) -> None:
        """Refuse a file that a server has opened under another name, and so with another log.

        Raises:
            UsageError: a server uses another name.
        """
        if not self._shared.name_lock and _is_locked(self._shared.descriptor, _SERVER) and not self._name_is_locked():
            raise UsageError(
                f"a Heliograph server serves {self._location.path} under another name of the file, or its .lock file "
                "was removed: use the name that the server was started with, or restart the server"
            )

    def refuse_replaced(self) -> None:
        """Refuse a file that was replaced before SQLite opened its log by name.

        Raises:
            UsageError: another file has its name.
        """
        found = self._location.path.stat()
        if (found.st_dev, found.st_ino) != self.identity:
            raise UsageError(f"{self._location.path} was replaced while it was being opened: try again")

    def in_use(self) -> bool:
        """Whether any program has an open SQLite connection to this file."""
        return _is_locked(self._shared.descriptor, _CONNECTIONS)

    def lock_out_connections(self) -> None:
        """Prevent all programs from using this file through SQLite.

        Raises:
            UsageError: a program has it open.
        """
        if not _try_lock(self._shared.descriptor, _CONNECTIONS):
            raise UsageError(f"another program has {self._location.path} open: end it first")

    def keep_log(self) -> None:
        """Prevent SQLite from deleting its log when the last connection is closed.

        It deletes the log by name, and that may be the log of another database by then.
        """
        _try_lock(self._shared.descriptor, _CONNECTIONS, shared=True)

    def read(self, offset: int, size: int) -> bytes:
        """A part of the file, read through the shared descriptor, because closing another one would release locks."""
        return os.pread(self._shared.descriptor, size, offset)

    def mark(self, mark: FileMark) -> None:
        """Store the state of the served files. After a crash, it shows whether another program changed them."""
        if self._serves and self._shared.name_lock is not None:
            os.pwrite(self._shared.name_lock, "".join(f"{one:>20} " for one in mark).encode(), _HOLDER_BYTES)

    def read_index(self, size: int) -> bytes:
        """The beginning of the index of the write-ahead log."""
        if self._shared.index is None:
            self._shared.index = os.open(self._location.index, os.O_RDONLY | os.O_CLOEXEC)
        return os.pread(self._shared.index, size, 0)

    def close(self) -> None:
        """Release the locks. All connections to the file must be closed first."""
        shared = self._shared
        if _open.get(shared.identity) is not shared:
            return  # this is a child of the process that opened it
        if self._serves and shared.name_lock is not None:
            _unlock(shared.descriptor, _SERVER)
            os.close(shared.name_lock)
            shared.name_lock = None
        shared.users -= 1
        if shared.users == 0:
            del _open[shared.identity]
            shared.close()

    def _lock_name(self) -> int:
        """Lock the file `.lock`, which contains the number of the serving process; returns its descriptor."""
        descriptor = os.open(self._location.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, _HOLDER_BYTES).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise UsageError(
                f"another Heliograph server (process {holder}) serves {self._location.path}: "
                "only one process can serve a SQLite file"
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


def serving_process(location: Location) -> int | None:
    """The number of the process that serves the database, or None. Looks at the file `.lock` alone."""
    try:
        descriptor = os.open(location.lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(descriptor, _HOLDER_BYTES).strip()
        return int(holder) if holder.isdigit() else 0
    finally:
        os.close(descriptor)
    return None


def last_mark(location: Location) -> FileMark | None:
    """The mark of the last server, or None."""
    try:
        modified, size, inode = location.lock.read_bytes()[_HOLDER_BYTES:].split()
        return int(modified), int(size), int(inode)
    except (OSError, ValueError):
        return None


def _share(location: Location) -> _Shared:
    """The shared descriptor of the file, or a new one."""
    with suppress(FileNotFoundError):
        found = location.path.stat()
        if (shared := _open.get((found.st_dev, found.st_ino))) is not None:
            return shared
    descriptor = os.open(location.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    found = os.fstat(descriptor)
    return _open.setdefault((found.st_dev, found.st_ino), _Shared(descriptor, (found.st_dev, found.st_ino)))


def _try_lock(descriptor: int, part: tuple[int, int], *, shared: bool = False) -> bool:
    """Lock a part of the file; False if another process has a conflicting lock."""
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
    """Whether another process has a lock on a part of the file."""
    if sys.platform != "linux":
        return False
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _flock(fcntl.F_WRLCK, part))
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    return bool(struct.unpack(_FLOCK, found[: struct.calcsize(_FLOCK)])[0] != fcntl.F_UNLCK)


def _flock(kind: int, part: tuple[int, int]) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, *part, 0)


def _forget() -> None:
    """Close the descriptors in a forked child, so that it does not keep the locks of its parent."""
    for shared in _open.values():
        shared.close()
    _open.clear()


os.register_at_fork(after_in_child=_forget)
