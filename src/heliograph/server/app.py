"""The application: the API, health checks, metrics, and the OpenAPI document."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from heliograph.domain.media import ReadMedia
from heliograph.sandbox.tools import Tools
from heliograph.server.api import SAFE_METHODS, Api
from heliograph.server.attachments import attachment_route
from heliograph.server.auth.authenticator import Authenticator
from heliograph.server.auth.sessions import SessionAuthenticator
from heliograph.server.auth.sign_ins import SignInLimit
from heliograph.server.consent import CONSENT_PATH, consent_route
from heliograph.server.console.page import console_routes
from heliograph.server.docs.pages import pages
from heliograph.server.hidden_contents import hidden_by
from heliograph.server.http.asgi import AsgiExchange
from heliograph.server.http.exchange import Disconnected, Exchange
from heliograph.server.http.proxies import Proxies, has_passed_a_proxy
from heliograph.server.http.request import ServerContext
from heliograph.server.http.responses import HttpResponse
from heliograph.server.http.urls import Urls
from heliograph.server.inbox_page import inbox_routes
from heliograph.server.observability.logs import RefusedCredential, RequestLog
from heliograph.server.observability.metrics import Metrics
from heliograph.server.sandbox_api import SandboxApi
from heliograph.server.streams import Streams
from heliograph.settings import Settings, is_loopback
from heliograph.storage.blobs import Blobs, DatabaseBlobs
from heliograph.storage.store import Store
from heliograph.wire.operations import AnyOperation
from heliograph.wire.paths import OWN_SESSION

_API_ROOTS = (b"v2", b"oauth", b"heliograph")
_CONSENT = CONSENT_PATH.lstrip("/").encode()
_OWN_SESSION = OWN_SESSION.text.lstrip("/").encode()
_NO_OPERATION = "none"
_REASON = b"x-heliograph-reason"

log = logging.getLogger("heliograph.request")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of."""

    store: Store
    settings: Settings
    blobs: Blobs | None = None
    """The files of attachments, by default in the database."""
    read_media: ReadMedia | None = None
    """Reads files of other servers that messages show. Without it, none are read."""
    on_removal: Callable[[], None] = lambda: None
    """Called after a key, an integration or an app is removed."""
    request_log: RequestLog | None = None
    metrics: Metrics | None = None
    tools: Tools | None = None
    """The sandbox tools. Without them, their paths do not exist."""
    console: bool = False
    """Whether there are the paths of the console, and the tokens of its sessions are credentials."""


class Application:
    """Responds to every request, counts it, and logs it.

    Our own server calls `serve`. The object is also an ASGI application, for any other server.

    `unrecorded` returns the number of requests that were not recorded, if requests are recorded.
    """

    def __init__(self, parts: Parts, *, unrecorded: Callable[[], int] | None = None) -> None:
        store, settings, tools, console = parts.store, parts.settings, parts.tools, parts.console
        self.metrics = parts.metrics or Metrics(store)
        self._log = parts.request_log
        self.streams = Streams(store, self.metrics.failures)
        self._prefix = settings.root_path.encode()
        self._proxies = Proxies(settings.trusted_proxies)
        self._is_sandbox = (
            settings.sandbox and is_loopback(settings.host) and not settings.public_url and not store.shared
        )
        urls = Urls(settings, self._proxies)
        context = _context_of(parts, urls, self.streams, unrecorded)
        self._api = Api(context, console=console) if tools is None else SandboxApi(context, tools, console=console)
        self._api_paths = frozenset((_OWN_SESSION,) if console else ())
        auth = context.auth
        self.key_uses = auth.uses
        attachments = attachment_route(store, context.blobs, auth.check_access, private=settings.private_attachments)
        inboxes = inbox_routes(store, tools.inboxes) if tools else []
        self._pages = pages(
            store,
            self.metrics,
            urls,
            attachments,
            consent_route(store, auth, urls),
            *inboxes,
            *(console_routes(urls, hides_contents=hidden_by(settings)) if console else ()),
            tools=tools is not None,
            console=console,
        )
        self._tools = tools

    def close(self) -> None:
        """End the open streams and the waits of the sandbox tools, because the server stops."""
        self.streams.close()
        if self._tools is not None:
            self._tools.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request of an ASGI server."""
        await self.serve(AsgiExchange(scope, receive, send))

    async def serve(self, exchange: Exchange) -> None:
        """Handle a request."""
        started = time.perf_counter()
        exchange.enter(self._prefix)
        path = exchange.raw_path.lstrip(b"/")
        is_page = path.split(b"/", 1)[0] not in _API_ROOTS and path.rstrip(b"/") not in self._api_paths
        if is_page or path == _CONSENT:
            await exchange.pass_to(self._pages)
            self._record(exchange, None, None, started)
            return
        try:
            handled = await self._api.respond(exchange)
        except Disconnected:
            log.info("client disconnected", extra={"request_id": exchange.request_id})
            return
        if exchange.method not in SAFE_METHODS and handled.app_id is not None:
            self.streams.wake(handled.app_id)
        response = handled.response
        if response.refusal is not None and self._explains_refusals(exchange):
            response.headers.append((_REASON, response.refusal.text.encode()))
        await response.send(exchange)
        self._record(exchange, handled.operation, response, started)

    def _record(
        self, exchange: Exchange, operation: AnyOperation | None, response: HttpResponse | None, started: float
    ) -> None:
        """Count and log a request of the API, or one for a page, which has no `response`."""
        elapsed = time.perf_counter() - started
        name = operation.name if operation else None
        status = response.status if response else exchange.status
        self.metrics.request(name or _NO_OPERATION, status, elapsed)
        refused = None
        if response is not None and response.refusal is not None:
            self.metrics.refused(response.refusal.reason)
            refused = RefusedCredential(response.refusal, self._proxies.client(exchange))
        if self._log is not None:
            self._log.add(exchange.request_id, exchange.method, name, status, elapsed, refused)

    def _explains_refusals(self, exchange: Exchange) -> bool:
        """Whether the response may state why the credential was refused: to clients of a sandbox on its own machine."""
        client = exchange.addresses.client
        direct = not has_passed_a_proxy(exchange.headers)
        return self._is_sandbox and client is not None and is_loopback(client[0]) and direct


def _context_of(parts: Parts, urls: Urls, streams: Streams, unrecorded: Callable[[], int] | None) -> ServerContext:
    authenticator = SessionAuthenticator if parts.console else Authenticator
    store, tools = parts.store, parts.tools
    return ServerContext(
        store=store,
        blobs=parts.blobs or DatabaseBlobs(store),
        settings=parts.settings,
        urls=urls,
        auth=authenticator(store, tools.clocks.seconds_ahead) if tools else authenticator(store),
        streams=streams,
        on_removal=parts.on_removal,
        read_media=parts.read_media,
        unrecorded=unrecorded,
        tools=tools,
        sign_ins=SignInLimit(),
    )
