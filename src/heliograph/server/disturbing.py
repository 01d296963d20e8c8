"""Routes whose requests obey the chaos rules of their app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from heliograph.errors import ApiError
from heliograph.sandbox.chaos import HEADER, KEY_HEADER, Chaos, Disturbance
from heliograph.sandbox.faults import error_for
from heliograph.server.disturbed_streams import disturbed_parts
from heliograph.server.handlers import Route
from heliograph.server.http.exchange import ABORTED, Exchange
from heliograph.server.http.request import Request
from heliograph.server.http.responses import EventStreamResponse, HttpResponse, StreamResponse, error_response
from heliograph.wire.chaos import RequestEffect, RequestMatch
from heliograph.wire.paths import AppPath, ConversationPath

AnyRoute = Route[Any, Any, Any]
AnyRequest = Request[AppPath, Any]

_PARTS_PER_SECOND = 10


class DroppedResponse(HttpResponse):
    """A response that is not sent: the connection is closed instead."""

    async def send(self, exchange: Exchange) -> None:
        """Close the connection."""
        exchange.abort()


class TruncatedResponse(HttpResponse, kw_only=True):
    """A response whose connection is closed after the first bytes of its body. A body within the limit is complete."""

    limit: int

    async def send(self, exchange: Exchange) -> None:
        """Send the beginning of the response to a request."""
        if len(self.body) <= self.limit:
            await super().send(exchange)
            return
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await exchange.send({"type": "http.response.start", "status": self.status, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": self.body[: self.limit], "more_body": True})
        exchange.abort()


class SlowResponse(HttpResponse, kw_only=True):
    """A response whose body is sent at a limited rate, in bytes per second."""

    rate: int
    chaos: Chaos

    async def send(self, exchange: Exchange) -> None:
        """Send the response to a request."""
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await exchange.stream(self.status, headers, self._parts())

    async def _parts(self) -> AsyncIterator[bytes]:
        size = max(1, self.rate // _PARTS_PER_SECOND)
        for start in range(0, len(self.body), size):
            part = self.body[start : start + size]
            await self.chaos.pause(len(part) / self.rate)
            yield part


def disturbed(routes: dict[str, AnyRoute], chaos: Chaos) -> dict[str, AnyRoute]:
    """The routes, with chaos in operations that have an app in their path, except for the sandbox tools."""
    return {name: _disturbed(route, chaos) if _is_disturbed(route) else route for name, route in routes.items()}


def _is_disturbed(route: AnyRoute) -> bool:
    return issubclass(route.operation.template.values, AppPath) and not route.operation.is_sandbox_tool


def _disturbed(route: AnyRoute, chaos: Chaos) -> AnyRoute:
    # The handler makes the response, because a rule may change it.
    return Route(route.operation, route.read, partial(_handle, route, chaos), _identity)


async def _identity(response: HttpResponse) -> HttpResponse:
    return response


async def _handle(route: AnyRoute, chaos: Chaos, request: AnyRequest) -> HttpResponse:
    app_id = request.path.app_id
    rules = None if request.app_tenant is None else chaos.of(app_id)
    if rules is None:
        response = await _respond(route, request)
    else:
        key = request.headers.get(KEY_HEADER)
        found = rules.of_request(_facts(request), None if key is None else key.decode("latin-1"))
        response = (
            await _respond_disturbed(route, chaos, request, found) if found.rules else await _respond(route, request)
        )
    if isinstance(response, EventStreamResponse):
        response.rest = disturbed_parts(response.rest, chaos, app_id, request.exchange)
    return response


def _facts(request: AnyRequest) -> RequestMatch:
    path = request.path
    return RequestMatch(
        operation=request.operation.name,
        method=request.operation.method,
        key_id=request.tenant.key_id,
        conversation_id=path.conversation_id if isinstance(path, ConversationPath) else None,
    )


async def _respond(route: AnyRoute, request: AnyRequest) -> HttpResponse:
    return await route.respond(await route.handle(request))


async def _respond_disturbed(
    route: AnyRoute, chaos: Chaos, request: AnyRequest, found: Disturbance[RequestEffect]
) -> HttpResponse:
    await chaos.pause(found.delay_ms / 1000)
    effect = found.effect or RequestEffect()
    headers = {HEADER: found.label}
    if effect.drop == "before":
        return DroppedResponse(ABORTED, [(HEADER.encode(), found.label.encode())])
    try:
        if effect.status is not None:
            raise error_for(request.operation, effect.status, effect)
        response = await _respond(route, request)
    except ApiError as error:
        response = error_response(error)
    response.add_headers(headers)
    if effect.drop == "after":
        if isinstance(response, StreamResponse):
            await response.rest.aclose()
        return DroppedResponse(ABORTED, response.headers)
    return _altered(response, chaos, effect)


def _altered(response: HttpResponse, chaos: Chaos, effect: RequestEffect) -> HttpResponse:
    if effect.truncate is not None:
        return TruncatedResponse(response.status, response.headers, response.body, limit=effect.truncate)
    if effect.bytes_per_second is not None:
        return SlowResponse(response.status, response.headers, response.body, rate=effect.bytes_per_second, chaos=chaos)
    return response
