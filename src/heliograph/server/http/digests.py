"""Bodies with a digest of their content, for idempotency keys."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from heliograph.server.http.bodies import BODY_LIMIT, BodyReader, decoded, read_all, reader_of
from heliograph.server.http.exchange import Exchange
from heliograph.settings import Settings
from heliograph.wire.formats import FilePart, Json
from heliograph.wire.operations import Operation

if TYPE_CHECKING:
    from hashlib import _Hash

Hash: TypeAlias = "_Hash"

B = TypeVar("B")


class Digested(Struct, Generic[B]):
    """A body, and the hash of the bytes that were read."""

    content: B
    hash: Hash


class DigestedPart(FilePart):
    """A file whose name, type and content are hashed while it arrives."""

    def __init__(self, part: FilePart, hash: Hash) -> None:
        self.filename = part.filename
        self.content_type = part.content_type
        self._part = part
        self._hash = hash
        # Each length precedes its text, so that no two files have the same input.
        for text in (self.filename or "", self.content_type or ""):
            encoded = text.encode("utf-8", "surrogatepass")
            hash.update(len(encoded).to_bytes(4, "big") + encoded)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content, in pieces of any size."""
        async for chunk in self._part.chunks():
            self._hash.update(chunk)
            yield chunk


def digesting_reader_of(operation: Operation[Any, B, Any]) -> BodyReader[Digested[B]]:
    """The reader that also computes the digest of a body, for an operation that takes idempotency keys."""
    if isinstance(operation.body, Json):
        return partial(_read_json, operation.body)
    return partial(_read, reader_of(operation))


async def _read_json(body: Json[B], exchange: Exchange, settings: Settings) -> Digested[B]:
    content = await read_all(exchange, body.limit or BODY_LIMIT)
    return Digested(decoded(body, content, exchange, settings), hashlib.sha256(content))


async def _read(read: BodyReader[Any], exchange: Exchange, settings: Settings) -> Digested[Any]:
    hash = hashlib.sha256()
    content = await read(exchange, settings)
    return Digested(DigestedPart(content, hash) if isinstance(content, FilePart) else content, hash)
