"""Runs `heliograph` in processes that are forked from a fork server, which has imported the package.

Imports take nearly all the time of a command or of the start of a server. Servers with several workers, and
`tests/cli/test_readme.py`, run `python -m heliograph` instead.
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
# Each process imports the main module of its parent, which is pytest.
_CONTEXT.set_forkserver_preload(["pytest", __name__, "heliograph.assembly", "heliograph.cli.main", *(
    f"heliograph.{name}" for name in (
        "cli.welcome", "domain.sandbox", "server.app", "server.observability.metrics", "server.process.running",
        "storage.postgres.store", "storage.sqlite.store",
    )
), "tests.frozen"])  # fmt: skip
_SECONDS = 110
"""Less than the time limit of a test, so that the error names the command that hangs."""

Prepare = Callable[[], None]


class Running:
    """A running `heliograph` process, with the interface of `subprocess.Popen` and pipes from its output.

    The process calls `prepare` first.
    """

    def __init__(self, *args: str, env: dict[str, str] | None = None, prepare: Prepare | None = None) -> None:
        self.args = args
        out, err = _CONTEXT.Pipe(duplex=False), _CONTEXT.Pipe(duplex=False)
        streams = (out[1], err[1])
        # Daemons are terminated at the end of the run, even if a test fails to stop them.
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
        """Wait until the process ends; returns its exit status."""
        self._process.join(timeout)
        if (status := self.poll()) is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it is still running."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)


def command(
    *args: str, env: dict[str, str] | None = None, prepare: Prepare | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `heliograph` with these arguments and wait until it ends. Its process calls `prepare` first."""
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
    """Stop the fork server, so that its processor time counts as processor time of the tests."""
    for process in multiprocessing.active_children():
        process.kill()  # a failed test did not stop it
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
