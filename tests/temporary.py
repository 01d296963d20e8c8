"""Keeps the temporary files of a run in memory if there is enough, because a busy disk delays thousands of files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path

_MEMORY = Path("/dev/shm")
_LEAST_FREE_BYTES = 4 * 2**30
_NAME = "heliograph-tests-"
_LOCK = ".lock"


def keep_in_memory() -> None:
    """Create the temporary files of this process and of its children in memory, and remove them when it ends.

    Does nothing if `TMPDIR` is set, or memory is short.
    """
    if "TMPDIR" in os.environ or not _MEMORY.is_dir():
        return
    _remove_left_behind()
    if shutil.disk_usage(_MEMORY).free < _LEAST_FREE_BYTES or _available_bytes() < 2 * _LEAST_FREE_BYTES:
        return
    folder = tempfile.mkdtemp(prefix=_NAME, dir=_MEMORY)
    # This process holds the lock until it ends, even if it is killed.
    fcntl.flock(os.open(Path(folder, _LOCK), os.O_CREAT | os.O_RDWR), fcntl.LOCK_EX)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    # After multiprocessing has removed its own folder, with priority -100.
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=-200)


def _remove_left_behind() -> None:
    """Remove the folders of killed runs, whose locks no process holds."""
    for folder in _MEMORY.glob(f"{_NAME}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _available_bytes() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0
