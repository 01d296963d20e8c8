"""Parses the response of an endpoint: its status, and the beginning of its body."""

from __future__ import annotations

import asyncio

import httptools

MAX_BYTES = 64 * 1024
KEPT_BYTES = 1024
_CHUNK = 16 * 1024
# The body is only kept for the delivery log, so a slow one is not worth waiting for.
_BODY_SECONDS = 1.0


class UnreadableResponse(Exception):
    """The endpoint sent something that is not an HTTP response; the message says why."""


class EndpointResponse:
    """A response as it arrives, with the callbacks of the `httptools` parser."""

    most_kept = KEPT_BYTES
    """The number of bytes of the body that are kept."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._read = 0
        self._keep_alive = False
        self.status: int | None = None
        self.kept = b""
        self.complete = False

    @property
    def started(self) -> bool:
        """Whether any bytes have arrived."""
        return self._read > 0

    @property
    def reusable(self) -> bool:
        """Whether the connection can carry another request."""
        return self.complete and self._keep_alive

    @property
    def text(self) -> str:
        """The first kilobyte of the body, with replacement characters for bytes that are not text."""
        return self.kept.decode(errors="replace").replace("\0", "\ufffd")

    def on_headers_complete(self) -> None:
        """Called by the parser. Interim responses (1xx) are skipped."""
        status = self._parser.get_status_code()
        self.status = status if status >= 200 else None

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self.kept = (self.kept + body)[: self.most_kept]

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.complete = self.status is not None
        self._keep_alive = self._parser.should_keep_alive()

    async def read_status(self, reader: asyncio.StreamReader) -> None:
        """Read up to the end of the headers.

        Raises:
            UnreadableResponse: it is not HTTP, or its headers are too long.
            OSError: the connection broke first.
        """
        while self.status is None:
            await self._read_chunk(reader)

    async def read_body(self, reader: asyncio.StreamReader) -> None:
        """Read the body, up to a limit of bytes and of time."""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while not self.complete and self._read < MAX_BYTES and await self._read_chunk(reader):
                    pass
        except (TimeoutError, OSError, UnreadableResponse):
            self._keep_alive = False

    async def _read_chunk(self, reader: asyncio.StreamReader) -> bool:
        data = await reader.read(_CHUNK)
        self._read += len(data)
        if not data:
            if self.status is None:
                raise ConnectionResetError("the connection was closed without a response")
            return False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise UnreadableResponse("the endpoint switched to another protocol") from None
        except httptools.HttpParserError:
            if self.status is None:
                raise UnreadableResponse("the response is not HTTP") from None
            self._keep_alive = False  # the body is longer than its headers announced
            return False
        if self.status is None and self._read > MAX_BYTES:
            raise UnreadableResponse("the headers of the response are too long")
        return True
