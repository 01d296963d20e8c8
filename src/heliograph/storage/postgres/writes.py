"""Combines writes of a row or two in different tables into one statement.

A lone join writes one row to each of several tables. Separate statements would need a round trip each, which takes
longer than the writes themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

PARAMETER = re.compile(r"\$(\d+)")
"""A parameter in a statement; the group is its number."""


class PendingWrites:
    """Writes that follow each other, each to a different table.

    All of them see the rows as they were before the first, so no table may be written twice.
    """

    def __init__(self) -> None:
        self._writes: dict[str, tuple[str, Sequence[Any]]] = {}

    def __bool__(self) -> bool:
        return bool(self._writes)

    def __contains__(self, table: str) -> bool:
        return table in self._writes

    def add(self, table: str, sql: str, values: Sequence[Any]) -> None:
        """Add a write to a table that is not written yet."""
        self._writes[table] = sql, values

    def take(self) -> tuple[str, list[Any]]:
        """One statement for all writes, and its parameters. Afterwards nothing is pending."""
        writes = self._writes.values()
        sql = _combined(tuple((sql, len(values)) for sql, values in writes))
        parameters = [value for _, values in writes for value in values]
        self._writes = {}
        return sql, parameters


@lru_cache(maxsize=256)
def _combined(writes: tuple[tuple[str, int], ...]) -> str:
    statements, first = [], 0
    for sql, count in writes:
        statements.append(_shifted(sql, first))
        first += count
    *others, last = statements
    if not others:
        return last
    return f"WITH {', '.join(f'write_{number} AS ({sql})' for number, sql in enumerate(others))} {last}"


def _shifted(sql: str, count: int) -> str:
    """The statement with higher numbers for its parameters."""
    return PARAMETER.sub(lambda found: f"${int(found[1]) + count}", sql)
