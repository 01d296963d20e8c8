"""Multipart bodies: one file in a part of its own, read as it arrives."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from email.message import Message
from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from heliograph.errors import BadRequest, PayloadTooLarge, RequestTimeout, UnsupportedMediaType
from heliograph.server.http.exchange import Exchange
from heliograph.wire.formats import FilePart

_OVERHEAD_BYTES = 1_048_576
"""The maximum size of a body without the file."""
BODY_SECONDS = 30
"""The time that a body may take, and again for every `BYTES_PER_PERIOD` of it that have arrived."""
BYTES_PER_PERIOD = 5_242_880
MEGABYTE = 1_048_576
_PARTS = 100
"""Parts take time to parse, even empty ones. Clients send one, or a few form fields with it."""
_MALFORMED = "Multipart body is malformed"
_TOO_MANY_PARTS = "Multipart body has too many parts"
_CONTENT_DISPOSITION = "content-disposition"
_CHARSETS = ("utf-8", "iso-8859-1")
"""The charsets of RFC 8187."""


class _Part(Message):
    """The headers of a part."""

    @property
    def name(self) -> str | None:
        """The name of the form field."""
        return self._disposition("name")

    @property
    def filename(self) -> str | None:
        """The file name. `filename*` takes precedence over `filename`."""
        return self._disposition("filename")

    def _disposition(self, name: str) -> str | None:
        # The type says that values are text, but an extended value is a tuple of charset, language and text.
        given: list[tuple[str, Any]] = self.get_params([], header=_CONTENT_DISPOSITION)
        values = [value for key, value in given if key.lower() == name]
        for value in values:
            if isinstance(value, tuple):
                charset, _, text = value
                return _decoded(text, charset or "")
        return values[0] if values else None


def _decoded(text: str, charset: str) -> str:
    """The text of an extended value, whose characters stand for its bytes."""
    known = charset.lower() if charset.lower() in _CHARSETS else _CHARSETS[0]
    return text.encode("latin-1", "replace").decode(known, "replace")


_Event = _Part | bytes | None
"""The beginning of a part, data of it, or its end."""


class _Events:
    """Parses a multipart body into events."""

    def __init__(self, boundary: bytes) -> None:
        self.complete = False
        self._events: deque[_Event] = deque()
        self._name = self._value = b""
        self._parts = 0
        self._part = _Part()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": lambda: self._events.append(self._part),
                "on_part_data": lambda data, start, end: self._events.append(data[start:end]),
                "on_part_end": lambda: self._events.append(None),
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Parse more of the body.

        Raises:
            BadRequest: it is malformed, or has too many parts.
        """
        try:
            self._parser.write(data)
        except FormParserError:
            raise BadRequest(_MALFORMED) from None

    def next(self) -> tuple[_Event] | None:
        """The next event, or None if more of the body is needed."""
        return (self._events.popleft(),) if self._events else None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _PARTS:
            raise BadRequest(_TOO_MANY_PARTS)
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._part[self._name.decode("latin-1")] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _end(self) -> None:
        self.complete = True


class UploadedPart(FilePart):
    """The part of a multipart body with a given name. Other parts are skipped."""

    def __init__(self, exchange: Exchange, boundary: bytes, name: str, limit: int) -> None:
        self._exchange = exchange
        self._events = _Events(boundary)
        self._name = name
        self._limit = limit
        self._received = 0
        self._more = True
        self._started = asyncio.get_running_loop().time()

    async def open(self) -> None:
        """Read up to the content of the part.

        Raises:
            BadRequest: the body has no such part, or is malformed.
        """
        while (found := await self._next()) is not None:
            (event,) = found
            if isinstance(event, _Part) and event.name == self._name:
                self.filename = event.filename
                self.content_type = event.get_content_type() if "content-type" in event else None
                return
        raise BadRequest(f"{self._name} should be exactly one file")

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file, and then the rest of the body.

        Raises:
            PayloadTooLarge: the file is larger than the limit.
            BadRequest: the body is malformed, or has another part of this name.
        """
        size, inside = 0, True
        while (found := await self._next()) is not None:
            (event,) = found
            if event is None:
                inside = False
            elif isinstance(event, _Part):
                if event.name == self._name:
                    raise BadRequest(f"{self._name} should be exactly one file")
            elif inside:
                size += len(event)
                if size > self._limit:
                    raise self._too_large()
                yield event

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(_too_large(self._limit))

    async def _next(self) -> tuple[_Event] | None:
        """The next event; None after the last one."""
        while (event := self._events.next()) is None:
            if not self._more:
                if not self._events.complete:
                    raise BadRequest(_MALFORMED)
                return None
            self._events.feed(await self._receive_more())
        return event

    async def _receive_more(self) -> bytes:
        allowed = BODY_SECONDS * (1 + self._received // BYTES_PER_PERIOD)
        try:
            async with asyncio.timeout_at(self._started + allowed):
                data = await self._exchange.read()
        except TimeoutError:
            raise RequestTimeout from None
        self._received += len(data)
        if self._received > self._limit + _OVERHEAD_BYTES:
            raise self._too_large()
        self._more = not self._exchange.body_complete
        return data


async def open_part(exchange: Exchange, name: str, limit: int) -> UploadedPart:
    """The part of a multipart request with this name, whose file has up to `limit` bytes.

    Raises:
        UnsupportedMediaType: the request is not multipart.
        PayloadTooLarge: it is larger than the limit allows.
        BadRequest: it has no such part, or is malformed.
    """
    kind, options = parse_options_header(exchange.headers.get(b"content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UnsupportedMediaType
    length = exchange.headers.get(b"content-length")
    if length is not None and int(length) > limit + _OVERHEAD_BYTES:
        raise PayloadTooLarge(_too_large(limit))
    try:
        part = UploadedPart(exchange, boundary, name, limit)
    except FormParserError:  # the boundary is too long
        raise BadRequest(_MALFORMED) from None
    await part.open()
    return part


def _too_large(limit: int) -> str:
    return f"Attachment is limited to {limit // MEGABYTE}mb in size"
