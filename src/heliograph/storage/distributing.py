"""Distributes the tables of the database at a URL over several machines, which only PostgreSQL with Citus can do."""

from __future__ import annotations

from heliograph.storage.distribution import Distribution
from heliograph.storage.urls import require_shared


async def distribute(url: str, shards: int) -> tuple[str, Distribution]:
    """Migrate the database, and distribute the tables that are not distributed yet. Returns its name, and the
    distribution.

    `shards` is ignored if some are distributed already. An interrupted distribution can be run again.

    Raises:
        UsageError: the database is on SQLite, cannot be opened, or is not the coordinator of a Citus cluster, or Citus
            refuses to distribute a table.
    """
    require_shared(url, "heliograph distribute")
    from heliograph.storage.postgres.distributing import distribute_tables

    return await distribute_tables(url, shards)
