"""Runs `heliograph dev` for the duration of a block."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.commands import Running

START_SECONDS = 60


@contextlib.contextmanager
def developing(
    folder: Path, *options: str, env: dict[str, str] | None = None, number: int = signal.SIGTERM
) -> Iterator[str]:
    """Start it at a free port, with its credentials in `folder`; yields its URL. Its exit status is checked."""
    process = Running("dev", "--port", "0", *options, env={"XDG_RUNTIME_DIR": str(folder), **(env or {})})
    lines = []
    try:
        deadline = time.monotonic() + START_SECONDS
        while " listening at " not in (line := process.stdout.readline()):
            lines.append(line)
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline, lines
        yield line.split()[-1]
    finally:
        process.send_signal(number)
        status = process.wait(START_SECONDS)
        process.stdout.close()
        process.stderr.close()
    assert status in (0, -signal.SIGKILL)
