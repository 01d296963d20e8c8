"""Reads outside of transactions: each statement runs on any connection of the pool.

Under load, most of these read one row by its key. While a statement for such rows runs, the keys of new lookups are
collected, and the next statement reads all of them. It begins after all of them were asked for, so no lookup returns
an older state than a statement of its own would. Pages of participants share statements in the same way.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from heliograph.storage.engine import Columns, Lock, Row
from heliograph.storage.postgres.batches import Batcher
from heliograph.storage.postgres.pool import Pool
from heliograph.storage.postgres.transactions import retried
from heliograph.storage.postgres.tx import Catalog, PostgresReader
from heliograph.storage.postgres.writes import PARAMETER

Kind = tuple[str, Columns, Columns]
"""The table, the columns to read, and the columns of the key."""

_SIZES = (4, 16)
"""How many SELECTs a shared statement can run: few sizes, so that few statements are prepared."""
_TYPES = {int: "BIGINT", str: "TEXT"}


class PooledReader(PostgresReader):
    """A reader whose lookups and `shared_rows` share statements."""

    def __init__(self, pool: Pool, catalog: Catalog, buckets: int) -> None:
        super().__init__(catalog, buckets)
        self._pool = pool
        self._lookups: Batcher[Kind] = Batcher(self._look_up)
        self._shared: Batcher[str] = Batcher(self._run_together, _SIZES[-1])

    async def row(self, sql: str, *values: Any) -> Row | None:
        async with self._pool.connection() as connection:
            return await connection.fetchrow(sql, *values)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        async with self._pool.connection() as connection:
            return await connection.fetch(sql, *values)

    async def shared_rows(self, sql: str, *values: Any) -> list[Row]:
        if self._catalog.placement.is_distributed:  # the combined statement would need several shards
            return await self.rows(sql, *values)
        rows: list[Row] = await self._shared.run_one(sql, values)
        return rows

    async def get(
        self, table: str, columns: Columns, match: Columns, key: Row, *, lock: Lock = Lock.NONE
    ) -> Row | None:
        if lock is not Lock.NONE:
            raise ValueError("rows are locked in transactions only")
        row: Row | None = await self._lookups.run_one((table, columns, match), key)
        return row

    async def _look_up(self, kind: Kind, keys: Sequence[tuple[Any, ...]]) -> list[Row | None]:
        """The row of each key."""
        table, columns, match = kind
        if len(keys) == 1:
            return [await retried(lambda: super(PooledReader, self).get(table, columns, match, keys[0]))]
        rows = await retried(lambda: self.get_many(table, (*match, *columns), match, dict.fromkeys(keys)))
        found = {tuple(row[: len(match)]): row[len(match) :] for row in rows}
        return [found.get(key) for key in keys]

    async def _run_together(self, sql: str, given: Sequence[tuple[Any, ...]]) -> list[list[Row]]:
        """The rows of the SELECT with each of these sets of values."""
        wanted = list(dict.fromkeys(given))
        if len(wanted) == 1:
            return [await retried(lambda: self.rows(sql, *wanted[0]))] * len(given)
        size = next(size for size in _SIZES if len(wanted) <= size)
        padding = [None] * ((size - len(wanted)) * len(wanted[0]))  # NULL finds no row
        combined = _combined(sql, tuple(map(type, wanted[0])), size)
        rows = await retried(lambda: self.rows(combined, *itertools.chain(*wanted), *padding))
        found: dict[tuple[Any, ...], list[Row]] = {values: [] for values in wanted}
        for row in rows:
            found[wanted[row[0]]].append(row[1:])
        return [found[values] for values in given]


@lru_cache(maxsize=256)
def _combined(sql: str, types: tuple[type, ...], size: int) -> str:
    """A statement that runs the SELECT for each set of values; the number of the set is the first column."""
    columns = [f"value_{number}" for number, _ in enumerate(types, 1)]
    numbers = itertools.count(1)
    sets = [", ".join([f"{one}", *(f"${next(numbers)}::{_TYPES[type]}" for type in types)]) for one in range(size)]
    given = f"(VALUES {', '.join(f'({one})' for one in sets)}) AS given (number, {', '.join(columns)})"
    # A lateral join leaves PostgreSQL one plan, the same as for one set: it runs the SELECT for each of them in turn.
    each = PARAMETER.sub(r"given.value_\1", sql)
    return f"SELECT given.number, found.* FROM {given} CROSS JOIN LATERAL ({each}) AS found"
