"""Several server processes behind one port, and the one that watches over them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from heliograph.background import Failures
from heliograph.errors import UsageError
from heliograph.server import logs
from heliograph.server.sockets import listen
from heliograph.settings import Settings
from heliograph.storage.deliveries import Observe
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store

_RESTART_SECONDS = 1.0
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("heliograph.server")

Announce = Callable[[Store, str], Awaitable[None]]
Beside = Callable[[Store, Observe, Failures], contextlib.AbstractAsyncContextManager[Callable[[], None]]]


def supervise(settings: Settings, announce: Announce, beside: Beside) -> None:
    """Serve from several processes until told to stop.

    Raises:
        UsageError: the settings ask for what cannot be done here: a port that is taken, a database that is not ours …
    """
    if settings.database.startswith("sqlite:"):
        raise UsageError(
            f"SQLite serves from one process, because its writer cannot be shared: --workers {settings.workers} needs "
            "PostgreSQL"
        )
    logs.configure(settings.log_format, settings.log_level)
    # Whatever is wrong is told once, before there are workers. Nobody else may be at the port …
    listen(settings.host, settings.port).close()
    asyncio.run(_try(settings))
    # … which stays ours, though nobody listens at this socket, even while no worker is alive.
    with listen(settings.host, settings.port, shared=True) as held, tempfile.TemporaryDirectory() as figures:
        os.environ[_FIGURES] = figures
        Workers(replace(settings, port=held.getsockname()[1]), announce, beside, held).run()


async def _try(settings: Settings) -> None:
    await (await open_store(settings.database)).close()


class Workers:
    """The worker processes. One that dies is replaced; when this process is told to stop, or dies, all of them stop."""

    def __init__(self, settings: Settings, announce: Announce, beside: Beside, held: socket.socket) -> None:
        self._settings = settings
        self._announce: Announce | None = announce
        self._beside = beside
        self._held = held
        self._context = multiprocessing.get_context("fork")
        self._alive: list[BaseProcess] = []
        self._stopping = False
        # Nothing is ever written into it: it tells the workers of the end of this process, however that comes.
        self._lifeline, self._line = os.pipe()

    def run(self) -> None:
        """Serve until told to stop."""
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        for _ in range(self._settings.workers):
            self._start()
        while self._alive:
            wait([worker.sentinel for worker in self._alive])
            for worker in [one for one in self._alive if one.exitcode is not None]:
                self._ended(worker)

    def _start(self) -> None:
        # A signal has to wait while a worker is forked: the worker would handle it as if it were this process, and this
        # process would not pass it on to a worker that it does not know yet.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            if not self._stopping:
                announce, self._announce = self._announce, None
                worker = self._context.Process(target=self._work, args=(announce,))
                worker.start()
                self._alive.append(worker)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _ended(self, worker: BaseProcess) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        self._alive.remove(worker)
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
        if not self._stopping:
            log.error("a worker process ended, another takes its place")
            time.sleep(_RESTART_SECONDS)
        if not self._stopping:
            self._start()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for worker in self._alive:
            with contextlib.suppress(ProcessLookupError):
                worker.terminate()

    def _work(self, announce: Announce | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(self._line)
        self._held.close()
        # Only here, and not in the process that watches: it finds the folder of the figures in the environment.
        from heliograph.server.running import run

        try:
            run(self._settings, announce, beside=self._beside, lifeline=self._lifeline)
        except UsageError as error:
            log.error("a worker process cannot serve", exc_info=error)
            sys.exit(1)
