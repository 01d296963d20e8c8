"""From a database URL to an open store."""

from __future__ import annotations

from heliograph.errors import UsageError
from heliograph.storage.rows import meta
from heliograph.storage.store import Store
from heliograph.storage.urls import embedded_path

COPY = "copy"
"""The fact of a database that a copy into it has begun and not ended."""


async def open_store(url: str, *, serve: bool = False, connections: int = 2) -> Store:
    """The store at `url`, made and migrated if need be. It belongs to the event loop on which it was opened.

    With `serve` this process becomes the one server of a SQLite file; without, it works beside a running one. On
    PostgreSQL it never holds more than so many `connections`.

    Raises:
        UsageError: the URL is not one of a database that can be opened here, or what was being copied there is not
            complete; see also `open_embedded`, `open_pooled`.
    """
    store = await open_unfinished(url, serve=serve, connections=connections)
    if await store.read(meta.get, COPY) is not None:
        await store.close()
        raise UsageError(f"{store.name} holds an unfinished copy: run `heliograph copy` again, which goes on with it")
    return store


async def open_unfinished(url: str, *, serve: bool = False, connections: int = 2) -> Store:
    """The store at `url`, though it may hold an unfinished copy; see `open_store`."""
    # Each engine is imported where it is used: a server of the one need not load the other.
    path = embedded_path(url)
    if path is not None:
        from heliograph.storage.sqlite.store import open_embedded

        return open_embedded(path, serve=serve)
    from heliograph.storage.postgres.store import open_pooled

    return await open_pooled(url, connections)
