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

import uvicorn
import uvloop
from starlette.types import ASGIApp

from heliograph.errors import ServiceUnavailable
from heliograph.server.http.accepting import Acceptor
from heliograph.server.http.connections import Connections
from heliograph.server.http.protocol import Protocol
from heliograph.server.http.sockets import connection_limit, raise_descriptor_limit
from heliograph.server.observability import logs
from heliograph.server.observability.logs import RequestLog
from heliograph.server.process.heartbeat import SupervisorLink
from heliograph.settings import Settings

_SWITCH_SECONDS = 0.0005
# Longer than the idle timeout of load balancers, usually a minute: if the server closed first, it could close a
# connection on which a request is already on its way.
_KEEP_ALIVE_SECONDS = 75

log = logging.getLogger("heliograph.server")


class Server(uvicorn.Server):
    """uvicorn with our own protocol and sockets, a callback when it is ready, and exit status 0 after signals."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[], Awaitable[None]],
        on_stop: Callable[[], None],
        connections: Connections,
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections."""
        await super().startup([])
        for listener in sockets or []:
            self.servers.append(Acceptor(listener, self._protocol, self._connections))  # type: ignore[arg-type]
        try:
            await self._on_ready()
        except ServiceUnavailable as error:  # requests get the same error until the database is back
            log.error("the database became unavailable during startup", exc_info=error)

    def _protocol(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state, connections=self._connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish requests in flight and end open streams."""
        self._on_stop()
        # Connections that are being accepted now would miss the request to shut down, and stay open until they are cut.
        for acceptor in self.servers:
            acceptor.close()
            await acceptor.wait_closed()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT. Unlike uvicorn, this does not raise them again afterwards."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
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
        uvloop.run(_with_heartbeat(main(request_log), link))
    finally:
        if request_log is not None:
            request_log.flush()


async def _with_heartbeat(main: Coroutine[Any, Any, None], link: SupervisorLink | None) -> None:
    heartbeat = asyncio.create_task(link.heartbeat.beat()) if link else None
    try:
        await main
    finally:
        if heartbeat:
            heartbeat.cancel()


async def serve(
    application: ASGIApp,
    listener: socket.socket,
    settings: Settings,
    on_ready: Callable[[], Awaitable[None]] | None,
    on_stop: Callable[[], None],
    link: SupervisorLink | None,
) -> None:
    """Serve the application on the listening socket until SIGTERM, SIGINT or the end of the supervisor.

    `on_ready` is called once connections are accepted; `on_stop` ends open streams.
    """
    config = uvicorn.Config(
        application,
        http=Protocol,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # server/http/proxies.py handles them
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.grace_seconds,
    )
    connections = Connections(connection_limit(raise_descriptor_limit()))
    server = Server(config, on_ready or _no_announcement, on_stop, connections)
    if link is not None:
        _stop_with(link.lifeline, server)
    # Objects created during startup live as long as the process: exclude them from garbage collection.
    gc.collect()
    gc.freeze()
    await server.serve([listener])


async def _no_announcement() -> None:
    """The first worker announces the server."""


def _stop_with(lifeline: int, server: Server) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(lifeline)
        server.should_exit = True

    loop.add_reader(lifeline, stop)
