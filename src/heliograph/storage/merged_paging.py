"""Pages of a list whose records are in several places, each of them in the order of one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from heliograph.storage.engine import Columns, Reader, Row
from heliograph.wire.paging import Page, Slice


class Source(NamedTuple):
    """Some of the records: a table with a WHERE clause, and the columns to select. The first one is the key, which is
    from `first` to before `end`.
    """

    columns: Columns
    where: str
    first: str | None = None
    end: str | None = None


async def merged_slice_of(
    reader: Reader,
    sources: Sequence[Source],
    values: tuple[Any, ...],
    page: Page,
    *,
    completed: str = "SELECT * FROM ({}) AS listed",
) -> Slice[Row]:
    """A page of the records of all sources, in the order of their keys, which differ. `values` are the parameters of
    the sources. Reads up to a page of each source.

    `completed` is a query that may add columns to the records, which it has for `{}`. The key stays the first column.
    """
    cursor = page.before if page.backwards else page.after
    after, edge, order = ("<", ">=", "DESC") if page.backwards else (">", "<=", "ASC")
    query, given = _merged(sources, values, (after, cursor), order, page.size + 1)
    rows = await reader.rows(f"{completed.format(query)} ORDER BY 1 {order}", *given)
    continues, rows = len(rows) > page.size, rows[: page.size]
    if not rows:
        return Slice([], precedes=False, follows=False)
    behind = False
    if cursor is not None:
        query, given = _merged(sources, values, (edge, cursor), order, 1)
        behind = await reader.row(query, *given) is not None
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=continues, follows=behind)
    return Slice(rows, precedes=behind, follows=continues)


def _merged(
    sources: Sequence[Source], values: tuple[Any, ...], beyond: tuple[str, str | None], order: str, limit: int
) -> tuple[str, list[Any]]:
    """The query for the first records in the order of the key that are beyond a cursor, and its values."""
    given = [*values, limit]
    numbers: dict[str, int] = {}
    parts = []
    for place, source in enumerate(sources):
        key, where = source.columns[0], source.where
        for comparison, bound in _bounds(source, *beyond):
            if bound not in numbers:
                given.append(bound)
                numbers[bound] = len(given)
            where += f" AND {key} {comparison} ${numbers[bound]}"
        query = f"SELECT {', '.join(source.columns)} FROM {where} ORDER BY {key} {order} LIMIT ${len(values) + 1}"
        parts.append(f"SELECT * FROM ({query}) AS part_{place}")
    union = " UNION ALL ".join(parts)
    return f"SELECT * FROM ({union}) AS merged ORDER BY 1 {order} LIMIT ${len(values) + 1}", given


def _bounds(source: Source, comparison: str, cursor: str | None) -> list[tuple[str, str]]:
    """The comparisons of the key, at most one for each side: SQLite would read everything up to a second one."""
    lower, upper = (">=", source.first), ("<", source.end)
    if cursor is not None and comparison.startswith(">"):
        lower = (comparison, cursor) if source.first is None or cursor >= source.first else lower
    elif cursor is not None:
        upper = (comparison, cursor) if source.end is None or cursor < source.end else upper
    return [(sign, bound) for sign, bound in (lower, upper) if bound is not None]
