"""Rewrites the tables of a PostgreSQL database without their dead rows."""

from __future__ import annotations

from heliograph.storage.migrations import schema
from heliograph.storage.postgres.ddl import connected

_PURPOSE = "compact"
_STATISTICS = "pg_catalog.pg_statistic"
"""Has the most common values of columns. A role that may not rewrite it gets a warning."""


async def size(url: str) -> int:
    """The bytes of the tables of the schema with their indexes."""
    async with connected(url, _PURPOSE) as connection:
        found: int = await connection.fetchval(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        )
        return found


async def rewrite(url: str) -> None:
    """Rewrite the tables one after the other, each under a lock that excludes readers, and analyse them."""
    async with connected(url, _PURPOSE) as connection:
        for table in schema.tables():
            await connection.execute(f"VACUUM (FULL, ANALYZE) {table}")
        await connection.execute(f"VACUUM (FULL) {_STATISTICS}")
