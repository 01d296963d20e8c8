"""Bodies with a digest of their content, for idempotency keys."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from heliograph.server.http.bodies import BODY_LIMIT, BodyReader, decoded, read_all, reader_of
from heliograph.server.http.exchange import Exchange
from heliograph.settings import Settings
from heliograph.wire.formats import FilePart, Format, Json, Multipart, NoBody
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
    """The reader that also computes the digest of a body, for an operation that takes idempotency keys.

    Raises:
        NotImplementedError: this server cannot compute the digest of the format.
    """
    if (reader := _READERS.get(type(operation.body))) is None:
        raise NotImplementedError(f"{operation.name}: there is no digest of {operation.body!r}")
    return reader(operation.body, reader_of(operation))


def _json_reader(body: Json[B], read: BodyReader[B]) -> BodyReader[Digested[B]]:
    return partial(_read_json, body)


async def _read_json(body: Json[B], exchange: Exchange, settings: Settings) -> Digested[B]:
    content = await read_all(exchange, body.limit or BODY_LIMIT)
    return Digested(decoded(body, content, exchange, settings), hashlib.sha256(content))


def _multipart_reader(body: Multipart, read: BodyReader[FilePart]) -> BodyReader[Digested[FilePart]]:
    return partial(_read_part, read)


async def _read_part(read: BodyReader[FilePart], exchange: Exchange, settings: Settings) -> Digested[FilePart]:
    hash = hashlib.sha256()
    return Digested(DigestedPart(await read(exchange, settings), hash), hash)


def _no_body_reader(body: NoBody, read: BodyReader[None]) -> BodyReader[Digested[None]]:
    return partial(_read_nothing, read)


async def _read_nothing(read: BodyReader[None], exchange: Exchange, settings: Settings) -> Digested[None]:
    await read(exchange, settings)
    return Digested(None, hashlib.sha256())


_READERS: dict[type[Format[Any]], Callable[..., BodyReader[Digested[Any]]]] = {
    Json: _json_reader,
    Multipart: _multipart_reader,
    NoBody: _no_body_reader,
}
