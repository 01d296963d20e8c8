"""Pages of a list whose records are in several places, each of them in the order of one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from heliograph.storage.engine import Columns, Reader, Row
from heliograph.wire.paging import Page, Slice


class Source(NamedTuple):
    """Some of the records: a table with a WHERE clause, and the columns to select. The first one is the key."""

    columns: Columns
    where: str


async def merged_slice_of(reader: Reader, sources: Sequence[Source], values: tuple[Any, ...], page: Page) -> Slice[Row]:
    """A page of the records of all sources, in the order of their keys, which differ. `values` are the parameters of
    the sources. Reads up to a page of each source.
    """
    cursor = page.before if page.backwards else page.after
    after, edge, order = ("<", ">=", "DESC") if page.backwards else (">", "<=", "ASC")
    if cursor is not None:
        values = (*values, cursor)
    rows = await reader.rows(_merged(sources, values, after if cursor else None, order), *values, page.size + 1)
    continues, rows = len(rows) > page.size, rows[: page.size]
    if not rows:
        return Slice([], precedes=False, follows=False)
    behind = cursor is not None and await reader.row(_merged(sources, values, edge, order), *values, 1) is not None
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=continues, follows=behind)
    return Slice(rows, precedes=behind, follows=continues)


def _merged(sources: Sequence[Source], values: tuple[Any, ...], comparison: str | None, order: str) -> str:
    """The first records in the order of the key, whose comparison with the last value holds."""
    limit = f"LIMIT ${len(values) + 1}"
    parts = []
    for number, (columns, where) in enumerate(sources):
        bound = f" AND {columns[0]} {comparison} ${len(values)}" if comparison else ""
        query = f"SELECT {', '.join(columns)} FROM {where}{bound} ORDER BY {columns[0]} {order} {limit}"
        parts.append(f"SELECT * FROM ({query}) AS part_{number}")
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS merged ORDER BY 1 {order} {limit}"
