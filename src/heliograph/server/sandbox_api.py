"""The API of a sandbox: obeys the chaos rules of each app, and keeps its newest requests."""

from __future__ import annotations

import time
from typing import TypeVar

import msgspec
from msgspec import Struct

from heliograph import ids
from heliograph.errors import ApiError, AppNotFound, Forbidden, ServerError, Unauthorized
from heliograph.sandbox.chaos import HEADER
from heliograph.sandbox.requests import LoggedRequest
from heliograph.sandbox.tools import Tools
from heliograph.server.api import Api, HandledRequest
from heliograph.server.auth.refusals import refusal_of
from heliograph.server.disturbing import DroppedResponse, disturbed
from heliograph.server.handlers import Route
from heliograph.server.http.exchange import Disconnected, Exchange
from heliograph.server.http.request import ServerContext
from heliograph.server.http.responses import ErrorResponse, HttpResponse
from heliograph.wire import times
from heliograph.wire.paths import AppPath

P = TypeVar("P", bound=Struct)
B = TypeVar("B")
R = TypeVar("R")

_CHAOS = HEADER.encode()
_LEAST_ERROR = 400


class SandboxApi(Api):
    """Serves the operations of the table on a server with sandbox tools."""

    def __init__(self, context: ServerContext, tools: Tools, *, console: bool = False) -> None:
        super().__init__(context, console=console)
        self._routes = disturbed(self._routes, tools.chaos)
        self._keyed_routes = disturbed(self._keyed_routes, tools.chaos)
        self._tools = tools

    async def _call(self, route: Route[P, B, R], values: list[str], exchange: Exchange) -> HandledRequest:
        path = route.operation.template.values(*values)
        if route.operation.is_sandbox_tool or not isinstance(path, AppPath):
            return await super()._call(route, values, exchange)
        request = await self._begin(route.operation.name, exchange)
        started = time.perf_counter()
        error: Exception | None = None
        try:
            handled = await super()._call(route, values, exchange)
            _show(request, handled.response)
            return handled
        except Disconnected:
            raise
        except Exception as raised:
            error = raised
            raise
        finally:
            request.duration = (time.perf_counter() - started) * 1000
            self._end(path.app_id, request, error)

    async def _begin(self, operation: str, exchange: Exchange) -> LoggedRequest:
        return LoggedRequest(
            id="",
            request_id=exchange.request_id,
            received_at=times.now(),
            method=exchange.method,
            path=exchange.raw_path.decode("latin-1"),
            operation=operation,
            duration=0.0,
            status=None,
            errors=(),
            key_id=await self._key_id(exchange),
            chaos=None,
        )

    async def _key_id(self, exchange: Exchange) -> str | None:
        """The key that the request names, valid or not. The credential is checked again where it is used."""
        authorization = exchange.headers.get(b"authorization")
        if authorization is None:
            return None
        try:
            return (await self.auth.caller(authorization)).key_id
        except ApiError as error:
            refusal = refusal_of(error)
            return refusal.key_id if refusal else None

    def _end(self, app_id: str, request: LoggedRequest, error: Exception | None) -> None:
        if error is not None:
            shown = error if isinstance(error, ApiError) else ServerError()
            request.status, request.errors = shown.status, shown.titles
        # The app may not exist, and anyone could fill the memory with names of apps.
        refused = isinstance(error, Unauthorized | Forbidden | AppNotFound)
        if refused and not self._tools.requests.knows(app_id):
            return
        request.id = ids.new()
        self._tools.requests.add(app_id, request)


def _show(request: LoggedRequest, response: HttpResponse) -> None:
    """Add the response to the log of its request. The headers say whether a rule affected it."""
    request.chaos = next((value.decode() for name, value in response.headers if name == _CHAOS), None)
    if not isinstance(response, DroppedResponse):
        request.status = response.status
        if response.status >= _LEAST_ERROR:
            shown = msgspec.json.decode(response.body, type=ErrorResponse)
            request.errors = tuple(error.title for error in shown.errors)
