"""Serves the URLs of inboxes without credentials: any method, and any path below one.

Only a server with sandbox tools has them.
"""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from heliograph import ids
from heliograph.domain.loading import load_app
from heliograph.errors import NotFound, RequestTimeout
from heliograph.sandbox.calls import BODY_LIMIT, Incoming
from heliograph.sandbox.inboxes import ROOT, Inboxes, is_name
from heliograph.server.http.bodies import BODY_SECONDS
from heliograph.server.http.exchange import Disconnected, Exchange, exchange_of
from heliograph.storage.store import Store

# A script may send HTML, which must not run with the rights of other pages of this server.
_HEADERS = {"content-security-policy": "sandbox; default-src 'none'", "x-content-type-options": "nosniff"}
_PREFIX_SEGMENTS = 4  # the empty one before the first slash, the root, the app and the name


def inbox_routes(store: Store, inboxes: Inboxes) -> list[Route]:
    """The routes of all inboxes."""
    page = InboxPage(store, inboxes)
    path = f"/{ROOT}/{{app_id}}/{{name}}"
    return [Route(path, page), Route(f"{path}/{{rest:path}}", page)]


class InboxPage:
    """The ASGI application of the inboxes. As a route, unlike a function, it gets requests with any method."""

    def __init__(self, store: Store, inboxes: Inboxes) -> None:
        self._store = store
        self._inboxes = inboxes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the call, and respond by the script."""
        exchange = exchange_of(scope)
        app_id, name = scope["path_params"]["app_id"], scope["path_params"]["name"]
        if not ids.is_id(app_id) or not is_name(name):
            raise NotFound
        await self._store.read(load_app, app_id)
        try:
            request = await _read(exchange)
        except Disconnected:
            return
        step = self._inboxes.receive(app_id, name, request)
        if step.delay_ms:
            await self._pause(receive, step.delay_ms / 1000)
        if step.status is None:
            exchange.abort()
            return
        response = Response(step.body, step.status, dict(step.headers))
        response.headers.update(_HEADERS)
        await response(scope, receive, send)

    async def _pause(self, receive: Receive, seconds: float) -> None:
        """Wait, unless the client disconnects or the server stops."""
        ends = [asyncio.ensure_future(one) for one in (_disconnected(receive), self._inboxes.closing.wait())]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(exchange: Exchange) -> Incoming:
    """The request, with as much of its body as is kept; the rest is read and dropped.

    Raises:
        Disconnected: the client disconnected.
        RequestTimeout: the body does not arrive in time.
    """
    body, truncated = bytearray(), False
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                part = await exchange.read()
                truncated = truncated or len(body) + len(part) > BODY_LIMIT
                body += part[: BODY_LIMIT - len(body)]
                if exchange.body_complete:
                    break
    except TimeoutError:
        raise RequestTimeout from None
    rest = exchange.raw_path.split(b"/")[_PREFIX_SEGMENTS:]
    return Incoming(
        method=exchange.method,
        path="/" + b"/".join(rest).decode("latin-1"),
        query=exchange.query_string.decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in exchange.header_list],
        body=bytes(body),
        truncated=truncated,
    )
