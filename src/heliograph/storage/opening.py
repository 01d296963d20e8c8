"""From a database URL to an open store."""

from __future__ import annotations

from heliograph.errors import UsageError
from heliograph.storage.rows import meta
from heliograph.storage.store import Store

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")

MEMORY = ":memory:"
"""The path of a database of which nothing is kept."""
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
    if await store.look(meta.get, COPY) is not None:
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


def require_shared(url: str, purpose: str) -> None:
    """Check, before anything is opened, that several processes can serve the database at `url`; `purpose` needs them.

    Raises:
        UsageError: a single process serves the database, or the URL is not a database URL.
    """
    if embedded_path(url) is not None:
        raise UsageError(
            f"SQLite serves from one process, because its writer cannot be shared: {purpose} needs PostgreSQL"
        )


def embedded_path(url: str) -> str | None:
    """The path that the URL of a SQLite database names; None for a database of PostgreSQL.

    Raises:
        UsageError: the URL is not one of a database that can be opened here.
    """
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return url.removeprefix(_SQLITE)
    if url.startswith(_POSTGRES):
        return None
    scheme = url.split(":", 1)[0]
    # The URL itself may hold a password, so it is not repeated.
    raise UsageError(
        f"not a database URL: expected sqlite:///relative.db, sqlite:////absolute.db, sqlite:///:memory: or "
        f"postgresql://user@host/database, got one that begins with {scheme[:20]!r}"
    )
