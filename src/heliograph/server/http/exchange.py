"""A request and its response, independent of the server that received the request.

The API and the pages know HTTP through this interface only. `AsgiExchange` implements it for any ASGI server, and
`Http1Exchange` for the connections of our own server, without the messages of ASGI.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Scope

from heliograph import ids
from heliograph.domain.tenants import Caller

Headers = dict[bytes, bytes]
"""The headers of a request by name in lower case. If a header is repeated, the last value."""
HeaderList = list[tuple[bytes, bytes]]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}\Z")
_EXCHANGE = "heliograph.exchange"
# The status of a page that fails before it sends a response.
_NO_RESPONSE = 500
ABORTED = 444
"""The status that logs show for a connection that is closed without a response, as in those of nginx."""


class Disconnected(Exception):
    """The client disconnected before the request was complete."""


class Addresses(NamedTuple):
    """The scheme and the two ends of a connection; None if unknown."""

    scheme: str
    server: tuple[str, int | None] | None
    client: tuple[str, int] | None


class Exchange(ABC):
    """A request and its response."""

    # Most requests do not change these.
    root_path = ""
    body_complete = False
    """Whether the whole body has arrived. After `read`, whether that was the last part."""
    status = _NO_RESPONSE
    """The status of the response, once it has been sent."""

    def __init__(
        self, method: str, raw_path: bytes, query_string: bytes, header_list: HeaderList, addresses: Addresses
    ) -> None:
        self.method = method
        self.raw_path = raw_path
        """The path, percent-encoded, below the root path."""
        self.query_string = query_string
        self.header_list = header_list
        """All headers, with names in lower case."""
        self.headers: Headers = dict(header_list)
        self.addresses = addresses
        given = self.headers.get(b"x-request-id")
        self.request_id = given.decode() if given is not None and _REQUEST_ID.match(given) else ids.new()
        """The client's X-Request-Id if it is valid, else a new id. Every response has it."""

    def enter(self, prefix: bytes) -> None:
        """Move the prefix from the path to the root path, from which links are built."""
        path = self.raw_path
        if prefix and (path == prefix or path.startswith(prefix + b"/")):
            self.root_path, self.raw_path = prefix.decode(), path[len(prefix) :] or b"/"

    @abstractmethod
    def mark_authenticated(self, caller: Caller) -> None:
        """Called when the request is authenticated."""

    @abstractmethod
    def scope(self) -> Scope:
        """The ASGI scope of the request."""

    @abstractmethod
    async def receive(self) -> Message:
        """The next ASGI message of the request."""

    @abstractmethod
    async def send(self, message: Message) -> None:
        """Send an ASGI message of the response. Adds the request id to its headers."""

    def abort(self) -> None:
        """Close the connection without completing the response. Parts that were written before are still sent.

        Raises:
            NotImplementedError: another ASGI server has the connection, and offers no way to close it.
        """
        raise NotImplementedError("only Heliograph's own server can close a connection without a response")

    def reset(self) -> None:
        """Reset the connection. The client may not get everything that was sent.

        Raises:
            NotImplementedError: another ASGI server has the connection, and offers no way to reset it.
        """
        raise NotImplementedError("only Heliograph's own server can reset a connection")

    async def read(self) -> bytes:
        """The next part of the body.

        Raises:
            Disconnected: the client disconnected.
        """
        message = await self.receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        self.body_complete = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def respond(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send a complete response."""
        headers = [*headers, (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def pass_to(self, application: ASGIApp) -> None:
        """Let an ASGI application respond, which gets this object from `exchange_of`."""
        await application({**self.scope(), _EXCHANGE: self}, self.receive, self.send)

    async def stream(self, status: int, headers: HeaderList, parts: AsyncIterator[bytes]) -> None:
        """Send a response in parts, until there are no more or the client disconnects."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        if self.method != "HEAD":
            disconnected = asyncio.ensure_future(self._disconnected())
            try:
                await self._send_parts(parts, disconnected)
            finally:
                disconnected.cancel()
        await self.send({"type": "http.response.body", "body": b""})

    async def _send_parts(self, parts: AsyncIterator[bytes], disconnected: asyncio.Future[None]) -> None:
        async for part in parts:
            if part:
                await self.send({"type": "http.response.body", "body": part, "more_body": True})
                # Sends nothing, and waits until the kernel has accepted the part, so that parts do not accumulate.
                await self.send({"type": "http.response.body", "body": b"", "more_body": True})
            if disconnected.done():
                return

    async def _disconnected(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def exchange_of(scope: Scope) -> Exchange:
    """The exchange that was passed to an ASGI application."""
    exchange: Exchange = scope[_EXCHANGE]
    return exchange
