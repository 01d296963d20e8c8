"""HTTP/1.1 of uvicorn, with bounds on what a connection may cost, and our form of refusing it.

uvicorn's parser has no limit of its own on headers and trailers, reads on while pipelined requests pile up, and waits
for ever for a request that was begun; none of it needs a credential.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout
from heliograph.server.http import ARRIVED, render

# A chunk that ends one request may begin the next, so the bound is more than a chunk that uvloop reads at once.
HEAD_LIMIT = 512 * 1024
HEAD_SECONDS = 30.0


class Outgoing:
    """The transport as answers see it: head and body, two writes of uvicorn's and two system calls, become one.

    There is one for a connection, not for each answer: an answer and what is its own would refer to each other, and
    be left to the garbage collector.
    """

    __slots__ = ("_begun", "_cycle", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._cycle: RequestResponseCycle | None = None
        self._begun = False
        self._head = b""

    def carry(self, cycle: RequestResponseCycle) -> None:
        """Be the transport of this answer from now on."""
        self._cycle, self._begun = cycle, False
        cycle.transport = self  # type: ignore[assignment]

    def arrived(self) -> bool:
        """Whether the whole body of the request that is being answered has come."""
        return self._cycle is not None and not self._cycle.more_body

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
    """A connection. Its requests' lines, headers and trailers must come to an end, in size and in time."""

    _in_head = False
    _unused = 0  # bytes that were read since something came of them
    _answering: RequestResponseCycle | None = None
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._outgoing = Outgoing(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless what is kept of the headers or the trailers has gone beyond all bounds."""
        super().data_received(data)
        self._unused += len(data)
        if self._unused > HEAD_LIMIT:
            self._refuse(HeadersTooLarge())
        elif self._in_head and self._head_timer is None:
            self._await_head()

    def on_message_begin(self) -> None:
        """The first byte of a request; for it, after the first request, uvicorn's keep-alive timer waits."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The request can be answered from here on."""
        self._in_head, self._unused = False, 0
        self._forget_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """What came was used."""
        self._unused = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The trailers have ended."""
        self._unused = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request; read more only when none is waiting."""
        self._outgoing.flush()
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more, and nobody is there to be answered."""
        self._forget_timer()
        self.pipeline.clear()
        # uvicorn tells only the newest request, which need not be the one that is being answered.
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        self._outgoing.carry(cycle)
        cycle.scope["extensions"] = {ARRIVED: self._outgoing.arrived}  # type: ignore[dict-item]  # ASGI: a dict
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
        """Answer in the form of every other error, and hang up."""
        body, _ = render(error)
        head = (
            f"HTTP/1.1 {error.status} {type(error).__name__}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"x-request-id: {ids.new()}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
