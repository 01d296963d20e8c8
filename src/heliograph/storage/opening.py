"""From a database URL to an open store."""

from __future__ import annotations

from heliograph.errors import UsageError
from heliograph.storage.embedded import open_embedded
from heliograph.storage.store import Store

_SQLITE = "sqlite:///"


def open_store(url: str, *, serve: bool = False) -> Store:
    """The store at `url`, made and migrated if need be. To be called on the event loop that will use it.

    With `serve` this process becomes its server; without, it works beside a running one.

    Raises:
        UsageError: the URL is not one of a database that can be opened here; see also `open_embedded`.
    """
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        return open_embedded(url.removeprefix(_SQLITE), serve=serve)
    scheme = url.split(":", 1)[0]
    if scheme in ("postgres", "postgresql"):
        raise UsageError("PostgreSQL is not supported yet: use a SQLite database, such as sqlite:///heliograph.db")
    # The URL itself may hold a password, so it is not repeated.
    raise UsageError(
        f"not a database URL: expected sqlite:///relative.db, sqlite:////absolute.db or sqlite:///:memory:, "
        f"got one that begins with {scheme[:20]!r}"
    )
