"""Runs several server processes behind one port, and replaces those that end or hang."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from heliograph.background import Failures
from heliograph.errors import UsageError
from heliograph.server.http.sockets import listen
from heliograph.server.observability import logs
from heliograph.server.process.heartbeat import BEAT_SECONDS, Heartbeat, SupervisorLink
from heliograph.settings import Settings

RESTART_SECONDS = 1.0
"""The pause before a worker that ended, or could not be started, is replaced."""
MAX_MISSED_BEATS = 60
"""Consecutive checks without a heartbeat, one second apart, after which a worker counts as hanging."""
STOP_SECONDS = 30
"""Workers that have not stopped this long after the grace periods are killed."""
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("heliograph.server")

Work = Callable[[Settings, SupervisorLink, bool], None]
"""Runs in each worker process; the last argument is True in the first one."""


def supervise(
    settings: Settings, check: Callable[[], Coroutine[Any, Any, None]], load: Callable[[], None], work: Work
) -> None:
    """Serve from several processes until SIGTERM or SIGINT.

    `check` and `load` run once before the first worker starts. `load` imports what the workers need: they start in a
    tenth of the time, and share the memory.

    Raises:
        UsageError: the port is taken, or `check` raised it.
    """
    logs.configure(settings.log_format, settings.log_level)
    # Report errors once, before the first worker starts. The port must be free …
    listen(settings.host, settings.port).close()
    asyncio.run(check())
    # … and stays reserved by this socket, which does not listen, while no worker is alive.
    with listen(settings.host, settings.port, shared=True) as reserved, tempfile.TemporaryDirectory() as metrics:
        os.environ[_METRICS_FOLDER] = metrics
        load()
        # Otherwise the collector of each worker examines these objects, and so copies their memory.
        gc.freeze()
        Workers(replace(settings, port=reserved.getsockname()[1]), work, reserved).run()


@dataclass
class Worker:
    """A worker process and its heartbeat."""

    process: BaseProcess
    heartbeat: Heartbeat


class Workers:
    """The worker processes. Those that end or hang are replaced; all stop when this process does."""

    def __init__(self, settings: Settings, work: Work, reserved: socket.socket) -> None:
        self._settings = settings
        self._work = work
        self._is_first = True
        self._reserved = reserved
        self._context = multiprocessing.get_context("fork")
        self._alive: list[Worker] = []
        self._failures = Failures()
        self._next_start = 0.0
        self._kill_at = math.inf
        """When workers that have not stopped are killed."""
        # Nothing is written to this pipe: its end of file tells the workers that this process has ended.
        self._lifeline, self._lifeline_end = os.pipe()

    @property
    def _stopping(self) -> bool:
        return self._kill_at < math.inf

    def run(self) -> None:
        """Supervise the workers until a signal arrives."""
        for number in _SIGNALS:
            signal.signal(number, self.stop)
        checked = time.monotonic()
        while self._alive or not self._stopping:
            if not self._stopping and time.monotonic() >= self._next_start:
                self._fill()
            wait([worker.process.sentinel for worker in self._alive], timeout=BEAT_SECONDS)
            for worker in [one for one in self._alive if one.process.exitcode is not None]:
                self._ended(worker)
            if time.monotonic() - checked >= BEAT_SECONDS:
                checked = time.monotonic()
                self._check()

    def _fill(self) -> None:
        """Start missing workers."""
        while len(self._alive) < self._settings.workers and not self._stopping:
            with self._failures.reported("worker"):  # a fork can fail, for example for lack of memory
                self._start()
                continue
            self._next_start = time.monotonic() + RESTART_SECONDS
            return

    def _start(self) -> None:
        # Block signals during the fork: the worker would handle them as the supervisor, and the supervisor would not
        # forward them to a worker that it has not recorded yet.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if not self._stopping:
                heartbeat = Heartbeat()
                process = self._context.Process(target=self._run_worker, args=(heartbeat, self._is_first))
                process.start()
                self._alive.append(Worker(process, heartbeat))
                self._is_first = False
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _check(self) -> None:
        """Kill workers that hang or do not stop."""
        for worker in self._alive:
            hangs = worker.heartbeat.missed() > MAX_MISSED_BEATS
            if hangs or time.monotonic() > self._kill_at:
                log.error("a worker process %s, killing it", "hangs" if hangs else "does not stop")
                worker.process.kill()

    def _ended(self, worker: Worker) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        self._alive.remove(worker)
        with self._failures.reported("metrics"):  # the temporary folder may have been removed
            mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]
        if not self._stopping:
            log.error("a worker process ended, starting another")
            self._next_start = time.monotonic() + RESTART_SECONDS

    def stop(self, *_: object) -> None:
        """Terminate the workers, and start no others. Also a handler of signals."""
        if not self._stopping:
            # The server and delivery may each take the grace period before the database is closed.
            self._kill_at = time.monotonic() + 2 * self._settings.grace_seconds + STOP_SECONDS
        for worker in self._alive:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()

    def _run_worker(self, heartbeat: Heartbeat, is_first: bool) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(self._lifeline_end)
        self._reserved.close()
        try:
            self._work(self._settings, SupervisorLink(self._lifeline, heartbeat), is_first)
        except UsageError as error:
            log.error("a worker process cannot serve", exc_info=error)
            sys.exit(1)
