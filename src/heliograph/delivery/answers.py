"""Reading the answer of an endpoint: its status, and the beginning of its body."""

from __future__ import annotations

import asyncio

import httptools

MOST_BYTES = 64 * 1024
KEPT_BYTES = 1024
_CHUNK = 16 * 1024
# Once the status is known the body matters to nobody but who reads the log.
_BODY_SECONDS = 1.0


class Unreadable(Exception):
    """What came is not an answer; why, in words."""


class Answer:
    """An answer as it comes in: what `httptools` tells of it."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._read = 0
        self._keep_alive = False
        self.status: int | None = None
        self.kept = b""
        self.complete = False

    @property
    def started(self) -> bool:
        """Whether anything came at all."""
        return self._read > 0

    @property
    def reusable(self) -> bool:
        """Whether the connection is good for another request."""
        return self.complete and self._keep_alive

    @property
    def text(self) -> str:
        """The first kilobyte of the body, as far as it is text."""
        return self.kept.decode(errors="replace").replace("\0", "\ufffd")

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        status = self._parser.get_status_code()
        self.status = status if status >= 200 else None

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self.kept = (self.kept + body)[:KEPT_BYTES]

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.complete = self.status is not None
        self._keep_alive = self._parser.should_keep_alive()

    async def receive(self, reader: asyncio.StreamReader) -> None:
        """Read until there is a status.

        Raises:
            Unreadable: it is not HTTP, or has no end to its headers.
            OSError: the connection broke first.
        """
        while self.status is None:
            await self._more(reader)

    async def rest(self, reader: asyncio.StreamReader) -> None:
        """Read of the body what comes soon and is not too much."""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while not self.complete and self._read < MOST_BYTES and await self._more(reader):
                    pass
        except (TimeoutError, OSError, Unreadable):
            self._keep_alive = False

    async def _more(self, reader: asyncio.StreamReader) -> bool:
        data = await reader.read(_CHUNK)
        self._read += len(data)
        if not data:
            if self.status is None:
                raise ConnectionResetError("the connection was closed without an answer")
            return False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise Unreadable("the endpoint asked for another protocol") from None
        except httptools.HttpParserError:
            if self.status is None:
                raise Unreadable("the answer is not HTTP") from None
            self._keep_alive = False  # more came than was announced
            return False
        if self.status is None and self._read > MOST_BYTES:
            raise Unreadable("the headers of the answer are too long")
        return True
