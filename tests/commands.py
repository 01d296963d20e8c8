"""Runs `heliograph`, each time in a process of its own that is forked from one which has imported the package.

Imports are nearly all of what a command or the start of a server costs. Servers with several workers, and
`tests/cli/test_readme.py`, run `python -m heliograph`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from heliograph.__main__ import main

_CONTEXT = multiprocessing.get_context("forkserver")
# Each process runs the main module of its parent again, which is pytest's.
_CONTEXT.set_forkserver_preload(["pytest", __name__, "heliograph.assembly", "heliograph.cli.main", *(
    f"heliograph.{name}" for name in (
        "cli.welcome", "domain.sandbox", "server.app", "server.observability.metrics", "server.process.running",
        "storage.postgres.store", "storage.sqlite.store",
    )
), "tests.frozen"])  # fmt: skip
_SECONDS = 110
"""Less than the limit of a test, so that a command that hangs is named."""

Prepare = Callable[[], None]


class Running:
    """A running `heliograph`; like `subprocess.Popen`, with pipes from its output.

    The process calls `prepare` first.
    """

    def __init__(self, *args: str, env: dict[str, str] | None = None, prepare: Prepare | None = None) -> None:
        self.args = args
        out, err = _CONTEXT.Pipe(duplex=False), _CONTEXT.Pipe(duplex=False)
        streams = (out[1], err[1])
        # Daemons are terminated when the tests end, if a test has failed to.
        given = (args, {**os.environ, **(env or {})}, prepare, *streams)
        self._process = _CONTEXT.Process(target=_run, args=given, daemon=True)
        self._process.start()
        for stream in streams:
            stream.close()
        self.stdout, self.stderr = _reader(out[0]), _reader(err[0])

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, negative after a signal; None while the process runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once the process has ended."""
        self._process.join(timeout)
        if (status := self.poll()) is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)


def command(
    *args: str, env: dict[str, str] | None = None, prepare: Prepare | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `heliograph` with these arguments to its end, in a process that calls `prepare` first."""
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("stdout", "stderr")]
        given = (args, {**os.environ, **(env or {})}, prepare, *streams)
        process = _CONTEXT.Process(target=_run, args=given)
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(args), _SECONDS)
        return subprocess.CompletedProcess(list(args), process.exitcode, *(one.read_text() for one in streams))


def stop() -> None:
    """End the process that the others are forked from, whose processor time then counts as that of the tests."""
    for process in multiprocessing.active_children():
        process.kill()  # what a failed test left behind
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def _reader(pipe: Connection) -> IO[str]:
    descriptor = os.dup(pipe.fileno())
    pipe.close()
    return open(descriptor)


def _run(args: tuple[str, ...], env: dict[str, str], prepare: Prepare | None, *streams: Path | Connection) -> None:
    for number, stream in enumerate(streams, 1):
        with stream.open("wb") if isinstance(stream, Path) else stream as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["heliograph", *args]
    if prepare:
        prepare()
    main()
