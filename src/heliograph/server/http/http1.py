"""Exchanges of our own HTTP/1.1 connections."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from urllib.parse import unquote

from starlette.types import Message, Scope

from heliograph.domain.tenants import Caller
from heliograph.server.http.channel import Channel
from heliograph.server.http.exchange import ABORTED, Addresses, Disconnected, Exchange, HeaderList
from heliograph.server.http.heads import render_head

# More of a body is left in the kernel until this much is read.
_BUFFER_LIMIT = 64 * 1024
_NO_CONTENT = (204, 304)
_NO_LINGER = struct.pack("ii", 1, 0)


class Http1Exchange(Exchange):
    """An exchange of a connection. `completed` is called after the response."""

    keep_alive = True
    disconnected = False
    """Whether the client has disconnected, or sent an invalid body."""
    started = False
    """Whether a response was begun."""
    complete = False
    """Whether the response was sent."""
    task: asyncio.Task[None] | None = None

    _awaits_continue = False
    _buffered = 0
    _read = False  # whether `receive` has returned the whole body
    _changed: asyncio.Event | None = None
    _head = b""
    _chunked = False
    _remaining = 0

    def __init__(
        self,
        channel: Channel,
        method: str,
        target: tuple[bytes, bytes],
        header_list: HeaderList,
        addresses: Addresses,
        completed: Callable[[], None],
    ) -> None:
        super().__init__(method, *target, header_list, addresses)
        self._channel = channel
        self._completed = completed
        self._parts: list[bytes] = []
        if b"expect" in self.headers:
            self._awaits_continue = self.headers[b"expect"].lower() == b"100-continue"

    def feed(self, body: bytes) -> None:
        """Called when a part of the body has arrived."""
        self._parts.append(body)
        self._buffered += len(body)
        if self._buffered > _BUFFER_LIMIT:
            self._channel.pause_reading()
        self._wake()

    def end_body(self) -> None:
        """Called when the whole body has arrived."""
        self.body_complete = True
        self._wake()

    def disconnect(self) -> None:
        """Called when no more of the request can arrive, and no response can be sent."""
        self.disconnected = True
        self._wake()

    def abort(self) -> None:
        """Close the connection without completing the response. Parts that were written before are still sent."""
        if not self.started:
            self.status = ABORTED
        self.keep_alive = False
        self._channel.transport.close()
        self.disconnect()

    def reset(self) -> None:
        """Reset the connection. The client may not get everything that was sent."""
        self._channel.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._channel.transport.abort()
        self.disconnect()

    def mark_authenticated(self, caller: Caller) -> None:
        """Called when the request is authenticated."""
        self._channel.authenticated = True

    async def read(self) -> bytes:
        """The next part of the body.

        Raises:
            Disconnected: the client disconnected.
        """
        if self._awaits_continue and not self.started and not self.disconnected:
            self._awaits_continue = False
            self._channel.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self._parts or self.body_complete or self._ended()):
            await self._change()
        if self._ended():
            raise Disconnected
        body = b"".join(self._parts)
        self._parts.clear()
        self._buffered = 0
        return body

    async def respond(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send a complete response."""
        self.write_response(status, headers, body)

    def write_response(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send a complete response in one system call."""
        if self.disconnected:
            return
        framing = b"content-length: %d\r\n" % len(body)
        head = self._render(status, headers, framing)
        self._channel.transport.write(head if self.method == "HEAD" else head + body)
        self._complete()

    def scope(self) -> Scope:
        """The ASGI scope of the request."""
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": self.addresses.scheme,
            "server": self.addresses.server,
            "client": self.addresses.client,
            "headers": self.header_list,
            "root_path": self.root_path,
            "path": self.root_path + unquote(self.raw_path.decode("ascii")),
            "raw_path": self.raw_path,
            "query_string": self.query_string,
        }

    async def receive(self) -> Message:
        """The next ASGI message of the request."""
        if not self._read:
            try:
                body = await self.read()
            except Disconnected:
                return {"type": "http.disconnect"}
            self._read = self.body_complete
            return {"type": "http.request", "body": body, "more_body": not self.body_complete}
        while not self._ended():
            await self._change()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send an ASGI message of the response. Adds the request id to its headers."""
        await self._channel.drained()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._start(message["status"], message["headers"])
        else:
            self._send_part(message.get("body", b""), more=message.get("more_body", False))

    def _start(self, status: int, headers: HeaderList) -> None:
        lengths = [int(value) for name, value in headers if name == b"content-length"]
        self._chunked = not lengths and self.method != "HEAD" and status not in _NO_CONTENT
        self._remaining = lengths[0] if lengths else 0
        # Sent with the first part of the body.
        self._head = self._render(status, headers, b"transfer-encoding: chunked\r\n" if self._chunked else b"")

    def _send_part(self, body: bytes, *, more: bool) -> None:
        if self.method == "HEAD":
            body, self._remaining = b"", 0
        elif self._chunked:
            body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        else:
            self._remaining -= len(body)
            if self._remaining < 0 or (self._remaining and not more):
                raise ValueError("the body has another length than the header content-length")
        if self._head or body:
            self._channel.transport.write(self._head + body)
            self._head = b""
        if not more:
            self._complete()

    def _render(self, status: int, headers: HeaderList, framing: bytes) -> bytes:
        closes = (b"connection", b"close") in headers
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            framing += b"connection: close\r\n"
        head = render_head(status, headers, b"%sx-request-id: %s\r\n" % (framing, self.request_id.encode()))
        self.status, self.started = status, True
        return head

    def _complete(self) -> None:
        self.complete = True
        self._wake()
        self._completed()

    def _ended(self) -> bool:
        return self.disconnected or self.complete

    async def _change(self) -> None:
        """Wait for more of the body, the end of the response, or of the connection."""
        self._channel.resume_reading()
        if self._changed is None:
            self._changed = asyncio.Event()
        self._changed.clear()
        await self._changed.wait()

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()
