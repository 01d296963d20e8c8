"""Opens the store of a database URL, and the files of its attachments."""

from __future__ import annotations

from heliograph.errors import UsageError
from heliograph.storage.blobs import Blobs, DatabaseBlobs
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from heliograph.storage.urls import embedded_path

COPY = "copy"
"""The name in `meta` that marks a database as the target of an unfinished copy."""

_IN_DATABASE = "database"
_SCHEME = "s3://"
_SETTING = "--attachments"


async def open_store(url: str, *, serve: bool = False, connections: int = 2) -> Store:
    """The store at `url`, on the current event loop. Creates the database if needed, and migrates it.

    With `serve`, this process becomes the only server of a SQLite file; without it, the store can be used alongside a
    running server. On PostgreSQL the store has up to `connections` connections.

    Raises:
        UsageError: the URL is invalid, or the database contains an unfinished copy. See also `open_embedded` and
            `open_pooled`.
    """
    store = await open_unfinished(url, serve=serve, connections=connections)
    if await store.read(meta.get, COPY) is not None:
        await store.close()
        raise UsageError(f"{store.name} contains an unfinished copy: run `heliograph copy` again to resume it")
    return store


async def open_unfinished(url: str, *, serve: bool = False, connections: int = 2) -> Store:
    """The store at `url`, even if it contains an unfinished copy; see `open_store`."""
    # A process loads only the engine that it uses.
    path = embedded_path(url)
    if path is not None:
        from heliograph.storage.sqlite.store import open_embedded

        return open_embedded(path, serve=serve)
    from heliograph.storage.postgres.store import open_pooled

    return await open_pooled(url, connections)


def open_blobs(store: Store, location: str) -> Blobs:
    """The files of the attachments of a store, at the place that the setting `attachments` names.

    Raises:
        UsageError: the setting is not valid, or the extra `s3` is not installed.
    """
    database = DatabaseBlobs(store)
    if location == _IN_DATABASE:
        return database
    if not location.startswith(_SCHEME):
        raise UsageError(
            f"{_SETTING} should be {_IN_DATABASE} or an object store such as s3://bucket/prefix: {location!r}"
        )
    try:
        from heliograph.storage.objects import ObjectBlobs, object_store  # the extra may not be installed
    except ModuleNotFoundError:
        raise UsageError(f"{_SETTING} {location} needs pip install 'heliograph[s3]'") from None
    try:
        return ObjectBlobs(object_store(location), database)
    except ValueError as error:
        raise UsageError(f"{_SETTING} {location}: {error}") from None
