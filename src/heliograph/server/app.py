"""The whole server as one ASGI application: the API, and beside it health, the OpenAPI document and its page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import Message, Receive, Scope, Send

from heliograph.errors import ServiceUnavailable
from heliograph.server.api import READING, Api, Reply
from heliograph.server.docs.pages import REQUEST_ID, pages
from heliograph.server.http.proxies import Proxies, has_passed_a_proxy
from heliograph.server.http.request import Disconnected, Headers, render, request_id_of, respond
from heliograph.server.http.urls import Urls
from heliograph.server.observability.logs import Refused, RequestLog
from heliograph.server.observability.metrics import Metrics
from heliograph.server.routes.streams import Streams, send_stream
from heliograph.settings import Settings, is_loopback
from heliograph.storage.store import Store

_API_ROOTS = (b"v2", b"oauth", b"heliograph")
_NO_OPERATION = "none"
_REASON = b"x-heliograph-reason"

log = logging.getLogger("heliograph.request")


class Application:
    """Answers every request, counts it, and tells the request log of it.

    `on_removal` is called when a key or an app was removed, `on_write` when anything may have been written.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        on_removal: Callable[[], None] = lambda: None,
        on_write: Callable[[], None] = lambda: None,
        request_log: RequestLog | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.metrics = metrics or Metrics(store)
        self._log = request_log
        self._on_write = on_write
        self.streams = Streams(store, self.metrics.failures)
        self._prefix = settings.root_path.encode()
        self._proxies = Proxies(settings.trusted_proxies)
        self._is_sandbox = (
            settings.sandbox and is_loopback(settings.host) and not settings.public_url and not store.shared
        )
        urls = Urls(settings, self._proxies)
        self._api = Api(store, settings, urls, on_removal)
        self._pages = pages(store, self.metrics, urls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = request_id_of(headers)
        scope = self._within_prefix(scope)
        if scope["raw_path"].lstrip(b"/").split(b"/", 1)[0] in _API_ROOTS:
            try:
                reply = await self._api.reply(scope, headers, receive, request_id)
            except Disconnected:
                log.info("caller went away", extra={"request_id": request_id})
                return
            if scope["method"] not in READING:
                self._on_write()
                if reply.app_id is not None:
                    self.streams.wake(reply.app_id)
            if reply.refusal is not None and self._explains(scope, headers):
                reply.headers.append((_REASON, reply.refusal.text.encode()))
            await self._answer(reply, receive, send, request_id)
            status, name, refusal = reply.status, reply.operation.name if reply.operation else None, reply.refusal
        else:
            status, name, refusal = await self._page(scope, receive, send, request_id), None, None
        elapsed = time.perf_counter() - started
        self.metrics.request(name or _NO_OPERATION, status, elapsed)
        refused = None
        if refusal is not None:
            self.metrics.refused(refusal.reason)
            refused = Refused(refusal, self._proxies.client(scope, headers))
        if self._log is not None:
            self._log.add(request_id, scope["method"], name, status, elapsed, refused)

    def _explains(self, scope: Scope, headers: Headers) -> bool:
        """Whether the caller may learn why its credential was refused: in a sandbox, and on the same machine."""
        client = scope["client"]
        return self._is_sandbox and client is not None and is_loopback(client[0]) and not has_passed_a_proxy(headers)

    async def _answer(self, reply: Reply, receive: Receive, send: Send, request_id: str) -> None:
        if reply.stream is not None:
            try:
                await send_stream(reply.stream, self.streams, receive, send, request_id)
                reply.refusal = reply.stream.refusal
                return
            except ServiceUnavailable as error:
                reply.status, (reply.body, reply.headers) = error.status, render(error)
        await respond(send, reply.status, reply.body, request_id, reply.headers)

    def _within_prefix(self, scope: Scope) -> Scope:
        """The scope as it would be without the root path, which goes where links are made from."""
        prefix, path = self._prefix, scope["raw_path"]
        if not prefix or not (path == prefix or path.startswith(prefix + b"/")):
            return scope
        root_path = prefix.decode()
        if path == prefix:
            return {**scope, "raw_path": b"/", "path": f"{root_path}/", "root_path": root_path}
        return {**scope, "raw_path": path[len(prefix) :], "root_path": root_path}

    async def _page(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        status = 500

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        await self._pages({**scope, REQUEST_ID: request_id}, receive, identified)
        return status
