"""An exchange that keeps what is read of the body of its request."""

from __future__ import annotations

from starlette.types import Message, Scope

from heliograph.domain.tenants import Caller
from heliograph.server.http.exchange import Exchange, HeaderList

BODY_LIMIT = 100_000
"""Bytes of a body that are recorded. A longer one is not recorded at all."""


class RecordedExchange(Exchange):
    """Passes everything on to another exchange."""

    caller: Caller | None = None
    """The caller, if the request was authenticated."""
    size = 0
    """The bytes of the body that were read."""

    def __init__(self, inner: Exchange, app_id: str) -> None:
        # Not the initializer of the base class, which would parse the headers again.
        self._inner = inner
        self.app_id = app_id
        """The app of the path, which may not exist."""
        self.method, self.raw_path, self.query_string = inner.method, inner.raw_path, inner.query_string
        self.header_list, self.headers, self.addresses = inner.header_list, inner.headers, inner.addresses
        self.request_id = inner.request_id
        self.root_path = inner.root_path
        self._parts: list[bytes] = []

    @property
    def body_complete(self) -> bool:
        """Whether the whole body has arrived. After `read`, whether that was the last part."""
        return self._inner.body_complete

    @body_complete.setter
    def body_complete(self, value: bool) -> None:
        self._inner.body_complete = value

    @property
    def status(self) -> int:
        """The status of the response, once it has been sent."""
        return self._inner.status

    @status.setter
    def status(self, value: int) -> None:
        self._inner.status = value

    @property
    def body(self) -> bytes | None:
        """The body that was read; None if it is too long to be recorded."""
        return b"".join(self._parts) if self.size <= BODY_LIMIT else None

    def release(self) -> None:
        """Drop the exchange below, which has ended. Keeping thousands of them makes garbage collection slow."""
        del self._inner

    def enter(self, prefix: bytes) -> None:
        """Move the prefix from the path to the root path, from which links are built."""
        self._inner.enter(prefix)
        self.root_path, self.raw_path = self._inner.root_path, self._inner.raw_path

    def mark_authenticated(self, caller: Caller) -> None:
        """Called when the request is authenticated."""
        self.caller = caller
        self._inner.mark_authenticated(caller)

    def scope(self) -> Scope:
        """The ASGI scope of the request."""
        return self._inner.scope()

    async def receive(self) -> Message:
        """The next ASGI message of the request."""
        return await self._inner.receive()

    async def send(self, message: Message) -> None:
        """Send an ASGI message of the response."""
        await self._inner.send(message)

    def abort(self) -> None:
        """Close the connection without the rest of the response."""
        self._inner.abort()

    def reset(self) -> None:
        """Reset the connection."""
        self._inner.reset()

    async def read(self) -> bytes:
        """The next part of the body.

        Raises:
            Disconnected: the client disconnected.
        """
        part = await self._inner.read()
        self.size += len(part)
        if self.size <= BODY_LIMIT:
            self._parts.append(part)
        else:
            self._parts.clear()
        return part

    async def respond(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send a complete response."""
        await self._inner.respond(status, headers, body)
