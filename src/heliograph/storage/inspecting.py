"""Inspects the database at a URL without creating, migrating or changing it, for `heliograph doctor`."""

from __future__ import annotations

from heliograph.storage.database_state import DatabaseState
from heliograph.storage.urls import MEMORY, embedded_path


async def inspect(url: str) -> DatabaseState | None:
    """The state of the database at `url`; None for a database in memory.

    Raises:
        UsageError: it cannot be opened, or belongs to another program.
    """
    path = embedded_path(url)
    if path == MEMORY:
        return None
    if path is not None:
        from heliograph.storage.sqlite.inspecting import inspect_embedded

        return inspect_embedded(path)
    from heliograph.storage.postgres.inspecting import inspect_pooled

    return await inspect_pooled(url)
