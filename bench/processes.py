"""Starts server processes, and measures their processor time and memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A process and its children."""

    def __init__(self, pid: int, port: int = 0, start_seconds: float = 0) -> None:
        self.pid = pid
        self.port = port
        self.start_seconds = start_seconds
        """Time from the start to the first response."""

    def cpu_seconds(self) -> float:
        """Processor time so far, including that of children that have ended."""
        return sum(_cpu_seconds(pid) for pid in _family(self.pid))

    def written_bytes(self) -> int:
        """Bytes of the file pages changed so far, without those of children that have ended."""
        return sum(_written(pid) for pid in _family(self.pid))

    def memory_bytes(self) -> int:
        """Resident memory now."""
        return sum(_resident(pid, "VmRSS:") for pid in _family(self.pid))

    def peak_memory_bytes(self) -> int:
        """Peak of the resident memory."""
        return sum(_resident(pid, "VmHWM:") for pid in _family(self.pid))


def _family(pid: int) -> list[int]:
    try:
        children = [
            int(one) for path in Path(f"/proc/{pid}/task").iterdir() for one in _text(path / "children").split()
        ]
    except FileNotFoundError:
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):  # the process has ended
        return ""


def _cpu_seconds(pid: int) -> float:
    # The name in parentheses may contain spaces. After it: utime, stime, and those of children that have ended.
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    user, system, *ended = (int(field) / _TICKS for field in fields[11:15] or (0, 0))
    # Ticks are too coarse for the processes of a database in a short run. The scheduler counts nanoseconds, but only of
    # threads that have not ended.
    threads = map(_text, Path(f"/proc/{pid}/task").glob("*/schedstat"))
    precise = sum(int(text.split()[0]) for text in threads if text)
    return max(user + system, precise / 1e9) + sum(ended)


def _resident(pid: int, field: str) -> int:
    lines = _text(Path(f"/proc/{pid}/status")).splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _written(pid: int) -> int:
    lines = _text(Path(f"/proc/{pid}/io")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# A server for production has a public address, and no sandbox tools.
_TOOLS = ("--sandbox-tools", "no")


@contextmanager
def heliograph(database: str, *more: str, profile: Path | None = None) -> Iterator[Process]:
    """Run `heliograph serve` on this database with further options; it must exit with status 0.

    With `profile`, it runs under the profiler, which writes its profile to this path.
    """
    port = free_port()
    program = _module("heliograph") if profile is None else (*_module("bench.profiled"), str(profile), "heliograph")
    options = ("--database", database, "--port", str(port), "--participant-limit", "10000000", *_TOOLS)
    with running(*program, "serve", *options, *more, port=port, path="/health/ready") as server:
        yield server


@contextmanager
def bare() -> Iterator[Process]:
    """Run the bare handler."""
    port = free_port()
    options = ("--port", str(port), "--no-access-log", "--log-level", "error")
    # uvicorn raises the signal again after shutdown.
    with running(*_module("uvicorn"), "bench.bare:app", *options, port=port, path="/", statuses=(0, -15)) as server:
        yield server


@contextmanager
def receiver(port: int, notes: int, silent: int, sockets: Sequence[int]) -> Iterator[Process]:
    """Run `bench.receiver` on listening sockets; `port` is that of the first one."""
    options = map(str, (notes, silent, *sockets))
    command, keep = (*_module("bench.receiver"), *options), (notes, *sockets)
    with running(*command, port=port, path="/", statuses=(-15,), keep=keep) as process:
        yield process


def _module(name: str) -> tuple[str, ...]:
    return sys.executable, "-m", name


@contextmanager
def running(
    *command: str,
    port: int,
    path: str,
    statuses: tuple[int, ...] = (0,),
    keep: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """Run a server until the end of the block, which begins once the server responds at `path`.

    Raises:
        RuntimeError: it did not start, or its exit status is not one of `statuses`; the message contains its output.
    """
    with tempfile.TemporaryFile("w+") as output:
        start = time.monotonic()
        given = {**_environment(), **(environment or {})}
        process = subprocess.Popen(command, stdout=output, stderr=output, env=given, pass_fds=keep)
        try:
            while not _responds(port, path):
                if process.poll() is not None or time.monotonic() > start + _START_SECONDS:
                    output.seek(0)
                    raise RuntimeError(f"{' '.join(command[:3])} did not start:\n{output.read()}")
                time.sleep(0.002)
            yield Process(process.pid, port, time.monotonic() - start)
        finally:
            process.terminate()
            status = process.wait()
        if status not in statuses:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command[:3])} ended with status {status}:\n{output.read()}")


def _environment() -> dict[str, str]:
    """The environment without settings of the server, which may be set for other purposes."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HELIOGRAPH_") or name == "HELIOGRAPH_MASTER_KEY"
    }


def _responds(port: int, path: str) -> bool:
    """Whether the server responds with a status other than 503."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_START_SECONDS) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
            status = connection.recv(4096)[9:12]
    except OSError:
        return False
    return status not in (b"", b"503")
