"""The ASGI application: the API, health checks, metrics, and the OpenAPI document."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from heliograph.domain.media import ReadMedia
from heliograph.server.api import SAFE_METHODS, Api
from heliograph.server.attachments import attachment_route
from heliograph.server.consent import CONSENT_PATH, consent_route
from heliograph.server.docs.pages import REQUEST_ID, pages
from heliograph.server.http.proxies import Proxies, has_passed_a_proxy
from heliograph.server.http.request import Disconnected, Headers, request_id_of
from heliograph.server.http.urls import Urls
from heliograph.server.observability.logs import RefusedCredential, RequestLog
from heliograph.server.observability.metrics import Metrics
from heliograph.server.streams import Streams
from heliograph.settings import Settings, is_loopback
from heliograph.storage.blobs import Blobs, DatabaseBlobs
from heliograph.storage.store import Store

_API_ROOTS = (b"v2", b"oauth", b"heliograph")
_CONSENT = CONSENT_PATH.lstrip("/").encode()
_NO_OPERATION = "none"
_REASON = b"x-heliograph-reason"

log = logging.getLogger("heliograph.request")


class Application:
    """Responds to every request, counts it, and logs it.

    `blobs` are the files of attachments, by default in the database. `read_media` reads files of other servers that
    messages show; without it, none are read. `on_removal` is called after a key, an integration or an app is removed.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        blobs: Blobs | None = None,
        read_media: ReadMedia | None = None,
        on_removal: Callable[[], None] = lambda: None,
        request_log: RequestLog | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.metrics = metrics or Metrics(store)
        self._log = request_log
        self.streams = Streams(store, self.metrics.failures)
        self._in_flight = 0
        store.is_quiet = lambda: self._in_flight <= 1
        self._prefix = settings.root_path.encode()
        self._proxies = Proxies(settings.trusted_proxies)
        self._is_sandbox = (
            settings.sandbox and is_loopback(settings.host) and not settings.public_url and not store.shared
        )
        urls = Urls(settings, self._proxies)
        files = blobs or DatabaseBlobs(store)
        self._api = Api(store, files, settings, urls, self.streams, on_removal, read_media)
        auth = self._api.auth
        attachments = attachment_route(store, files, auth.check_access, private=settings.private_attachments)
        self._pages = pages(store, self.metrics, urls, attachments, consent_route(store, auth, urls))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        self._in_flight += 1
        try:
            await self._handle(scope, receive, send)
        finally:
            self._in_flight -= 1

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = request_id_of(headers)
        scope = self._within_prefix(scope)
        path = scope["raw_path"].lstrip(b"/")
        if path.split(b"/", 1)[0] in _API_ROOTS and path != _CONSENT:
            try:
                handled = await self._api.respond(scope, headers, receive, request_id)
            except Disconnected:
                log.info("client disconnected", extra={"request_id": request_id})
                return
            if scope["method"] not in SAFE_METHODS and handled.app_id is not None:
                self.streams.wake(handled.app_id)
            response, operation = handled.response, handled.operation
            if response.refusal is not None and self._explains_refusals(scope, headers):
                response.headers.append((_REASON, response.refusal.text.encode()))
            await response.send(scope, receive, send, request_id)
            status, name, refusal = response.status, operation.name if operation else None, response.refusal
        else:
            status, name, refusal = await self._page(scope, receive, send, request_id), None, None
        elapsed = time.perf_counter() - started
        self.metrics.request(name or _NO_OPERATION, status, elapsed)
        refused = None
        if refusal is not None:
            self.metrics.refused(refusal.reason)
            refused = RefusedCredential(refusal, self._proxies.client(scope, headers))
        if self._log is not None:
            self._log.add(request_id, scope["method"], name, status, elapsed, refused)

    def _explains_refusals(self, scope: Scope, headers: Headers) -> bool:
        """Whether the response may state why the credential was refused: to clients of a sandbox on its own machine."""
        client = scope["client"]
        return self._is_sandbox and client is not None and is_loopback(client[0]) and not has_passed_a_proxy(headers)

    def _within_prefix(self, scope: Scope) -> Scope:
        """The scope with the root path moved from the path to `root_path`, from which links are built."""
        prefix, path = self._prefix, scope["raw_path"]
        if not prefix or not (path == prefix or path.startswith(prefix + b"/")):
            return scope
        root_path = prefix.decode()
        if path == prefix:
            return {**scope, "raw_path": b"/", "path": f"{root_path}/", "root_path": root_path}
        return {**scope, "raw_path": path[len(prefix) :], "root_path": root_path}

    async def _page(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        await self._pages({**scope, REQUEST_ID: request_id}, receive, send_with_id)
        return status
