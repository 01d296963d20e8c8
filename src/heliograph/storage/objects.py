"""Files of attachments in an object store. This module needs the extra `s3`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from heliograph.errors import ServiceUnavailable
from heliograph.storage.blobs import Blobs, DatabaseBlobs, Written
from heliograph.storage.rows.attachments import Removal, StoredAttachment

if TYPE_CHECKING:
    from obstore.store import RetryConfig

P = ParamSpec("P")
T = TypeVar("T")

_PART_BYTES = 5_242_880
"""S3 accepts parts of at least 5 MiB. A file is sent one part after the other, so sending needs memory for one."""
_SMALL_BYTES = 1_048_576
_SMALL_SENT_TOGETHER, _LARGE_SENT_TOGETHER = 16, 2
"""Bounds the memory for parts. Small files do not wait for large ones."""
_READ_BYTES = 1_048_576
_RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}


def object_store(url: str) -> S3Store:
    """The object store at a URL such as `s3://bucket/prefix`.

    Credentials, region and endpoint are in the usual environment variables, such as AWS_ACCESS_KEY_ID.

    Raises:
        ValueError: the URL or a variable is not valid.
    """
    try:
        return S3Store.from_url(url, retry_config=_RETRIES)
    except BaseError as error:
        raise ValueError(str(error)) from None


class ObjectBlobs(Blobs):
    """Files in an object store. Files that were stored in the database before are still read from the database."""

    def __init__(self, objects: S3Store, database: DatabaseBlobs) -> None:
        self._objects = objects
        self._database = database
        self._small = asyncio.Semaphore(_SMALL_SENT_TOGETHER)
        self._large = asyncio.Semaphore(_LARGE_SENT_TOGETHER)

    async def write(self, upload: Removal, chunks: AsyncIterator[bytes]) -> Written:
        # A file waits on disk until it is complete, so a slow client uses no memory, and does not block the sending of
        # others.
        with await _on_disk(tempfile.TemporaryFile) as file:
            size = 0
            async for data in chunks:
                size += await _on_disk(file.write, data)
            await _on_disk(file.seek, 0)
            async with self._small if size <= _SMALL_BYTES else self._large:
                with _available():
                    await obstore.put_async(self._objects, upload.id, file, chunk_size=_PART_BYTES, max_concurrency=1)
        return Written(size, chunks=0)

    async def read(self, attachment: StoredAttachment, start: int, stop: int) -> AsyncIterator[bytes]:
        if attachment.chunks:
            async for data in self._database.read(attachment, start, stop):
                yield data
            return
        # A request for each piece: one for the whole file would time out if the client reads slowly.
        while start < stop:
            end = min(stop, start + _READ_BYTES)
            try:
                with _available():
                    part = await obstore.get_range_async(self._objects, attachment.id, start=start, end=end)
            except FileNotFoundError:
                return
            yield bytes(part)
            start = end

    async def remove(self, removal: Removal) -> None:
        await self._database.remove(removal)
        with _available(), suppress(FileNotFoundError):
            await obstore.delete_async(self._objects, removal.id)


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `work`, which accesses the disk, in a thread."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        raise ServiceUnavailable("The server has no room for uploads") from error


@contextmanager
def _available() -> Iterator[None]:
    """Convert the errors of the object store."""
    try:
        yield
    except BaseError as error:
        raise ServiceUnavailable("The object store of attachments is unavailable") from error
