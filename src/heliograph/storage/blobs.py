"""The files of attachments, in rows of the database or in an object store."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from msgspec import Struct

from heliograph.errors import RequestTimeout
from heliograph.storage.rows import attachments
from heliograph.storage.rows.attachments import Removal, StoredAttachment
from heliograph.storage.store import Store

CHUNK_BYTES = 262_144
"""The size of the chunks of a file; the last one may be shorter. A transaction writes one of them."""
_REMOVED_AT_ONCE = 8
_WRITING = 2
"""How many chunks a process writes at the same time. Other requests wait for the transaction that they are in."""


class Written(Struct, frozen=True):
    """A file that was written: its size in bytes, and the number of its rows in the database."""

    size: int
    chunks: int


class Blobs(ABC):
    """The files of attachments."""

    @abstractmethod
    async def write(self, upload: Removal, chunks: AsyncIterator[bytes]) -> Written:
        """Write a file. The chunks have CHUNK_BYTES each, except for the last one.

        Raises:
            RequestTimeout: the upload took so long that its file is being deleted.
        """

    @abstractmethod
    def read(self, attachment: StoredAttachment, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes of a file from `start` up to, but not including, `stop`.

        Ends early if the file is deleted meanwhile.
        """

    @abstractmethod
    async def remove(self, removal: Removal) -> None:
        """Delete a file, whole or partly written."""


class DatabaseBlobs(Blobs):
    """Files in rows of the database, a transaction for each chunk, so that no upload delays other writes for long."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writing = asyncio.Semaphore(_WRITING)

    async def write(self, upload: Removal, chunks: AsyncIterator[bytes]) -> Written:
        size = number = 0
        async for data in chunks:
            async with self._writing:
                if not await self._store.write(attachments.add_chunk, upload, number, data):
                    raise RequestTimeout
            size, number = size + len(data), number + 1
        return Written(size, number)

    async def read(self, attachment: StoredAttachment, start: int, stop: int) -> AsyncIterator[bytes]:
        while start < stop:
            number, offset = divmod(start, CHUNK_BYTES)
            data = await self._store.read(attachments.chunk, attachment.app_id, attachment.id, number)
            if data is None:
                return
            part = data[offset : offset + stop - start]
            yield part
            start += len(part)

    async def remove(self, removal: Removal) -> None:
        while await self._store.write(attachments.remove_chunks, removal, _REMOVED_AT_ONCE):
            pass


async def prepended(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a file whose first chunk has been read already."""
    yield first
    async for data in rest:
        yield data
