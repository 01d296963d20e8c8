"""HTTP/1.1 of uvicorn, with bounds on what it takes before there is a request, and our form of refusing it."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, HeadersTooLarge, RequestTimeout
from heliograph.server.http import render

# A chunk that ends one request may begin the next, so the bound is more than a chunk that uvloop reads at once.
HEAD_LIMIT = 512 * 1024
HEAD_SECONDS = 30.0


class Protocol(HttpToolsProtocol):
    """A connection. Its requests' lines and headers must come to an end, in size and in time."""

    _in_head = True
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the headers have gone beyond all bounds."""
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > HEAD_LIMIT:
                self._refuse(HeadersTooLarge())
            elif self._head_timer is None:
                self._await_head()

    def on_headers_complete(self) -> None:
        """The request can be answered from here on."""
        self._in_head, self._head_size = False, 0
        self._forget_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request may begin; for its first byte uvicorn's keep-alive timer waits."""
        self._in_head = True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._forget_timer()
        super().connection_lost(exc)

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
