"""Assembles a process from a store, a server, delivery and maintenance. No other module imports all of them."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import uvloop

from heliograph.background import Failures
from heliograph.delivery.media import MediaReader
from heliograph.delivery.running import delivering
from heliograph.domain import console, stand_ins
from heliograph.domain.media import ReadMedia
from heliograph.domain.networks import networks_of
from heliograph.maintenance.running import maintaining
from heliograph.sandbox import tools
from heliograph.sandbox.services import OnRemoval, Services
from heliograph.sandbox.tools import Tools
from heliograph.server.http.proxies import Proxies
from heliograph.server.http.sockets import connection_limit, listen, raise_descriptor_limit
from heliograph.server.http.urls import local_url
from heliograph.server.observability import logs
from heliograph.server.observability.logs import RequestLog
from heliograph.server.process import running
from heliograph.server.process.heartbeat import SupervisorLink
from heliograph.server.process.workers import supervise
from heliograph.settings import Settings
from heliograph.storage.blobs import Blobs
from heliograph.storage.opening import open_blobs, open_store
from heliograph.storage.rows.delivery_queue import AttemptObserver
from heliograph.storage.store import Store
from heliograph.storage.urls import require_shared

OnReady = Callable[[Store, str], Awaitable[None]]
"""Called with the store and the base URL once the server accepts requests."""
Prepare = Callable[[Store, Tools | None, str], Awaitable[None]]
"""Called with the store, the sandbox tools and the base URL before the server accepts requests."""
log = logging.getLogger("heliograph.server")


def serve(settings: Settings, on_ready: OnReady, prepare: Prepare | None = None) -> None:
    """Serve the API until SIGTERM or SIGINT, from one process or from several. `prepare` needs a single process.

    Raises:
        UsageError: a setting is invalid, the port is taken, or the database cannot be opened.
    """
    # Report invalid settings before anything starts.
    Proxies(settings.trusted_proxies)
    networks_of(settings, embedded=False)
    tools.offered(settings, embedded=False)
    if settings.workers == 1:
        _serve_here(settings, on_ready, prepare=prepare)
    else:
        require_shared(settings.database, f"--workers {settings.workers}")
        supervise(settings, partial(_check, settings), _load, partial(_serve_worker, on_ready))


async def _check(settings: Settings) -> None:
    """Check that the database and the object store can be opened, and migrate the database."""
    async with contextlib.aclosing(await open_store(settings.database)) as store:
        open_blobs(store, settings.attachments)


def _load() -> None:
    """Import what `_serve` imports."""
    importlib.import_module("heliograph.server.recording_app")


def _serve_worker(on_ready: OnReady, settings: Settings, link: SupervisorLink, is_first: bool) -> None:
    _serve_here(settings, on_ready if is_first else None, link)


def _serve_here(
    settings: Settings,
    on_ready: OnReady | None,
    link: SupervisorLink | None = None,
    prepare: Prepare | None = None,
) -> None:
    running.run(settings, partial(_serve, settings, on_ready, prepare, link), link)


async def _serve(
    settings: Settings,
    on_ready: OnReady | None,
    prepare: Prepare | None,
    link: SupervisorLink | None,
    request_log: RequestLog | None,
) -> None:
    # At import, prometheus_client decides whether processes share their metrics, so the supervisor of workers must not
    # import it too early.
    from heliograph.server.app import Application, Parts
    from heliograph.server.auth import key_uses
    from heliograph.server.gated import through_gate
    from heliograph.server.http.connections import ServerConnections
    from heliograph.server.http.http1 import Http1Exchange
    from heliograph.server.observability.metrics import Metrics
    from heliograph.server.recording.exchange import RecordedExchange
    from heliograph.server.recording.recorder import recording
    from heliograph.server.recording_app import RecordingApplication

    with contextlib.closing(listen(settings.host, settings.port, shared=link is not None)) as listener:
        store = await open_store(settings.database, serve=True, connections=settings.database_connections)
        async with contextlib.aclosing(store):
            blobs = open_blobs(store, settings.attachments)
            if on_ready and stand_ins.offered(settings, embedded=not store.shared):
                log.info("third-party channels are stand-ins: nothing is sent to them")
            metrics = Metrics(store)
            url = local_url(settings, listener.getsockname()[1])
            sandbox = Tools(url) if tools.offered(settings, embedded=not store.shared) else None
            if sandbox is not None:
                await sandbox.clocks.load(store)
            if prepare is not None:
                await prepare(store, sandbox, url)
            services = partial(background_services, store, blobs, settings, metrics.failures, metrics.delivery, sandbox)
            async with (
                reading_media(store, settings) as read_media,
                services() if sandbox is None else stoppable_services(sandbox, services) as on_removal,
                recording(store, settings.record_requests, metrics.failures, metrics.unrecorded) as recorder,
            ):
                connections = ServerConnections(connection_limit(raise_descriptor_limit()))
                store.is_quiet = connections.is_quiet
                parts = Parts(
                    store,
                    settings,
                    blobs=blobs,
                    read_media=read_media,
                    on_removal=on_removal,
                    request_log=request_log,
                    metrics=metrics,
                    tools=sandbox,
                    console=console.offered(settings, sandbox_tools=sandbox is not None),
                )
                application = RecordingApplication(parts, recorder) if recorder else Application(parts)
                ready = partial(on_ready, store, url) if on_ready else None
                async with metrics.measuring(), key_uses.storing(application.key_uses, metrics.failures):
                    serve = application.serve if sandbox is None else through_gate(sandbox.gate, application.serve)
                    stop, exchange = application.close, RecordedExchange if recorder else Http1Exchange
                    await running.serve(serve, listener, settings, ready, stop, link, connections, exchange)


@contextlib.asynccontextmanager
async def reading_media(store: Store, settings: Settings) -> AsyncIterator[ReadMedia | None]:
    """Yield a reader of files on other servers; None without the setting `fetch_media`."""
    if not settings.fetch_media:
        yield None
        return
    async with contextlib.aclosing(MediaReader(networks_of(settings, embedded=not store.shared))) as reader:
        yield reader.read


@contextlib.asynccontextmanager
async def background_services(
    store: Store,
    blobs: Blobs,
    settings: Settings,
    failures: Failures,
    observe: AttemptObserver,
    sandbox: Tools | None = None,
) -> AsyncIterator[OnRemoval]:
    """Run the background services of a server: maintenance, and delivery unless `--no-delivery` was given.

    Yields the callback that wakes maintenance after a key, an integration or an app was removed.
    """
    async with contextlib.AsyncExitStack() as services:
        on_removal = await services.enter_async_context(maintaining(store, blobs, settings, failures))
        if settings.delivery:
            chaos = sandbox.chaos if sandbox else None
            clock = sandbox.clocks if sandbox and not store.shared else None
            await services.enter_async_context(delivering(store, settings, failures, observe, chaos, clock))
        yield on_removal


@contextlib.asynccontextmanager
async def stoppable_services(
    sandbox: Tools, start: Callable[[], contextlib.AbstractAsyncContextManager[OnRemoval]]
) -> AsyncIterator[OnRemoval]:
    """Run the background services of a sandbox, which can stop them. Yields the callback that wakes maintenance."""
    async with Services(start) as services:
        sandbox.stopped_services = services.stopped
        yield services.on_removal


def deliver(settings: Settings, on_ready: Callable[[Store], None]) -> None:
    """Run delivery and maintenance without a server until SIGTERM or SIGINT. `on_ready` is called after startup.

    Raises:
        UsageError: a setting is invalid, or the database cannot be opened or cannot be shared.
    """
    require_shared(settings.database, "heliograph deliver")
    networks_of(settings, embedded=False)
    logs.configure(settings.log_format, settings.log_level)
    raise_descriptor_limit()
    uvloop.run(_deliver(settings, on_ready))


async def _deliver(settings: Settings, on_ready: Callable[[Store], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    failures = Failures()
    store = await open_store(settings.database, connections=settings.database_connections)
    async with (
        contextlib.aclosing(store),
        maintaining(store, open_blobs(store, settings.attachments), settings, failures),
        delivering(store, settings, failures),
    ):
        on_ready(store)
        await stop.wait()
