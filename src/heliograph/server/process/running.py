"""Running the server: a socket, a store, an event loop, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import uvicorn
import uvloop

from heliograph.errors import ServiceUnavailable
from heliograph.server.app import Application
from heliograph.server.http.accepting import Acceptor
from heliograph.server.http.connections import Connections
from heliograph.server.http.protocol import Protocol
from heliograph.server.http.sockets import connection_limit, listen, raise_descriptor_limit
from heliograph.server.http.urls import local_url
from heliograph.server.observability import logs
from heliograph.server.observability.logs import RequestLog
from heliograph.server.observability.metrics import Metrics
from heliograph.server.process.pulse import Tether
from heliograph.server.process.services import Services
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store

_SWITCH_SECONDS = 0.0005
# Longer than load balancers keep a connection for their next request, which is a minute as a rule: whoever hangs up
# first must not be the one who cannot know that a request is on its way.
_KEEP_ALIVE_SECONDS = 75

log = logging.getLogger("heliograph.server")

Announce = Callable[[Store, str], Awaitable[None]]


class Server(uvicorn.Server):
    """uvicorn, which says when requests are answered, and ends with status 0 when it is told to stop."""

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], Awaitable[None]],
        stopping: Callable[[], None],
        connections: Connections,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._stopping = stopping
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer requests."""
        await super().startup([])
        for listener in sockets or []:
            self.servers.append(Acceptor(listener, self._protocol, self._connections))  # type: ignore[arg-type]
        try:
            await self._announce()
        except ServiceUnavailable as error:  # requests are told the same until the database is back
            log.error("the database went away", exc_info=error)

    def _protocol(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state, connections=self._connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is in flight; what would go on for ever is ended."""
        self._stopping()
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


def run(settings: Settings, announce: Announce | None, *, services: Services, tether: Tether | None = None) -> None:
    """Serve until told to stop. `announce` is called with the store and the base URL once requests are answered.

    A worker, one of several processes behind one port, is given a `tether` to its supervisor.

    Raises:
        UsageError: the settings ask for what cannot be done here: a port that is taken, a database that is not ours …
    """
    request_log = logs.configure(settings.log_format, settings.log_level)
    # The event loop asks for the interpreter lock many times for each request. While another thread computes (the
    # statements of a transaction), it waits this long each time; the default is ten times as long.
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        uvloop.run(_run(settings, announce, request_log, services, tether))
    finally:
        if request_log is not None:
            request_log.flush()


async def _run(
    settings: Settings,
    announce: Announce | None,
    request_log: RequestLog | None,
    services: Services,
    tether: Tether | None,
) -> None:
    beating = asyncio.create_task(tether.pulse.beat()) if tether else None
    try:
        await _serve(settings, announce, request_log, services, tether)
    finally:
        if beating:
            beating.cancel()


async def _serve(
    settings: Settings,
    announce: Announce | None,
    request_log: RequestLog | None,
    services: Services,
    tether: Tether | None,
) -> None:
    descriptors = raise_descriptor_limit()
    with contextlib.closing(listen(settings.host, settings.port, shared=tether is not None)) as listener:
        store = await open_store(settings.database, serve=True, connections=settings.database_connections)
        try:
            metrics = Metrics(store)
            async with services(store, metrics.delivery, metrics.failures) as wakers:
                application = Application(
                    store,
                    settings,
                    on_removal=wakers.on_removal,
                    on_write=wakers.on_write,
                    request_log=request_log,
                    metrics=metrics,
                )
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
                url = local_url(settings, listener.getsockname()[1])
                server = Server(
                    config,
                    partial(announce, store, url) if announce else _silent,
                    application.streams.close,
                    Connections(connection_limit(descriptors)),
                )
                if tether is not None:
                    _end_with(tether.lifeline, server)
                # What is there by now stays: the collector need not look at it again and again.
                gc.collect()
                gc.freeze()
                async with metrics.measuring():
                    await server.serve([listener])
        finally:
            await store.close()


async def _silent() -> None:
    """Announces nothing."""


def _end_with(lifeline: int, server: Server) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(lifeline)
        server.should_exit = True

    loop.add_reader(lifeline, end)
