"""uvicorn's HTTP/1.1 protocol, with limits on what a connection may cost, and with our error responses.

On its own, uvicorn has no limit on headers and trailers, treats trailers as headers, loses the body of a request that
offers an upgrade, keeps reading while pipelined requests accumulate, and waits forever for the rest of a request. A
client needs no credential for any of these.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout
from heliograph.server.http.connections import Connections
from heliograph.server.http.request import CONNECTION, Connection
from heliograph.server.http.responses import render

HEAD_LIMIT = 64 * 1024
HEADERS_LIMIT = 200
HEAD_SECONDS = 30.0
# How much of a request body is read after the response. A client that is disconnected while it sends may never see the
# response.
_LEFTOVER_LIMIT = 1024 * 1024
# How long the rest of a request body is read before the connection is closed. Closing at once would reset the
# connection, and a client or proxy that is still sending might never see the response.
_LINGER_SECONDS = 2.0
# The parser does not report where in its input a head began, so it gets small slices.
_SLICE = 8 * 1024
# The headers that determine where a request body ends.
_FRAMING = (b"connection", b"content-length", b"transfer-encoding")


class ResponseTransport(Connection):
    """The transport for the responses of a connection. Sends head and body, which uvicorn writes separately, in one
    system call.

    A connection has one for all its responses: if each response had its own, the two would form a reference cycle and
    be left to the garbage collector.
    """

    __slots__ = ("_cycle", "_head", "_head_written", "_linger", "_transport", "authenticated")

    def __init__(self, transport: asyncio.Transport, linger: Callable[[], None]) -> None:
        self._transport = transport
        self._linger = linger
        self._cycle: RequestResponseCycle | None = None
        self._head_written = False
        self._head = b""
        self.authenticated = False

    def attach(self, cycle: RequestResponseCycle) -> None:
        """Become the transport of this response."""
        self._cycle, self._head_written = cycle, False
        cycle.transport = self  # type: ignore[assignment]

    def body_complete(self) -> bool:
        """Whether the whole body of the current request has arrived."""
        return self._cycle is not None and not self._cycle.more_body

    def mark_authenticated(self) -> None:
        """Called when a request of this connection is authenticated."""
        self.authenticated = True

    def write(self, data: bytes) -> None:
        """Buffer the head of a response until its body follows; send everything else."""
        # Before a response there is at most "100 Continue".
        if self._head_written or self._cycle is None or not self._cycle.response_started:
            self._transport.write(self._head + data)
            self._head = b""
        else:
            self._head_written, self._head = True, data

    def flush(self) -> None:
        """Send the head if it is still buffered: a response to HEAD has no body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Flush, and close the connection, after the rest of the request body if it is still arriving."""
        self.flush()
        if self._cycle is not None and self._cycle.more_body and not self._cycle.disconnected:
            self._linger()
        else:
            self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closing."""
        return self._transport.is_closing()


