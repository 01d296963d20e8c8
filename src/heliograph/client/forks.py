"""Forks: which process this is, and what becomes of the sockets that a child process inherits.

A child shares the sockets of its parent. If both used one, each could read the other's response. So every connection
belongs to the process that opened it, and a child gives up those it inherited without a byte to the server: the parent
goes on using them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module

Process = tuple[int, int]
"""Identifies a process among its parents and children: the forks that Python has reported, and the process id."""
_Inode = tuple[int, int]

_forks = 0
_sockets: dict[int, tuple[Process, _Inode]] = {}


def process() -> Process:
    """The process that runs this."""
    # The count misses forks that bypass Python's hooks. The id misses a child in a PID namespace of its own, whose id
    # may be that of its parent.
    return _forks, os.getpid()


def preload(*modules: str) -> None:
    """Import now what would be imported by the first request.

    If another thread is in the middle of an import during a fork, the child waits forever for that module. For one that
    is not installed, every attempt would be such a moment, so Python is told that it is missing.
    """
    for name in modules:
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name == name:
                sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def track(descriptor: int) -> None:
    """Remember the socket of a connection that this process has opened, for its children to give up."""
    if (inode := _inode(descriptor)) is not None:
        _sockets[descriptor] = process(), inode


def give_up_inherited() -> None:
    """Replace each tracked socket that another process opened by a descriptor that only fails.

    The number stays taken until its owner closes it, so a destructor of an inherited connection can neither reach the
    server nor close a descriptor of somebody else. Code that was in the middle of a response gets an OSError.
    """
    here = process()
    inherited = {number: inode for number, (owner, inode) in list(_sockets.items()) if owner != here}
    for number in inherited:
        _sockets.pop(number, None)
    # The number may belong to another file by now; an inode does not.
    numbers = [number for number, inode in inherited.items() if _inode(number) == inode]
    if not numbers:
        return
    with contextlib.suppress(OSError):  # without a free descriptor they stay, unused
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
    give_up_inherited()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
