"""The API: routes a request, authenticates it, and calls the handler of its operation."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from msgspec import Struct

from heliograph.errors import ApiError, AppNotFound, MethodNotAllowed, NotFound, ServerError
from heliograph.server.auth.authenticator import CACHE_SECONDS
from heliograph.server.handlers import Route
from heliograph.server.hidden_contents import hidden_by, without_contents
from heliograph.server.http.exchange import Disconnected, Exchange
from heliograph.server.http.request import Request, ServerContext
from heliograph.server.http.responses import HttpResponse, error_response
from heliograph.server.idempotency import HEADER as IDEMPOTENCY_KEY
from heliograph.server.idempotency import replayed_deletion, with_keys
from heliograph.server.query import EMPTY, parse_query, require_known
from heliograph.server.router import Router
from heliograph.server.routes import ROUTES
from heliograph.server.viewer_masking import masked
from heliograph.wire.operations import AnyOperation, Credential
from heliograph.wire.paths import AppPath
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from heliograph.wire.table.v2.apps import DELETE_APP

P = TypeVar("P", bound=Struct)
B = TypeVar("B")
R = TypeVar("R")

SAFE_METHODS = ("GET", "HEAD")
"""The methods that change nothing."""
# Python 3.11 takes longer to find a member of an enumeration than a global name.
_REQUIRED, _OPTIONAL = Credential.REQUIRED, Credential.OPTIONAL

log = logging.getLogger("heliograph.request")


class HandledRequest(Struct):
    """The response to a request, and its operation; None if no operation was found."""

    response: HttpResponse
    operation: AnyOperation | None
    app_id: str | None = None
    """The app of the path, if the handler completed."""


class Api:
    """Serves the operations of the table."""

    def __init__(self, context: ServerContext, *, console: bool = False) -> None:
        self.auth = context.auth
        self._context = context
        self._routes = masked(ROUTES) if console else ROUTES
        if console and hidden_by(context.settings):
            self._routes = without_contents(self._routes)
        self._keyed_routes = with_keys(self._routes)
        others = (*(SANDBOX_TOOLS if context.tools else ()), *(CONSOLE_OPERATIONS if console else ()))
        self._router = Router((*OPERATIONS, *EXTENSIONS, *others))

    def prepare(self, operations: Collection[AnyOperation], prepare: Callable[[], Awaitable[None]]) -> None:
        """Await a function before the handlers of these operations, once the body of the request has arrived."""
        for name in [one.name for one in operations]:
            self._routes = self._routes | {name: self._routes[name].after(prepare)}
            self._keyed_routes[name] = self._keyed_routes[name].after(prepare)

    async def respond(self, exchange: Exchange) -> HandledRequest:
        """Handle a request. Errors become responses.

        Raises:
            Disconnected: the client disconnected.
        """
        operation: AnyOperation | None = None
        try:
            operation, values = self._find(exchange)
            routes = self._keyed_routes if IDEMPOTENCY_KEY in exchange.headers else self._routes
            return await self._call(routes[operation.name], values, exchange)
        except ApiError as error:
            if error.status >= 500:
                log.warning("unavailable", extra={"request_id": exchange.request_id}, exc_info=error)
            return HandledRequest(error_response(error), operation)
        except Disconnected:
            raise
        except Exception as error:
            log.error("failed", extra={"request_id": exchange.request_id}, exc_info=error)
            return HandledRequest(error_response(ServerError()), operation)

    def _find(self, exchange: Exchange) -> tuple[AnyOperation, list[str]]:
        """The operation of a request, and the values of its path parameters."""
        method = "GET" if exchange.method == "HEAD" else exchange.method
        found = self._router.find(exchange.raw_path)
        if found is None:
            raise NotFound
        node, values = found
        if method in node.operations:
            return node.operations[method], values
        if not node.operations:
            raise NotFound
        raise MethodNotAllowed(headers={"allow": ", ".join(node.operations)})

    async def _call(self, route: Route[P, B, R], values: list[str], exchange: Exchange) -> HandledRequest:
        operation = route.operation
        path = operation.template.values(*values)
        authorization = exchange.headers.get(b"authorization")
        caller = tenant = None
        if operation.credential is _REQUIRED or (operation.credential is _OPTIONAL and authorization is not None):
            caller = await self.auth.caller(authorization)
            try:
                tenant = await self.auth.authorize(caller, operation, path, exchange.request_id)
            except AppNotFound:
                if operation is not DELETE_APP or not (
                    replay := await replayed_deletion(self._context.store, exchange, caller)
                ):
                    raise
                return HandledRequest(replay, operation)
            exchange.mark_authenticated(caller)
        started = time.monotonic()
        body = await route.read(exchange, self._context.settings)
        if caller is not None and time.monotonic() - started > CACHE_SECONDS:
            # While the body arrived, the key may have been revoked, or the app deleted.
            await self.auth.recheck(authorization, path)
        query = parse_query(exchange.query_string)
        if query is not EMPTY and operation.is_extension:
            require_known(operation, query)
        request = Request(operation, path, query, body, caller, tenant, exchange, self._context)
        response = await route.respond(await route.handle(request))
        if request.response_headers:
            response.add_headers(request.response_headers)
        return HandledRequest(response, operation, path.app_id if isinstance(path, AppPath) else None)
