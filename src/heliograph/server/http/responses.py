"""Responses: renders the result of a handler in the format of its operation, and errors."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from heliograph.errors import ApiError, OAuthError, PayloadTooLarge, RequestTimeout
from heliograph.server.auth.refusals import Refusal, refusal_of
from heliograph.server.http.exchange import Exchange, HeaderList
from heliograph.wire.formats import (
    LINES,
    Bytes,
    EventStream,
    Format,
    Json,
    JsonLines,
    JsonOrAccepted,
    JsonOrLines,
    Lines,
    Progress,
    Redirect,
)
from heliograph.wire.lines import ErrorLine, ItemError
from heliograph.wire.operations import Operation

R = TypeVar("R")

JSON_TYPE = (b"content-type", Json.media_type.encode())
_encode = msgspec.json.Encoder().encode


class Error(Struct):
    """An error."""

    code: str
    title: str


class ErrorResponse(Struct):
    """The body of every error response."""

    errors: list[Error]


class OAuthErrorResponse(ErrorResponse):
    """The body of an error response of OAuth, in the form of RFC 6749 and in that of this API."""

    error: str
    error_description: str


class HttpResponse(Struct):
    """A status, headers and a complete body."""

    status: int
    headers: HeaderList
    body: bytes = b""
    refusal: Refusal | None = None
    """The reason for which the credential was refused, if it was."""

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Add headers, whose names are in lower case."""
        self.headers += [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send(self, exchange: Exchange) -> None:
        """Send the response to a request."""
        await exchange.respond(self.status, self.headers, self.body)


class StreamResponse(HttpResponse, kw_only=True):
    """A response whose body is sent in parts, until the parts or the connection end.

    An empty part sends nothing, and only checks whether the client has disconnected. An ApiError from the parts ends
    the response.
    """

    first: bytes
    rest: AsyncGenerator[bytes, None]

    async def send(self, exchange: Exchange) -> None:
        """Send the response to a request."""
        async with contextlib.aclosing(self.rest), contextlib.aclosing(self._parts()) as parts:
            await exchange.stream(self.status, self.headers, parts)

    async def _parts(self) -> AsyncGenerator[bytes, None]:
        yield self.first
        try:
            async for part in self.rest:
                yield part
        except ApiError as error:
            self.refusal = refusal_of(error)


class EventStreamResponse(StreamResponse, kw_only=True):
    """A stream of server-sent events. Each part has whole events."""


Responder = Callable[[R], Awaitable[HttpResponse]]
"""Renders what a handler returned."""


def responder_of(operation: Operation[Any, Any, R]) -> Responder[R]:
    """The responder for the response format of an operation.

    Raises:
        NotImplementedError: this server cannot send the format.
    """
    for kind, respond in _RESPONDERS.items():
        if isinstance(operation.response, kind):
            return partial(respond, operation.status)
    raise NotImplementedError(f"{operation.name}: responses cannot be sent as {operation.response!r}")


async def _json(status: int, result: object) -> HttpResponse:
    return HttpResponse(status, [JSON_TYPE], _encode(result))


async def _json_or_accepted(status: int, result: Progress) -> HttpResponse:
    return await _json(status if result.is_finished else JsonOrAccepted.unfinished_status, result)


async def _redirect(status: int, url: str) -> HttpResponse:
    headers = [
        (b"content-type", f"{Redirect.media_type}; charset=utf-8".encode()),
        (b"location", url.encode("ascii")),
        # The URL may contain a code.
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
    ]
    return HttpResponse(status, headers, f"Found. Redirecting to {url}".encode())


async def _event_stream(status: int, events: AsyncGenerator[bytes, None]) -> HttpResponse:
    headers = [
        (b"content-type", EventStream.media_type.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    # The first part is awaited before the status is sent, so that errors at the start have a status of their own.
    return EventStreamResponse(status=status, headers=headers, first=await anext(events), rest=events)


async def _file(status: int, chunks: AsyncGenerator[bytes, None]) -> HttpResponse:
    headers = [(b"content-type", Bytes.media_type.encode()), (b"cache-control", b"no-store")]
    return StreamResponse(status=status, headers=headers, first=await anext(chunks), rest=chunks)


async def _json_or_lines(status: int, lines: Lines) -> HttpResponse:
    if not lines.all:
        async with contextlib.aclosing(lines.objects) as objects:
            last: object = None
            async for one in objects:
                last = one
        return await _json(status, last)
    headers = [
        (b"content-type", LINES.encode()),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    # As for events, an error before the first line has a status of its own.
    first = _line(await anext(lines.objects))
    return StreamResponse(status=status, headers=headers, first=first, rest=_rest_of(lines.objects))


async def _rest_of(objects: AsyncGenerator[object, None]) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(objects):
        try:
            async for one in objects:
                yield _line(one)
        except ApiError as error:
            errors = [ItemError(code=error.code, title=title) for title in error.titles]
            yield _line(ErrorLine(status=error.status, errors=errors))


def _line(value: object) -> bytes:
    return _encode(value) + b"\n"


async def _json_lines(status: int, lines: AsyncGenerator[bytes, None]) -> HttpResponse:
    headers = [(b"content-type", JsonLines.media_type.encode()), (b"cache-control", b"no-store")]
    # The first line is awaited before the status is sent, so that errors at the start have a status of their own.
    return StreamResponse(status=status, headers=headers, first=await anext(lines), rest=lines)


_RESPONDERS: dict[type[Format[Any]], Callable[..., Awaitable[HttpResponse]]] = {
    JsonOrAccepted: _json_or_accepted,  # before its base class
    Json: _json,
    Redirect: _redirect,
    EventStream: _event_stream,
    Bytes: _file,
    JsonOrLines: _json_or_lines,
    JsonLines: _json_lines,
}


def error_response(error: ApiError) -> HttpResponse:
    """The response for an error."""
    body, headers = render(error)
    return HttpResponse(error.status, [JSON_TYPE, *headers], body, refusal_of(error))


def render(error: ApiError) -> tuple[bytes, HeaderList]:
    """The body and the headers of an error response."""
    errors = [Error(error.code, title) for title in error.titles]
    headers = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    if isinstance(error, OAuthError):
        body = _encode(OAuthErrorResponse(errors, error.code, "; ".join(error.titles)))
        headers.append((b"cache-control", b"no-store"))
    else:
        body = _encode(ErrorResponse(errors))
    if isinstance(error, (PayloadTooLarge, RequestTimeout)):
        # The rest of the request body is not read.
        headers.append((b"connection", b"close"))
    return body, headers
