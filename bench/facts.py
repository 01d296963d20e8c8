"""The conditions of a run: machine and versions, without names of hosts or users."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.engines import Engine


def gather(engine: Engine, folder: Path) -> dict[str, str]:
    """Collect the conditions of a run whose databases are below `folder`."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _commit(),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "file system": _file_system(folder),
        "fsync of 4 kB": f"{_fsync_microseconds(folder):.0f} µs",
        "Python": platform.python_version(),
        engine.name: engine.version,
        **{name: version(name) for name in ("uvicorn", "uvloop", "starlette", "msgspec")},
    }


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()

    changed = "-changed" if git("status", "--porcelain", "--", "src", "bench/*.py", "bench/*.c") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changed


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: Path) -> str:
    """The type of the file system of a folder, from the longest matching mount point."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    leading = [(point, kind) for point, kind in mounts if folder.absolute().is_relative_to(point)]
    return max(leading, key=lambda mount: len(mount[0]), default=("", "unknown"))[1]


def _fsync_microseconds(folder: Path) -> float:
    """Time to make a page durable; a few microseconds mean that the disk makes nothing durable."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(50):
            file.write(bytes(4096))
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6
