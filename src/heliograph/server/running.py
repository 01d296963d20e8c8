"""Running the server: a socket, a store, an event loop, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
import uvloop

from heliograph.domain.purge import purge
from heliograph.errors import UsageError
from heliograph.server.app import Application
from heliograph.server.protocol import Protocol
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from heliograph.storage.store import Store

_PURGE_PAUSE_SECONDS = 5

log = logging.getLogger("heliograph.server")

Announce = Callable[[Store, str], Awaitable[None]]


class Server(uvicorn.Server):
    """uvicorn, which says when requests are answered, and ends with status 0 when it is told to stop."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer requests."""
        await super().startup(sockets)
        await self._announce()

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


def run(settings: Settings, announce: Announce) -> None:
    """Serve until told to stop. `announce` is called with the store and the base URL once requests are answered.

    Raises:
        UsageError: the settings ask for what cannot be done here: a port that is taken, a database that is not ours …
    """
    if settings.workers != 1 and settings.database.startswith("sqlite:"):
        raise UsageError(
            f"SQLite serves from one process, because its writer cannot be shared: --workers {settings.workers} needs "
            "PostgreSQL"
        )
    uvloop.run(_serve(settings, announce))


async def _serve(settings: Settings, announce: Announce) -> None:
    with contextlib.closing(listen(settings.host, settings.port)) as listener:
        store = open_store(settings.database, serve=True)
        try:
            async with _purging(store) as wake:
                config = uvicorn.Config(
                    Application(store, settings, wake),
                    http=Protocol,
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    forwarded_allow_ips=settings.trusted_proxies,
                    timeout_graceful_shutdown=settings.grace_seconds,
                )
                url = _url(settings, listener.getsockname()[1])
                await Server(config, lambda: announce(store, url)).serve([listener])
        finally:
            await store.close()


def _url(settings: Settings, port: int) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}{settings.root_path}"


def listen(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        UsageError: the address cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error}") from None
    listener.setblocking(False)
    return listener


@contextlib.asynccontextmanager
async def _purging(store: Store) -> AsyncIterator[Callable[[], None]]:
    """Purge deleted apps beside the requests; yields what wakes the purge after another app was deleted."""
    wake = asyncio.Event()
    wake.set()

    async def purging() -> None:
        while True:
            await wake.wait()
            wake.clear()
            try:
                await purge(store)
            except Exception as error:  # whatever it was, what is left must not stay for ever
                log.error("purging a deleted app goes on later", exc_info=error)
                await asyncio.sleep(_PURGE_PAUSE_SECONDS)
                wake.set()

    task = asyncio.create_task(purging())
    try:
        yield wake.set
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
