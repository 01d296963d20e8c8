"""Reads outside of transactions: each statement runs on any connection of the pool.

Under load, most of these read one row by its key. While a statement for such rows runs, the keys of new lookups are
collected, and the next statement reads all of them. It begins after all of them were asked for, so no lookup returns
an older state than a statement of its own would.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from heliograph.storage.engine import Columns, Lock, Row
from heliograph.storage.postgres.batches import Batcher
from heliograph.storage.postgres.pool import Pool
from heliograph.storage.postgres.transactions import retried
from heliograph.storage.postgres.tx import Catalog, PostgresReader

Kind = tuple[str, Columns, Columns]
"""The table, the columns to read, and the columns of the key."""


class PooledReader(PostgresReader):
    """A reader whose lookups share statements."""

    def __init__(self, pool: Pool, catalog: Catalog, buckets: int) -> None:
        super().__init__(catalog, buckets)
        self._pool = pool
        self._lookups: Batcher[Kind] = Batcher(self._look_up)

    async def row(self, sql: str, *values: Any) -> Row | None:
        async with self._pool.connection() as connection:
            return await connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        async with self._pool.connection() as connection:
            return await connection.fetch(sql, *values)

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        if lock is not Lock.NONE:
            raise ValueError("rows are locked in transactions only")
        row: Row | None = await self._lookups.put((table, columns, match), key)
        return row

    async def _look_up(self, kind: Kind, keys: Sequence[tuple[Any, ...]]) -> list[Row | None]:
        """The row of each key."""
        table, columns, match = kind
        if len(keys) == 1:
            return [await retried(lambda: super(PooledReader, self).get(table, columns, match, keys[0]))]
        rows = await retried(lambda: self.get_many(table, (*match, *columns), match, dict.fromkeys(keys)))
        found = {tuple(row[: len(match)]): row[len(match) :] for row in rows}
        return [found.get(key) for key in keys]
