"""Files of attachments in an object store. This module needs the extra `s3`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from heliograph.errors import ServiceUnavailable
from heliograph.storage.blobs import CHUNK_BYTES, Blobs, DatabaseBlobs, Written
from heliograph.storage.rows.attachments import Removal, StoredAttachment

_PART_BYTES = 5_242_880
"""S3 accepts parts of at least 5 MiB. A file is sent one part after the other, so an upload needs memory for one."""


def object_store(url: str) -> S3Store:
    """The object store at a URL such as `s3://bucket/prefix`.

    Credentials, region and endpoint are in the usual environment variables, such as AWS_ACCESS_KEY_ID.

    Raises:
        ValueError: the URL or a variable is not valid.
    """
    try:
        return S3Store.from_url(url)
    except BaseError as error:
        raise ValueError(str(error)) from None


class ObjectBlobs(Blobs):
    """Files in an object store. Those that were stored in the database before are still read from there."""

    def __init__(self, objects: S3Store, database: DatabaseBlobs) -> None:
        self._objects = objects
        self._database = database

    async def write(self, upload: Removal, chunks: AsyncIterator[bytes]) -> Written:
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for data in chunks:
                size += len(data)
                yield data

        with _available():
            await obstore.put_async(
                self._objects, upload.id, counted(), chunk_size=_PART_BYTES, max_concurrency=1, use_multipart=True
            )
        return Written(size, chunks=0)

    async def read(self, attachment: StoredAttachment, start: int, stop: int) -> AsyncIterator[bytes]:
        if attachment.chunks:
            async for data in self._database.read(attachment, start, stop):
                yield data
            return
        with _available():
            found = await obstore.get_async(self._objects, attachment.id, options={"range": (start, stop)})
            async for part in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(part)

    async def remove(self, removal: Removal) -> None:
        await self._database.remove(removal)
        with _available(), suppress(FileNotFoundError):
            await obstore.delete_async(self._objects, removal.id)


@contextmanager
def _available() -> Iterator[None]:
    """Convert the errors of the object store."""
    try:
        yield
    except BaseError as error:
        raise ServiceUnavailable("The object store of attachments is unavailable") from error
