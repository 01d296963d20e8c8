"""Runs commands of `heliograph`, each in a process of its own that is forked from one which has imported the package.

Imports are nearly all of what a command costs. Servers, and `tests/cli/test_readme.py`, run `python -m heliograph`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from heliograph.__main__ import main

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["__main__", __name__, "heliograph.assembly", "heliograph.cli.main", *(
    f"heliograph.{name}" for name in (
        "cli.welcome", "domain.sandbox", "server.process.running", "storage.sqlite.store", "storage.postgres.store",
    )
)])  # fmt: skip
_SECONDS = 60


def command(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `heliograph` with these arguments to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "stdout"), Path(folder, "stderr")
        process = _CONTEXT.Process(target=_run, args=(args, {**os.environ, **(env or {})}, out, err))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(args), _SECONDS)
        return subprocess.CompletedProcess(list(args), process.exitcode, out.read_text(), err.read_text())


def _run(args: tuple[str, ...], env: dict[str, str], *streams: Path) -> None:
    for number, stream in enumerate(streams, 1):
        with stream.open("wb") as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["heliograph", *args]
    main()
