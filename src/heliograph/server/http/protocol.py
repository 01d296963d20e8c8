"""HTTP/1.1 of uvicorn, with bounds on what a connection may cost, and our form of refusing it.

uvicorn's parser has no limit of its own on headers and trailers, takes trailers for headers, loses the body of a
request that offers an upgrade, reads on while pipelined requests pile up, and waits for ever for a request that was
begun; none of it needs a credential.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout
from heliograph.server.http.connections import Connections
from heliograph.server.http.request import CONNECTION, Connection, render

HEAD_LIMIT = 64 * 1024
HEADERS_LIMIT = 200
HEAD_SECONDS = 30.0
# What is still to come of a body after the response. It is read, because a caller that is cut off while it sends may
# never see the response.
_LEFTOVER_LIMIT = 1024 * 1024
# The parser does not tell where in its bytes a head began, so it is given few at a time.
_SLICE = 8 * 1024
# What decides where the body of a request ends.
_FRAMING = (b"connection", b"content-length", b"transfer-encoding")


class Outgoing(Connection):
    """The transport as answers see it: head and body, two writes of uvicorn's and two system calls, become one.

    There is one for a connection, not for each answer: an answer and what is its own would refer to each other, and
    be left to the garbage collector.
    """

    __slots__ = ("_begun", "_cycle", "_head", "_transport", "trusted")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._cycle: RequestResponseCycle | None = None
        self._begun = False
        self._head = b""
        self.trusted = False

    def carry(self, cycle: RequestResponseCycle) -> None:
        """Be the transport of this answer from now on."""
        self._cycle, self._begun = cycle, False
        cycle.transport = self  # type: ignore[assignment]

    def arrived(self) -> bool:
        """Whether the whole body of the request that is being answered has come."""
        return self._cycle is not None and not self._cycle.more_body

    def trust(self) -> None:
        """A request of this connection was authenticated."""
        self.trusted = True

    def write(self, data: bytes) -> None:
        """Keep the head until something follows it; send everything else."""
        # Before an answer comes at most "100 Continue".
        if self._begun or self._cycle is None or not self._cycle.response_started:
            self._transport.write(self._head + data)
            self._head = b""
        else:
            self._begun, self._head = True, data

    def flush(self) -> None:
        """Send the head, if it is kept yet: nothing follows the one that answers HEAD."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is kept, and hang up."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is ending."""
        return self._transport.is_closing()


class Protocol(HttpToolsProtocol):
    """A connection. Its requests' lines, headers and trailers must come to an end, in size and in time.

    A request is begun only when the caller has taken the response before it.
    """

    _in_head = False
    _came = False  # whether the parser made something of the last bytes
    _unused = 0  # bytes that were read since it did
    _leftover = 0
    _upgrading = False
    _replaying = False
    _refusal: ApiError | None = None
    _answering: RequestResponseCycle | None = None
    _head_timer: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, connections: Connections | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._all = connections or Connections()
        self.timeout_keep_alive = min(self.timeout_keep_alive, HEAD_SECONDS)  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Then writing is paused exactly while something is unsent.
        transport.set_write_buffer_limits(0)
        self._outgoing = Outgoing(transport)
        self._await_head()
        self._all.opened(self)

    def data_received(self, data: bytes) -> None:
        """Read on, unless what is kept of the headers or the trailers has gone beyond all bounds."""
        if len(data) <= _SLICE:
            self._read(data)
            return
        for start in range(0, len(data), _SLICE):
            self._read(data[start : start + _SLICE])

    def _read(self, data: bytes) -> None:
        if self._refusal is not None or self.transport.is_closing():
            return
        self._came = False
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self._refuse(BadRequest("Invalid HTTP request"))
            return
        self._unused = 0 if self._came else self._unused + len(data)
        if self._unused > HEAD_LIMIT:
            self._refuse(HeadersTooLarge())
        elif self._in_head and self._head_timer is None:
            self._await_head()

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
        """Go on with HTTP/1.1, as RFC 9110 section 7.8 allows.

        The parser stopped behind the head. Another one is given a head with the same framing, and reads on from there.
        """
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        framing = b"".join(b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING)
        self._upgrading, self._replaying = False, True
        self.parser.feed_data(b"POST / HTTP/%s\r\n%s\r\n" % (self.scope["http_version"].encode(), framing))
        self._replaying = False

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._replaying:
            return
        self._in_head = self._came = True
        self._leftover = 0
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header. Trailers come here too, and are dropped: whoever checked the head has not seen them."""
        if not self._in_head:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The request can be answered from here on."""
        if self._replaying:
            return
        self._in_head, self._came = False, True
        self._forget_timer()
        self._unset_keepalive_if_required()
        self._all.busy(self)
        if len(self.headers) > HEADERS_LIMIT or (self._unused and self._head_size() > HEAD_LIMIT):
            self._refuse(HeadersTooLarge())
            raise httptools.HttpParserError
        self._upgrading = self.parser.should_upgrade()
        if self._upgrading and self.parser.get_method() == b"CONNECT":
            raise httptools.HttpParserError  # what follows would be for somebody else
        super().on_headers_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def on_body(self, body: bytes) -> None:
        """Keep what came, unless the request is answered already."""
        self._came = True
        super().on_body(body)
        if self.cycle.response_complete:
            self._leftover += len(body)
            if self._leftover > _LEFTOVER_LIMIT:
                self.transport.close()

    def on_message_complete(self) -> None:
        """The request has come to its end; not so where the parser only stops at an upgrade."""
        self._came = True
        if not self._upgrading:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request; read more only when none is waiting."""
        self._outgoing.flush()
        if self._outgoing.trusted:
            self.timeout_keep_alive = self.config.timeout_keep_alive
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()
        else:
            self._rest()

    def pause_writing(self) -> None:
        """The kernel takes no more for now."""
        super().pause_writing()
        self._all.readers.add(self)

    def resume_writing(self) -> None:
        """The caller has taken everything."""
        super().resume_writing()
        self._all.readers.remove(self)
        if self._answering is None or not self._answering.response_complete or self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self.flow.resume_reading()
            self._rest()

    def _rest(self) -> None:
        """Nothing is left to be answered, or at most a refusal; then the connection is idle."""
        if self._answering is None or not self._answering.response_complete:
            return
        if self.flow.write_paused or self.transport.is_closing():
            return
        if self._refusal is not None:
            self._send_refusal(self._refusal)
        else:
            self._all.idle(self, known=self._outgoing.trusted)

    def unsent(self) -> int:
        """Bytes of answers that the kernel has not taken."""
        return self.transport.get_write_buffer_size()

    def hang_up(self) -> None:
        """End the connection at once, and drop what is unsent."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more, and nobody is there to be answered."""
        self._all.closed(self)
        self._forget_timer()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        # uvicorn tells only the newest request, which need not be the one that is being answered.
        if self._answering is not None:
            self._give_up(self._answering)
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self.flow.write_paused:
            self.pipeline.append((cycle, app))
            self.flow.pause_reading()
            return
        self._answering = cycle
        self._outgoing.carry(cycle)
        cycle.scope["extensions"] = {CONNECTION: self._outgoing}  # type: ignore[dict-item]  # ASGI: a dict
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no request."""
        self._refuse(BadRequest("Invalid HTTP request"))

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(
            HEAD_SECONDS, self._refuse, RequestTimeout("The request did not arrive")
        )

    def _forget_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, error: ApiError) -> None:
        """Read no further, answer what arrived whole before, then refuse and hang up."""
        if self._refusal is not None:
            return
        self._refusal = error
        self._forget_timer()
        newest: RequestResponseCycle | None = self.cycle
        if newest is not None and newest.more_body and not newest.response_complete:
            # The error is in its body.
            self._give_up(newest)
            if self.pipeline:
                self.pipeline.popleft()
        current = self._answering
        if not self.pipeline and (current is None or current.response_complete or current.disconnected):
            self._send_refusal(error)

    def _give_up(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()

    def _send_refusal(self, error: ApiError) -> None:
        """Answer in the form of every other error, and hang up."""
        body, _ = render(error)
        head = (
            f"HTTP/1.1 {error.status} {type(error).__name__}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"x-request-id: {ids.new()}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        if self._answering is None or not self._answering.response_started or self._answering.response_complete:
            self.transport.write(head.encode() + body)
        self.transport.close()
