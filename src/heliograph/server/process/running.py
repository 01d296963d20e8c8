"""Runs one server process: the event loop, the listening socket, and a graceful shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import uvloop

from heliograph.errors import ServiceUnavailable
from heliograph.server.http.accepting import Acceptor
from heliograph.server.http.connections import ServerConnections
from heliograph.server.http.http1 import Http1Exchange
from heliograph.server.http.protocol import Protocol, Serve
from heliograph.server.observability import logs
from heliograph.server.observability.logs import RequestLog
from heliograph.server.process.heartbeat import SupervisorLink
from heliograph.settings import Settings

_SWITCH_SECONDS = 0.0005
_POLL_SECONDS = 0.05
_COLLECTOR_THRESHOLD = 10_000
# A request that was cancelled sends an error response before it ends.
_CANCEL_SECONDS = 1.0

log = logging.getLogger("heliograph.server")


class Server:
    """Accepts connections until it is stopped, then finishes the requests in flight.

    `on_ready` is called once connections are accepted, and `on_stop` ends open streams. `exchange` is the class of
    requests.
    """

    def __init__(
        self,
        serve: Serve,
        connections: ServerConnections,
        grace_seconds: float,
        on_ready: Callable[[], Awaitable[None]],
        on_stop: Callable[[], None],
        exchange: type[Http1Exchange] = Http1Exchange,
    ) -> None:
        self._serve = serve
        self._exchange = exchange
        self._connections = connections
        self._grace_seconds = grace_seconds
        self._on_ready = on_ready
        self._on_stop = on_stop
        self._stopping = asyncio.Event()
        self._impatient = False

    async def run(self, listener: socket.socket) -> None:
        """Serve until `stop` is called."""
        acceptor = Acceptor(listener, self._protocol, self._connections)
        try:
            await self._on_ready()
        except ServiceUnavailable as error:  # requests get the same error until the database is back
            log.error("the database became unavailable during startup", exc_info=error)
        await self._stopping.wait()
        self._on_stop()
        acceptor.close()
        # Connections that are being accepted now would miss the request to shut down, and stay open until they are cut.
        await acceptor.wait_closed()
        listener.close()
        await self._finish()

    def _protocol(self) -> Protocol:
        return Protocol(self._serve, self._connections, self._exchange)

    def stop(self) -> None:
        """Stop accepting connections, and finish."""
        self._stopping.set()

    async def _finish(self) -> None:
        """Finish the requests in flight, and cancel those that take longer than the grace period."""
        self._connections.shut_down()
        try:
            async with asyncio.timeout(self._grace_seconds):
                # Requests and connections end in many places, and a process stops once.
                while self._connections.busy_or_open and not self._impatient:  # noqa: ASYNC110
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            tasks = self._connections.tasks
            log.error("cancelled %d requests, because the grace period is over", len(tasks))
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)

    @contextlib.contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; do not wait for requests after a second SIGINT."""
        loop = asyncio.get_running_loop()

        def handle(number: int, _: object) -> None:
            self._impatient = self._impatient or (number == signal.SIGINT and self._stopping.is_set())
            loop.call_soon_threadsafe(self.stop)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, handle)
        try:
            yield
        finally:
            # A second signal must not interrupt the closing of the store.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)


def run(
    settings: Settings,
    main: Callable[[RequestLog | None], Coroutine[Any, Any, None]],
    link: SupervisorLink | None,
) -> None:
    """Configure logging and run `main` on a new event loop. Its argument is the request log, if enabled.

    A worker process has a `link` to its supervisor.

    Raises: what `main` raises.
    """
    request_log = logs.configure(settings.log_format, settings.log_level)
    # The event loop acquires the GIL many times for each request. While another thread computes, such as the writer of
    # SQLite, it waits this long each time; the default is ten times as long.
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        uvloop.run(_with_heartbeat(main(request_log), link) if link else _until_terminated(main(request_log)))
    finally:
        if request_log is not None:
            request_log.flush()


async def _until_terminated(main: Coroutine[Any, Any, None]) -> None:
    """Run `main`, and cancel it on a SIGTERM before the server handles signals, so that it leaves no files behind.

    An exception raised by the handler could end any task, and with it what waits for that task.
    """
    loop, task, terminated = asyncio.get_running_loop(), asyncio.current_task(), False
    assert task is not None

    def terminate(*_: object) -> None:
        nonlocal terminated
        terminated = True
        loop.call_soon_threadsafe(task.cancel)

    signal.signal(signal.SIGTERM, terminate)
    try:
        await main
    except asyncio.CancelledError:
        if not terminated:
            raise
        raise SystemExit(128 + signal.SIGTERM) from None


async def _with_heartbeat(main: Coroutine[Any, Any, None], link: SupervisorLink) -> None:
    heartbeat = asyncio.create_task(link.heartbeat.beat())
    try:
        await main
    finally:
        heartbeat.cancel()


async def serve(
    serve_request: Serve,
    listener: socket.socket,
    settings: Settings,
    on_ready: Callable[[], Awaitable[None]] | None,
    on_stop: Callable[[], None],
    link: SupervisorLink | None,
    connections: ServerConnections,
    exchange: type[Http1Exchange],
) -> None:
    """Serve requests on the listening socket until SIGTERM, SIGINT or the end of the supervisor.

    `on_ready` is called once connections are accepted; `on_stop` ends open streams. `exchange` is the class of
    requests.
    """
    ready = on_ready or _no_announcement
    server = Server(serve_request, connections, settings.grace_seconds, ready, on_stop, exchange)
    if link is not None:
        _stop_with(link.lifeline, server)
    # Objects created during startup live as long as the process: exclude them from garbage collection.
    gc.collect()
    gc.freeze()
    # The requests in flight have thousands of objects, which are freed without the collector. With the usual threshold
    # it examines them several times before.
    gc.set_threshold(_COLLECTOR_THRESHOLD)
    with server.stopped_by_signals():
        await server.run(listener)


async def _no_announcement() -> None:
    """The first worker announces the server."""


def _stop_with(lifeline: int, server: Server) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(lifeline)
        server.stop()

    loop.add_reader(lifeline, stop)