class Protocol(HttpToolsProtocol):
    """A connection. Limits the size of its requests' heads and trailers, and the time until a head is complete.

    A request starts only after the client has received the response before it.
    """

    _in_head = False
    _progressed = False  # whether the parser reported anything for the last bytes
    _unparsed = 0  # bytes read since it did
    _leftover = 0
    _upgrading = False
    _replaying = False
    _refusal: ApiError | None = None
    _current: RequestResponseCycle | None = None
    _head_timer: asyncio.TimerHandle | None = None
    _linger_timer: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, connections: Connections | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections = connections or Connections()
        self.timeout_keep_alive = min(self.timeout_keep_alive, HEAD_SECONDS)  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        # Without a buffer limit, writing is paused exactly while bytes are unsent.
        transport.set_write_buffer_limits(0)
        self._responses = ResponseTransport(transport, self._linger)
        self._start_head_timer()
        self._connections.opened(self)

    def data_received(self, data: bytes) -> None:
        """Parse bytes of requests, unless the connection is being refused."""
        if len(data) <= _SLICE:
            self._read(data)
            return
        for start in range(0, len(data), _SLICE):
            self._read(data[start : start + _SLICE])

    def _read(self, data: bytes) -> None:
        if self._refusal is not None or self.transport.is_closing():
            return
        self._progressed = False
        try:
            self._parse(data)
        except httptools.HttpParserError:
            if not self.transport.is_closing():
                self._refuse(BadRequest("Invalid HTTP request"))
            return
        self._unparsed = 0 if self._progressed else self._unparsed + len(data)
        if self._unparsed > HEAD_LIMIT:
            self._refuse(HeadersTooLarge())
        elif self._in_head and self._head_timer is None:
            self._start_head_timer()

    def _parse(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                self._decline_upgrade()
                if not (data := data[upgrade.args[0] :]):
                    return

    def _decline_upgrade(self) -> None:
        """Ignore the upgrade and continue with HTTP/1.1, as RFC 9110 section 7.8 allows.

        The parser stopped after the head. A new parser gets a head with the same framing, and continues from there.
        """
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        framing = b"".join(b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING)
        self._upgrading, self._replaying = False, True
        self.parser.feed_data(b"POST / HTTP/%s\r\n%s\r\n" % (self.scope["http_version"].encode(), framing))
        self._replaying = False

    def on_message_begin(self) -> None:
        """Called at the first byte of a request."""
        if self._replaying:
            return
        self._in_head = self._progressed = True
        self._leftover = 0
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store a header. The parser passes trailers here too; they are dropped, since they come after the checks."""
        if not self._in_head:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Start the request."""
        if self._replaying:
            return
        self._in_head, self._progressed = False, True
        self._cancel_head_timer()
        self._unset_keepalive_if_required()
        self._connections.busy(self)
        if len(self.headers) > HEADERS_LIMIT or (self._unparsed and self._head_size() > HEAD_LIMIT):
            self._refuse(HeadersTooLarge())
            raise httptools.HttpParserError
        self._upgrading = self.parser.should_upgrade()
        if self._upgrading and self.parser.get_method() == b"CONNECT":
            raise httptools.HttpParserError  # the following bytes would be for another server
        super().on_headers_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body. After the response, count it and drop the connection at the limit."""
        self._progressed = True
        super().on_body(body)
        if self.cycle.response_complete:
            self._leftover += len(body)
            if self._leftover > _LEFTOVER_LIMIT:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Finish the request, unless the parser only stopped at an upgrade."""
        self._progressed = True
        if self._linger_timer is not None:
            self.transport.close()
            raise httptools.HttpParserError  # later requests on the connection are not read
        if not self._upgrading:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the next pipelined request, or read more if no request is waiting."""
        self._responses.flush()
        if self._responses.authenticated:
            self.timeout_keep_alive = self.config.timeout_keep_alive
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()
        else:
            self._become_idle()

    def pause_writing(self) -> None:
        """Called when the kernel accepts no more bytes."""
        super().pause_writing()
        self._connections.slow_readers.add(self)

    def resume_writing(self) -> None:
        """Called when everything is sent."""
        super().resume_writing()
        self._connections.slow_readers.remove(self)
        if self._current is None or not self._current.response_complete or self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self.flow.resume_reading()
            self._become_idle()

    def _become_idle(self) -> None:
        """Mark the connection as idle once all responses are sent; first send a pending error response."""
        if self._current is None or not self._current.response_complete:
            return
        if self.flow.write_paused or self.transport.is_closing():
            return
        if self._refusal is not None:
            self._send_refusal(self._refusal)
        else:
            self._connections.idle(self, authenticated=self._responses.authenticated)

    def unsent(self) -> int:
        """The number of bytes of responses that the kernel has not accepted yet."""
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close the connection, and drop unsent bytes."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers and the requests."""
        self._connections.closed(self)
        self._cancel_head_timer()
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        # uvicorn notifies only the newest request, which need not be the current one.
        if self._current is not None:
            self._disconnect(self._current)
        super().connection_lost(exc)

    def _linger(self) -> None:
        """Close the connection once the rest of the request body has arrived, or soon."""
        self._linger_timer = self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self.flow.write_paused:
            self.pipeline.append((cycle, app))
            self.flow.pause_reading()
            return
        self._current = cycle
        self._responses.attach(cycle)
        cycle.scope["extensions"] = {CONNECTION: self._responses}  # type: ignore[dict-item]  # ASGI: a dict
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not a valid request."""
        self._refuse(BadRequest("Invalid HTTP request"))

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(
            HEAD_SECONDS, self._refuse, RequestTimeout("The request did not arrive")
        )

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, error: ApiError) -> None:
        """Stop reading, respond to the complete requests before, then send the error and close the connection."""
        if self._refusal is not None:
            return
        self._refusal = error
        self._cancel_head_timer()
        newest: RequestResponseCycle | None = self.cycle
        if newest is not None and newest.more_body and not newest.response_complete:
            # The error is in the body of this request.
            self._disconnect(newest)
            if self.pipeline:
                self.pipeline.popleft()
        current = self._current
        if not self.pipeline and (current is None or current.response_complete or current.disconnected):
            self._send_refusal(error)

    def _disconnect(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()

    def _send_refusal(self, error: ApiError) -> None:
        """Send an error response like those of the API, and close the connection."""
        body, _ = render(error)
        head = (
            f"HTTP/1.1 {error.status} {type(error).__name__}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"x-request-id: {ids.new()}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        if self._current is None or not self._current.response_started or self._current.response_complete:
            self.transport.write(head.encode() + body)
        self.transport.close()
