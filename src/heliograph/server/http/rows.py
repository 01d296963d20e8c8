"""Bodies of many objects: a JSON array, or an object in each line. They are decoded while they arrive."""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from heliograph.errors import BadRequest, PayloadTooLarge
from heliograph.wire.formats import Rows
from heliograph.wire.validation import MALFORMED, decode

T = TypeVar("T")

ROW_BYTES = 16 * 1024
"""The greatest size of an object."""
EMPTY = "Request body is required: [] is an empty list"
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]|"', re.DOTALL)
_BEFORE, _INSIDE, _AFTER = range(3)


class _Splitter(ABC):
    """Splits a body into the texts of its objects. The rest of the body that is not complete yet is kept."""

    def __init__(self) -> None:
        self.rest = b""

    @abstractmethod
    def feed(self, chunk: bytes) -> list[bytes]:
        """The texts that are complete after the next chunk.

        Raises:
            BadRequest: the body is not well formed.
        """

    @abstractmethod
    def end(self) -> list[bytes]:
        """The last text.

        Raises:
            BadRequest: the body is incomplete.
        """


class _LineSplitter(_Splitter):
    """The lines, without blank ones."""

    def feed(self, chunk: bytes) -> list[bytes]:
        *complete, self.rest = (self.rest + chunk).split(b"\n")
        return [line for line in complete if line.strip()]

    def end(self) -> list[bytes]:
        return [self.rest] if self.rest.strip() else []


class _ArraySplitter(_Splitter):
    """The elements of an array. What an element contains is checked when it is decoded."""

    def __init__(self) -> None:
        super().__init__()
        self._state = _BEFORE
        self._depth = 0
        self._scanned = 0
        self._count = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        text, found, start = self.rest + chunk, [], 0
        position = self._scanned
        while token := _TOKEN.search(text, position):
            if token[0] == b'"':  # the string is not complete yet
                position = token.start()
                break
            position = token.end()
            match token[0]:
                case b"[" | b"{":
                    self._open(token[0], text[start : token.start()])
                    start = position if self._depth == 1 else start
                case b"]" | b"}":
                    self._depth -= 1
                    if self._depth == 0:
                        found += self._last(text[start : token.start()], token[0])
                        start = position
                case b"," if self._depth == 1:
                    found.append(self._element(text[start : token.start()]))
                    start = position
        else:
            position = len(text)
        if self._state is not _INSIDE and text[start:].strip():
            raise BadRequest(MALFORMED)
        self.rest, self._scanned = text[start:], position - start
        return found

    def end(self) -> list[bytes]:
        if self._state is not _AFTER:
            raise BadRequest(MALFORMED)
        return []

    def _open(self, bracket: bytes, before: bytes) -> None:
        if self._depth == 0:
            if self._state is not _BEFORE or bracket != b"[" or before.strip():
                raise BadRequest(MALFORMED)
            self._state = _INSIDE
        self._depth += 1

    def _element(self, text: bytes) -> bytes:
        if not text.strip():
            raise BadRequest(MALFORMED)
        self._count += 1
        return text

    def _last(self, text: bytes, bracket: bytes) -> list[bytes]:
        self._state = _AFTER
        if bracket != b"]":
            raise BadRequest(MALFORMED)
        # Only an empty array may have nothing before its end.
        return [self._element(text)] if self._count or text.strip() else []


async def read_rows(
    chunks: AsyncIterator[bytes], body: Rows[T], *, as_lines: bool, require_subscribe: bool
) -> AsyncGenerator[list[T], None]:
    """The objects of a body that arrives in chunks. Titles of errors begin with the index of the object.

    Raises:
        BadRequest: the body is empty or not well formed, has too many objects, or one of them is not valid.
        PayloadTooLarge: an object is too large.
    """
    splitter = _LineSplitter() if as_lines else _ArraySplitter()
    count, empty = 0, True

    def decoded(texts: list[bytes]) -> list[T]:
        nonlocal count
        rows = []
        for text in texts:
            if count == body.most:
                raise BadRequest(f"should not have more than {body.most} items")
            _require_short(text)
            rows.append(_decoded(text, count, body.kind, require_subscribe=require_subscribe))
            count += 1
        return rows

    async for chunk in _without_mark(chunks):
        # Only blank lines are an error: as an empty list, they would remove all members.
        empty = empty and not chunk.strip()
        yield decoded(splitter.feed(chunk))
        _require_short(splitter.rest)
    if empty:
        raise BadRequest(EMPTY)
    yield decoded(splitter.end())


async def _without_mark(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks without a byte order mark, which may be divided among them."""
    first = b""
    async for chunk in chunks:
        first += chunk
        if len(first) >= len(codecs.BOM_UTF8):
            break
    yield first.removeprefix(codecs.BOM_UTF8)
    async for chunk in chunks:
        yield chunk


def _require_short(text: bytes) -> None:
    if len(text) > ROW_BYTES:
        raise PayloadTooLarge(f"An item is limited to {ROW_BYTES >> 10} kB")


def _decoded(text: bytes, index: int, kind: type[T], *, require_subscribe: bool) -> T:
    try:
        return decode(text, kind, require_subscribe=require_subscribe)
    except BadRequest as error:
        raise BadRequest(*(f"[{index}]: {title}" for title in error.titles)) from None
