"""Temporary files of a run: in memory if the machine has plenty, because thousands of files wait for a busy disk."""

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
    """Let this process and those that it starts create temporary files in memory, and remove them when it ends.

    Nothing changes if `TMPDIR` is set, or memory is short.
    """
    if "TMPDIR" in os.environ or not _MEMORY.is_dir():
        return
    _remove_left_behind()
    if shutil.disk_usage(_MEMORY).free < _LEAST_FREE_BYTES or _available_bytes() < 2 * _LEAST_FREE_BYTES:
        return
    folder = tempfile.mkdtemp(prefix=_NAME, dir=_MEMORY)
    # This process has the lock until it ends, however it ends.
    fcntl.flock(os.open(Path(folder, _LOCK), os.O_CREAT | os.O_RDWR), fcntl.LOCK_EX)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    # After multiprocessing has removed its own folder, with priority -100.
    Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=-200)


def _remove_left_behind() -> None:
    """Remove the folders of runs that were killed: no process has their locks."""
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
