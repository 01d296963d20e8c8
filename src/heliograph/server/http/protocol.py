"""The HTTP/1.1 protocol of a connection: httptools parses requests, and each becomes an exchange in a task of its own.

A client needs no credential to open a connection, so everything that it may make the server keep or wait for has a
limit: heads and trailers in size and time, pipelined requests, bodies after their response, and idle connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

import httptools

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout, ServerError
from heliograph.server.http.channel import Channel
from heliograph.server.http.connections import ServerConnections
from heliograph.server.http.deadline import Deadline
from heliograph.server.http.exchange import Addresses, Exchange, HeaderList
from heliograph.server.http.http1 import Http1Exchange
from heliograph.server.http.responses import error_response, render
from heliograph.server.http.targets import split_target

HEAD_LIMIT = 64 * 1024
HEADERS_LIMIT = 200
HEAD_SECONDS = 30.0
"""How long the head of a request may take, and how long a client without credentials may be idle."""
# Longer than the idle timeout of load balancers, usually a minute: if the server closed first, it could close a
# connection on which a request is already on its way.
_KEEP_ALIVE_SECONDS = 75.0
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

Serve = Callable[[Exchange], Awaitable[None]]
"""Responds to a request."""

log = logging.getLogger("heliograph.request")


class Protocol(asyncio.Protocol):
    """A connection. A request starts only after the client has received the response before it."""

    _url = b""
    _in_head = False
    _progressed = False  # whether the parser reported anything for the newest bytes
    _unparsed = 0  # bytes read since its last report
    _leftover = 0
    _upgrading = False
    _replaying = False
    _refusal: ApiError | None = None
    _newest: Http1Exchange | None = None  # the request that is being read, or was read last
    _current: Http1Exchange | None = None  # the request that is being handled, or was handled last
    _linger_timer: asyncio.TimerHandle | None = None

    def __init__(
        self, serve: Serve, connections: ServerConnections, exchange: type[Http1Exchange] = Http1Exchange
    ) -> None:
        self._serve = serve
        self._connections = connections
        self._exchange = exchange
        self._loop = asyncio.get_running_loop()
        self._headers: HeaderList = []
        self._waiting: deque[Http1Exchange] = deque()  # pipelined requests, oldest first
        self._deadline = Deadline(self._loop, self._expire)
        self._parser = self._new_parser()

    def _new_parser(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        # Requests that follow "Connection: close" in the same bytes must not prevent its response.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        self._transport = transport
        self._channel = Channel(transport)
        server, client = (transport.get_extra_info(name) for name in ("sockname", "peername"))
        self._addresses = Addresses("http", server and server[:2], client and client[:2])
        self._deadline.set(HEAD_SECONDS)
        self._connections.opened(self)

    def data_received(self, data: bytes) -> None:
        """Parse bytes of requests, unless the connection is being refused."""
        if len(data) <= _SLICE:
            self._read(data)
            return
        for start in range(0, len(data), _SLICE):
            self._read(data[start : start + _SLICE])

    def _read(self, data: bytes) -> None:
        if self._refusal is not None or self._transport.is_closing():
            return
        self._progressed = False
        try:
            self._parse(data)
        except httptools.HttpParserError:
            if not self._transport.is_closing():
                self._refuse(BadRequest("Invalid HTTP request"))
            return
        self._unparsed = 0 if self._progressed else self._unparsed + len(data)
        if self._unparsed > HEAD_LIMIT:
            self._refuse(HeadersTooLarge())
        elif self._in_head:
            self._deadline.limit(HEAD_SECONDS)

    def _parse(self, data: bytes) -> None:
        while True:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                self._decline_upgrade()
                if not (data := data[upgrade.args[0] :]):
                    return

    def _decline_upgrade(self) -> None:
        """Ignore the upgrade and continue with HTTP/1.1, as RFC 9110 section 7.8 allows.

        The parser stopped after the head. A new parser gets a head with the same framing, and continues from there.
        """
        version = self._parser.get_http_version().encode()
        self._parser = self._new_parser()
        framing = b"".join(b"%s: %s\r\n" % header for header in self._headers if header[0] in _FRAMING)
        self._upgrading, self._replaying = False, True
        self._parser.feed_data(b"POST / HTTP/%s\r\n%s\r\n" % (version, framing))
        self._replaying = False

    def on_message_begin(self) -> None:
        """Called at the first byte of a request."""
        if not self._replaying:
            self._in_head = self._progressed = True
            self._leftover = 0
            self._url, self._headers = b"", []

    def on_url(self, url: bytes) -> None:
        """Store a part of the request target."""
        if not self._replaying:
            self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store a header. The parser passes trailers here too; they are dropped, since they come after the checks."""
        if self._in_head:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the request, or let it wait for the response before it."""
        if self._replaying:
            return
        self._in_head, self._progressed = False, True
        self._deadline.clear()
        self._connections.busy(self)
        if len(self._headers) > HEADERS_LIMIT or (self._unparsed and self._head_size() > HEAD_LIMIT):
            self._refuse(HeadersTooLarge())
            raise httptools.HttpParserError
        method = self._parser.get_method()
        self._upgrading = self._parser.should_upgrade()
        if self._upgrading and method == b"CONNECT":
            raise httptools.HttpParserError  # the following bytes would be for another server
        previous = self._newest
        exchange = self._newest = self._new_exchange(method.decode())
        if previous is None or previous.complete:
            self._start(exchange)
        else:
            self._waiting.append(exchange)
            self._channel.pause_reading()

    def _new_exchange(self, method: str) -> Http1Exchange:
        target = split_target(self._url)
        exchange = self._exchange(self._channel, method, target, self._headers, self._addresses, self._completed)
        exchange.keep_alive = self._parser.should_keep_alive() and self._parser.get_http_version() != "1.0"
        return exchange

    def _head_size(self) -> int:
        return len(self._url) + sum(len(name) + len(value) for name, value in self._headers)

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body. After the response, count it and drop the connection at the limit."""
        self._progressed = True
        assert self._newest is not None
        if not self._newest.complete:
            self._newest.feed(body)
            return
        self._leftover += len(body)
        if self._leftover > _LEFTOVER_LIMIT:
            self._transport.close()

    def on_message_complete(self) -> None:
        """Finish the request, unless the parser only stopped at an upgrade."""
        self._progressed = True
        if self._linger_timer is not None:
            self._transport.close()
            raise httptools.HttpParserError  # later requests on the connection are not read
        if not self._upgrading and self._newest is not None:
            self._newest.end_body()

    def _start(self, exchange: Http1Exchange) -> None:
        """Handle the request, as soon as the response before it is sent."""
        if self._channel.writing_paused:
            self._waiting.appendleft(exchange)
            self._channel.pause_reading()
            return
        self._current = exchange
        exchange.task = self._loop.create_task(self._run(exchange))
        self._connections.tasks.add(exchange.task)

    async def _run(self, exchange: Http1Exchange) -> None:
        try:
            await self._serve(exchange)
            if not (exchange.complete or exchange.disconnected):
                raise RuntimeError("the request was handled without a response")
        except (Exception, asyncio.CancelledError) as error:
            log.error("failed", extra={"request_id": exchange.request_id}, exc_info=error)
            if exchange.started:
                self._transport.close()
            else:
                exchange.keep_alive = False
                response = error_response(ServerError())
                exchange.write_response(response.status, response.headers, response.body)
        finally:
            if exchange.task is not None:
                self._connections.tasks.discard(exchange.task)

    def _completed(self) -> None:
        """Called after a response. Start the next pipelined request, or read more if no request is waiting."""
        current = self._current
        assert current is not None
        if not current.keep_alive:
            self._close_after(current)
        if self._transport.is_closing():
            return
        if not self._in_head and not self._waiting:
            self._deadline.set(_KEEP_ALIVE_SECONDS if self._channel.authenticated else HEAD_SECONDS)
        self._proceed()

    def _close_after(self, exchange: Http1Exchange) -> None:
        """Close the connection, after the rest of the request body if it is still arriving."""
        if exchange.body_complete or exchange.disconnected:
            self._transport.close()
        else:
            self._linger_timer = self._loop.call_later(_LINGER_SECONDS, self._transport.close)

    def _proceed(self) -> None:
        """Start the next request, or wait for one."""
        if self._waiting:
            self._start(self._waiting.popleft())
        if self._waiting:
            self._channel.pause_reading()
        else:
            self._channel.resume_reading()
            self._become_idle()

    def pause_writing(self) -> None:
        """Called when the kernel accepts no more bytes."""
        self._channel.pause_writing()
        self._connections.slow_readers.add(self)

    def resume_writing(self) -> None:
        """Called when everything is sent."""
        self._channel.resume_writing()
        self._connections.slow_readers.remove(self)
        if self._current is not None and self._current.complete and not self._transport.is_closing():
            self._proceed()

    def _become_idle(self) -> None:
        """Mark the connection as idle once all responses are sent; first send a pending error response."""
        if self._current is None or not self._current.complete:
            return
        if self._channel.writing_paused or self._transport.is_closing():
            return
        if self._refusal is not None:
            self._send_refusal(self._refusal)
        else:
            self._connections.idle(self, authenticated=self._channel.authenticated)

    def unsent(self) -> int:
        """The number of bytes of responses that the kernel has not accepted yet."""
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close the connection, and drop unsent bytes."""
        self._transport.abort()

    def shut_down(self) -> None:
        """Close the connection after the response to the newest request."""
        if self._newest is None or self._newest.complete:
            self._transport.close()
        else:
            self._newest.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers and the requests."""
        self._connections.closed(self)
        self._deadline.cancel()
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        self._waiting.clear()
        if self._current is not None:
            self._current.disconnect()
        self._channel.resume_writing()
        # These refer to this object, which is thus freed without the garbage collector.
        del self._parser, self._deadline
        self._current = self._newest = None

    def _expire(self) -> None:
        """Close an idle connection, or refuse one on which a request did not arrive in time."""
        if self._newest is None or self._in_head:
            self._refuse(RequestTimeout("The request did not arrive"))
        else:
            self._transport.close()

    def _refuse(self, error: ApiError) -> None:
        """Stop reading, respond to the complete requests before, then send the error and close the connection."""
        if self._refusal is not None:
            return
        self._refusal = error
        self._deadline.cancel()
        newest, current = self._newest, self._current
        if newest is not None and not newest.body_complete and not newest.complete:
            # The error is in the body of this request.
            newest.disconnect()
            if self._waiting:
                self._waiting.pop()
        if not self._waiting and (current is None or current.complete or current.disconnected):
            self._send_refusal(error)

    def _send_refusal(self, error: ApiError) -> None:
        """Send an error response like those of the API, and close the connection."""
        body, _ = render(error)
        head = (
            f"HTTP/1.1 {error.status} {type(error).__name__}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"x-request-id: {ids.new()}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        if self._current is None or not self._current.started or self._current.complete:
            self._transport.write(head.encode() + body)
        self._transport.close()
