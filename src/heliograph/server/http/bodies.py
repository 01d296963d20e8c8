"""Request bodies: reads each in the format of its operation, within limits of size and time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from msgspec.json import encode
from msgspec.structs import fields

from heliograph.errors import BadRequest, PayloadTooLarge, RequestTimeout, UnsupportedMediaType
from heliograph.server.http.exchange import Exchange, Headers
from heliograph.server.http.multipart import MEGABYTE, open_part
from heliograph.server.http.rows import read_rows
from heliograph.settings import Settings
from heliograph.wire.formats import Bytes, FilePart, Format, Json, JsonOrForm, Multipart, NoBody, Rows
from heliograph.wire.operations import Operation
from heliograph.wire.validation import decode

B = TypeVar("B")
T = TypeVar("T")

BODY_LIMIT = 102_400  # 100kb, as the API document's limits count it
BODY_SECONDS = 30
FILE_LIMIT = 1 << 30
ROWS_LIMIT = 64 << 20
EMPTY = "Request body is required"
MALFORMED_FORM = "Request body is not a valid form"

_FORM = re.compile(rb"application/x-www-form-urlencoded\s*(?:;|\Z)", re.IGNORECASE)
_MOST_FIELDS = 50

_JSON = re.compile(rb"application/(?:[a-z0-9.+-]+\+)?json\s*(?:;|\Z)", re.IGNORECASE)
_LINES = re.compile(rb"application/(?:x-)?ndjson\s*(?:;|\Z)", re.IGNORECASE)
_PLAIN_JSON = b"application/json"
_CHARSET = re.compile(rb";\s*charset\s*=\s*\"?\s*([^\s\";]*)", re.IGNORECASE)
# US-ASCII is a subset of UTF-8.
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"")
_NAME = re.compile(rb"[A-Za-z0-9._:+-]{1,40}\Z")

BodyReader = Callable[[Exchange, Settings], Awaitable[B]]
"""Reads the body of a request."""


def reader_of(operation: Operation[Any, B, Any]) -> BodyReader[B]:
    """The reader for the body format of an operation.

    Raises:
        NotImplementedError: this server cannot read the format.
    """
    for kind, reader in _READERS.items():
        if isinstance(operation.body, kind):
            return reader(operation.body, operation.method)
    raise NotImplementedError(f"{operation.name}: bodies cannot be read as {operation.body!r}")


def _json_reader(body: Json[B], method: str) -> BodyReader[B]:
    return partial(_read_json, body)


async def _read_json(body: Json[B], exchange: Exchange, settings: Settings) -> B:
    return decoded(body, await read_all(exchange, body.limit or BODY_LIMIT), exchange, settings)


def decoded(body: Json[B], content: bytes, exchange: Exchange, settings: Settings) -> B:
    """The value of a JSON body.

    Raises:
        BadRequest: it is not valid, or missing.
        UnsupportedMediaType: it is not declared as JSON in UTF-8.
    """
    if content:
        _require_json(exchange.headers)
    elif body.optional:
        content = b"{}"
    else:
        raise BadRequest(EMPTY)
    return decode(content, body.kind, require_subscribe=settings.require_subscribe_sdk_client)


def _json_or_form_reader(body: JsonOrForm[B], method: str) -> BodyReader[B]:
    return partial(_read_json_or_form, body)


async def _read_json_or_form(body: JsonOrForm[B], exchange: Exchange, settings: Settings) -> B:
    try:
        if not is_form(exchange.headers):
            return await _read_json(body, exchange, settings)
        fields = await read_form(exchange)
        # A form has the same fields, so the same rules hold.
        return decode(encode(fields), body.kind, require_subscribe=settings.require_subscribe_sdk_client)
    except BadRequest as error:
        raise body.invalid_body(*error.titles) from None


def is_form(headers: Headers) -> bool:
    """Whether the body is declared as a form."""
    return _FORM.match(headers.get(b"content-type", b"")) is not None


async def read_form(exchange: Exchange) -> dict[str, str]:
    """The fields of a body that is declared as a form.

    Raises:
        BadRequest: it is not a form in UTF-8, has too many fields, or has a field twice.
        PayloadTooLarge, RequestTimeout, UnsupportedMediaType, Disconnected: as for JSON.
    """
    content = await read_all(exchange)
    _require_uncompressed(exchange.headers)
    try:
        pairs = parse_qsl(content.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadRequest(MALFORMED_FORM) from None
    # PostgreSQL cannot store NUL in text, so it is refused on both engines.
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise BadRequest(MALFORMED_FORM)
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise BadRequest(*(f"{name} should be given once" for name in fields if names.count(name) > 1))
    return fields


def _no_body_reader(body: NoBody, method: str) -> BodyReader[None]:
    return _ignore if method == "GET" else _discard


async def _ignore(exchange: Exchange, settings: Settings) -> None:
    """Leave the body unread."""


async def _discard(exchange: Exchange, settings: Settings) -> None:
    """Read the body and drop it, so that only complete requests can change anything."""
    await read_all(exchange)


def _multipart_reader(body: Multipart, method: str) -> BodyReader[FilePart]:
    (field,) = fields(body.kind)
    return partial(_read_multipart, field.encode_name)


async def _read_multipart(name: str, exchange: Exchange, settings: Settings) -> FilePart:
    _require_uncompressed(exchange.headers)
    return await open_part(exchange, name, settings.attachment_limit_mb * MEGABYTE)


def _bytes_reader(body: Bytes, method: str) -> BodyReader[AsyncGenerator[bytes, None]]:
    return _open_file


async def _open_file(exchange: Exchange, settings: Settings) -> AsyncGenerator[bytes, None]:
    _require_uncompressed(exchange.headers)
    return _file_chunks(exchange)


def _rows_reader(body: Rows[T], method: str) -> BodyReader[AsyncGenerator[list[T], None]]:
    return partial(_open_rows, body)


async def _open_rows(body: Rows[T], exchange: Exchange, settings: Settings) -> AsyncGenerator[list[T], None]:
    as_lines = _LINES.match(exchange.headers.get(b"content-type", b"")) is not None
    if as_lines:
        _require_uncompressed(exchange.headers)
    else:
        _require_json(exchange.headers)
    required = settings.require_subscribe_sdk_client
    return read_rows(_chunks(exchange, ROWS_LIMIT), body, as_lines=as_lines, require_subscribe=required)


def _file_chunks(exchange: Exchange) -> AsyncGenerator[bytes, None]:
    return _chunks(exchange, FILE_LIMIT, f"The file is limited to {FILE_LIMIT >> 30} GB")


async def _chunks(exchange: Exchange, limit: int, title: str | None = None) -> AsyncGenerator[bytes, None]:
    """A body of up to `limit` bytes, as it arrives.

    Raises:
        PayloadTooLarge: it is longer than the limit.
        RequestTimeout: nothing has arrived for a while.
        Disconnected: the client disconnected.
    """
    size, complete = 0, False
    while not complete:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                chunk = await exchange.read()
        except TimeoutError:
            raise RequestTimeout from None
        complete = exchange.body_complete
        size += len(chunk)
        if size > limit:
            raise PayloadTooLarge(title) if title else _too_large(limit)
        yield chunk


_READERS: dict[type[Format[Any]], Callable[..., BodyReader[Any]]] = {
    JsonOrForm: _json_or_form_reader,  # before its base class
    Json: _json_reader,
    NoBody: _no_body_reader,
    Multipart: _multipart_reader,
    Bytes: _bytes_reader,
    Rows: _rows_reader,
}


async def read_all(exchange: Exchange, limit: int = BODY_LIMIT) -> bytes:
    """The body of a request. At most `limit` bytes and one chunk are in memory.

    Raises:
        PayloadTooLarge: it is longer than the limit.
        RequestTimeout: it does not arrive in time.
        Disconnected: the client disconnected.
    """
    length = exchange.headers.get(b"content-length")
    if length is not None and int(length) > limit:
        raise _too_large(limit)
    return await (_read(exchange, limit) if exchange.body_complete else _read_in_time(exchange, limit))


async def _read_in_time(exchange: Exchange, limit: int) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(exchange, limit)
    except TimeoutError:
        raise RequestTimeout from None


async def _read(exchange: Exchange, limit: int) -> bytes:
    content = await exchange.read()
    if exchange.body_complete and len(content) <= limit:
        return content
    chunks, size = [content], len(content)
    while size <= limit and not exchange.body_complete:
        chunks.append(await exchange.read())
        size += len(chunks[-1])
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def _too_large(limit: int) -> PayloadTooLarge:
    if limit == BODY_LIMIT:
        return PayloadTooLarge()
    return PayloadTooLarge(f"Request body is limited to {limit >> 20} MB in size")


def _require_json(headers: Headers) -> None:
    """Check that a body is declared as uncompressed JSON in UTF-8.

    Raises:
        UnsupportedMediaType: it is not; the title names the charset or encoding that is not supported.
    """
    content_type = headers.get(b"content-type", b"")
    if content_type != _PLAIN_JSON:
        if not _JSON.match(content_type):
            raise UnsupportedMediaType
        charset = _CHARSET.search(content_type)
        if charset is not None and charset[1].lower() not in _UTF_8:
            raise UnsupportedMediaType(f"Charset{_named(charset[1])} is not supported: JSON must be encoded as UTF-8")
    _require_uncompressed(headers)


def _require_uncompressed(headers: Headers) -> None:
    coding = headers.get(b"content-encoding")
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        title = f"Content-Encoding{_named(coding.strip())} is not supported: send the body uncompressed"
        raise UnsupportedMediaType(title, headers={"accept-encoding": "identity"})


def _named(value: bytes) -> str:
    """The value for an error title, if it is short and plain enough to be repeated there."""
    return f" {value.decode()}" if _NAME.match(value) else ""
