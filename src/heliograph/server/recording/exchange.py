"""An exchange that keeps the body of its request."""

from __future__ import annotations

from collections.abc import Callable

from heliograph.domain.tenants import Caller
from heliograph.server.http.channel import Channel
from heliograph.server.http.exchange import Addresses, HeaderList
from heliograph.server.http.http1 import Http1Exchange

BODY_LIMIT = 100_000
"""Bytes of a body that are recorded. A longer one is not recorded at all."""


class RecordedExchange(Http1Exchange):
    """An exchange of a server that records requests."""

    # A subclass costs a request less than an object around another exchange, which passes everything on. Without slots,
    # the instances would have more attributes than Python 3.11 stores without a dictionary. `super()` would take longer
    # than the rest of these methods.
    __slots__ = ("body", "caller", "size")

    def __init__(
        self,
        channel: Channel,
        method: str,
        target: tuple[bytes, bytes],
        header_list: HeaderList,
        addresses: Addresses,
        completed: Callable[[], None],
    ) -> None:
        Http1Exchange.__init__(self, channel, method, target, header_list, addresses, completed)
        self.caller: Caller | None = None
        """The caller, if the request was authenticated."""
        self.body: bytes | None = b""
        """The body that has arrived; None if it is too long to be recorded."""
        self.size = 0
        """The bytes of the body that have arrived."""

    def mark_authenticated(self, caller: Caller) -> None:
        """Called when the request is authenticated."""
        self.caller = caller
        Http1Exchange.mark_authenticated(self, caller)

    def feed(self, body: bytes) -> None:
        """Called when a part of the body has arrived."""
        size = self.size = self.size + len(body)
        if self.body is not None:
            self.body = self.body + body if size <= BODY_LIMIT else None
        Http1Exchange.feed(self, body)
