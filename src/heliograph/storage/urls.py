"""Database URLs, and the engines that they name."""

from __future__ import annotations

from heliograph.errors import UsageError

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")

MEMORY = ":memory:"
"""The path of a database that is deleted when it is closed."""


def require_shared(url: str, purpose: str) -> None:
    """Check that several processes can serve the database at `url`, as `purpose` requires. Opens nothing.

    Raises:
        UsageError: the database is on SQLite, or the URL has another scheme.
    """
    if embedded_path(url) is not None:
        raise UsageError(
            f"SQLite serves from one process, because its writer cannot be shared: {purpose} needs PostgreSQL"
        )


def embedded_path(url: str) -> str | None:
    """The path in the URL of a SQLite database; None for a PostgreSQL database.

    Raises:
        UsageError: the URL has another scheme.
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
