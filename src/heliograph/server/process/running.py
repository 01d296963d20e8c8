"""Running a server: the event loop, the listening socket, and an orderly shutdown."""

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
from heliograph.server.process.pulse import Tether
from heliograph.settings import Settings

_SWITCH_SECONDS = 0.0005
# Longer than load balancers keep a connection for their next request, which is a minute as a rule: whoever hangs up
# first must not be the one who cannot know that a request is on its way.
_KEEP_ALIVE_SECONDS = 75

log = logging.getLogger("heliograph.server")


class Server(uvicorn.Server):
    """uvicorn with our own protocol and sockets. It calls back when it is ready, and ends with status 0 on signals."""

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
        """Start to answer requests."""
        await super().startup([])
        for listener in sockets or []:
            self.servers.append(Acceptor(listener, self._protocol, self._connections))  # type: ignore[arg-type]
        try:
            await self._on_ready()
        except ServiceUnavailable as error:  # requests are told the same until the database is back
            log.error("the database went away", exc_info=error)

    def _protocol(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state, connections=self._connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the requests in flight; responses that would go on for ever are ended."""
        self._on_stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; unlike in uvicorn they are not raised again afterwards."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            # Another one, while the store is being closed, must not undo the orderly end.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)


def run(
    settings: Settings,
    main: Callable[[RequestLog | None], Coroutine[Any, Any, None]],
    tether: Tether | None,
) -> None:
    """Run `main` on an event loop of its own, with logging configured. It gets the request log, if that is on.

    A worker, one of several processes behind one port, has a `tether` to its supervisor.

    Raises: what `main` raises.
    """
    request_log = logs.configure(settings.log_format, settings.log_level)
    # The event loop asks for the interpreter lock many times for each request. While another thread computes (the
    # statements of a transaction), it waits this long each time; the default is ten times as long.
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        uvloop.run(_beating(main(request_log), tether))
    finally:
        if request_log is not None:
            request_log.flush()


async def _beating(main: Coroutine[Any, Any, None], tether: Tether | None) -> None:
    beating = asyncio.create_task(tether.pulse.beat()) if tether else None
    try:
        await main
    finally:
        if beating:
            beating.cancel()


async def serve(
    application: ASGIApp,
    listener: socket.socket,
    settings: Settings,
    on_ready: Callable[[], Awaitable[None]] | None,
    on_stop: Callable[[], None],
    tether: Tether | None,
) -> None:
    """Serve the application on the listening socket until SIGTERM, SIGINT or the end of the supervisor.

    `on_ready` is called once requests are answered; `on_stop` ends the responses that would go on for ever.
    """
    config = uvicorn.Config(
        application,
        http=Protocol,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # ours know more of them: server/http/proxies.py
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.grace_seconds,
    )
    connections = Connections(connection_limit(raise_descriptor_limit()))
    server = Server(config, on_ready or _nothing, on_stop, connections)
    if tether is not None:
        _end_with(tether.lifeline, server)
    # Objects that exist by now stay: the collector need not examine them again and again.
    gc.collect()
    gc.freeze()
    await server.serve([listener])


async def _nothing() -> None:
    """Another worker announces the server."""


def _end_with(lifeline: int, server: Server) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(lifeline)
        server.should_exit = True

    loop.add_reader(lifeline, end)
