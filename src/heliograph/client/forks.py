"""Fork safety: identifies the process, and disables the sockets that a child process inherits.

If parent and child used the same socket, each could read the other's response. So every connection belongs to the
process that opened it, and a child replaces inherited sockets without sending anything: the parent still uses them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module

Process = tuple[int, int]
"""Identifies a process: the number of forks that Python has reported, and the process id."""
_Inode = tuple[int, int]

_forks = 0
_sockets: dict[int, tuple[Process, _Inode]] = {}


def process() -> Process:
    """The current process."""
    # The count misses forks that bypass Python's hooks. The id alone misses a child in a new PID namespace, which may
    # have the id of its parent.
    return _forks, os.getpid()


def preload(*modules: str) -> None:
    """Import modules that the first request would import.

    If a thread is importing a module during a fork, the child waits forever for that module. A missing module would be
    looked up again by each request, so it is marked as missing in `sys.modules`.
    """
    for name in modules:
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name == name:
                sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def track(descriptor: int) -> None:
    """Record a socket opened by this process, so that child processes can disable it."""
    if (inode := _inode(descriptor)) is not None:
        _sockets[descriptor] = process(), inode


def disable_inherited() -> None:
    """Replace each tracked socket of another process with a descriptor on which every operation fails.

    The descriptor number stays in use until the inherited connection is closed, so its destructor can neither reach the
    server nor close an unrelated file. Code that was reading a response gets an OSError.
    """
    here = process()
    inherited = {number: inode for number, (owner, inode) in list(_sockets.items()) if owner != here}
    for number in inherited:
        _sockets.pop(number, None)
    # The number may have been reused for another file; the inode tells.
    numbers = [number for number, inode in inherited.items() if _inode(number) == inode]
    if not numbers:
        return
    with contextlib.suppress(OSError):  # without a free descriptor they stay open and unused
        dead, other_end = os.pipe()
        os.close(other_end)
        for number in numbers:
            os.dup2(dead, number, inheritable=False)
        os.close(dead)


def _inode(descriptor: int) -> _Inode | None:
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    # Some systems do not number their sockets.
    return (status.st_dev, status.st_ino) if status.st_ino else None


def _in_child() -> None:
    global _forks
    _forks += 1
    disable_inherited()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
