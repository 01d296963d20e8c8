"""Several server processes behind one port, and the one that watches over them."""

from __future__ import annotations

import asyncio
import contextlib
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
from heliograph.server.process.pulse import BEAT_SECONDS, Pulse, Tether
from heliograph.settings import Settings

_RESTART_SECONDS = 1.0
_SILENT_LOOKS = 60
"""How many looks, a second apart, a worker may be silent before it is taken to hang."""
_STOP_SECONDS = 30
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("heliograph.server")

Work = Callable[[Settings, Tether, bool], None]
"""What a worker process does; the last argument says whether it is the first one."""


def supervise(settings: Settings, check: Callable[[], Coroutine[Any, Any, None]], work: Work) -> None:
    """Serve from several processes until SIGTERM or SIGINT. `check` runs once, before the first of them starts.

    Raises:
        UsageError: the port is taken, or `check` raised it.
    """
    logs.configure(settings.log_format, settings.log_level)
    # Errors are reported once, before there are workers. The port must be free …
    listen(settings.host, settings.port).close()
    asyncio.run(check())
    # … and then stays ours while no worker is alive, though nothing listens on this socket.
    with listen(settings.host, settings.port, shared=True) as held, tempfile.TemporaryDirectory() as figures:
        os.environ[_FIGURES] = figures
        Workers(replace(settings, port=held.getsockname()[1]), work, held).run()


@dataclass
class Worker:
    """A worker process, and how the supervisor knows that it is alive."""

    process: BaseProcess
    pulse: Pulse


class Workers:
    """The worker processes. One that dies or hangs is replaced; all stop when this process does."""

    def __init__(self, settings: Settings, work: Work, held: socket.socket) -> None:
        self._settings = settings
        self._work = work
        self._is_first = True
        self._held = held
        self._context = multiprocessing.get_context("fork")
        self._alive: list[Worker] = []
        self._failures = Failures()
        self._next_start = 0.0
        self._killing = math.inf
        """When what has not stopped by then is killed."""
        # Nothing is ever written into it: it tells the workers of the end of this process, however that comes.
        self._lifeline, self._line = os.pipe()

    @property
    def _stopping(self) -> bool:
        return self._killing < math.inf

    def run(self) -> None:
        """Serve until told to stop."""
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        looked = time.monotonic()
        while self._alive or not self._stopping:
            if not self._stopping and time.monotonic() >= self._next_start:
                self._fill()
            wait([worker.process.sentinel for worker in self._alive], timeout=BEAT_SECONDS)
            for worker in [one for one in self._alive if one.process.exitcode is not None]:
                self._ended(worker)
            if time.monotonic() - looked >= BEAT_SECONDS:
                looked = time.monotonic()
                self._look()

    def _fill(self) -> None:
        """Start the workers that are missing."""
        while len(self._alive) < self._settings.workers and not self._stopping:
            with self._failures.reported("worker"):  # there may be no memory or no process left for it just now
                self._start()
                continue
            self._next_start = time.monotonic() + _RESTART_SECONDS
            return

    def _start(self) -> None:
        # A signal has to wait while a worker is forked: the worker would handle it as if it were this process, and this
        # process would not pass it on to a worker that it does not know yet.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if not self._stopping:
                pulse = Pulse()
                process = self._context.Process(target=self._run_worker, args=(pulse, self._is_first))
                process.start()
                self._alive.append(Worker(process, pulse))
                self._is_first = False
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _look(self) -> None:
        """Kill what hangs; it is replaced as any other worker that ends."""
        for worker in self._alive:
            silent = worker.pulse.look() > _SILENT_LOOKS
            if silent or time.monotonic() > self._killing:
                log.error("a worker process %s, and is killed", "hangs" if silent else "does not stop")
                worker.process.kill()

    def _ended(self, worker: Worker) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        self._alive.remove(worker)
        with self._failures.reported("metrics"):  # somebody may have tidied up the folder of the figures
            mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]
        if not self._stopping:
            log.error("a worker process ended, another takes its place")
            self._next_start = time.monotonic() + _RESTART_SECONDS

    def _stop(self, *_: object) -> None:
        if not self._stopping:
            # The server and the delivery may each take their grace before the database is closed.
            self._killing = time.monotonic() + 2 * self._settings.grace_seconds + _STOP_SECONDS
        for worker in self._alive:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()

    def _run_worker(self, pulse: Pulse, is_first: bool) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(self._line)
        self._held.close()
        try:
            self._work(self._settings, Tether(self._lifeline, pulse), is_first)
        except UsageError as error:
            log.error("a worker process cannot serve", exc_info=error)
            sys.exit(1)
