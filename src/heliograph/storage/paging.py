"""Keyset pages: every page of a list costs the same, regardless of the length of the list."""

from __future__ import annotations

from typing import Any

from heliograph import ids
from heliograph.storage.engine import Columns, Reader, Row
from heliograph.wire.paging import Page, Slice

ROWS_EXAMINED = 1_000
"""The number of rows that a filter without an index may examine for one page."""


async def slice_of(
    reader: Reader,
    columns: Columns,
    source: str,
    values: tuple[Any, ...],
    page: Page,
    *,
    key: str = "id",
    spread: bool = False,
    newest_first: bool = False,
    shared: bool = False,
) -> Slice[Row]:
    """A page of the `columns` of a `source`, in the order of `key`, or with `newest_first` in the opposite one. The
    source is a table with a WHERE clause, whose parameters are `values`.

    Runs one statement, so it reads one snapshot. A source that is `spread` over all buckets needs another one, because
    a distributed database refuses a subquery that reads several shards. Pages of a `shared` list that wait at the same
    time may be read by one statement.
    """
    if newest_first:
        found = await slice_of(reader, columns, source, values, _mirrored(page), key=key, spread=spread, shared=shared)
        return _reversed(found)
    cursor = page.before if page.backwards else page.after
    after, order, edge = ("<", "DESC", ">=") if page.backwards else (">", "ASC", "<=")
    number = len(values) + 1
    if cursor is None:
        # Without a cursor the page is the first, and nothing can precede it.
        beyond, bound = "0", ""
    else:
        before = f"SELECT 1 FROM {source} AND {key} {edge} ${number}"
        beyond = "0" if spread else f"EXISTS ({before})"
        bound = f" AND {key} {after} ${number}"
        values = (*values, cursor)
    # One more row than the page size shows whether the list continues.
    read = reader.shared_rows if shared else reader.rows
    rows = await read(
        f"SELECT {', '.join(columns)}, {beyond} FROM {source}{bound} ORDER BY {key} {order} LIMIT ${len(values) + 1}",
        *values,
        page.size + 1,
    )
    continues = len(rows) > page.size
    rows = rows[: page.size]
    if not rows:
        return Slice([], precedes=False, follows=False)
    if spread and cursor is not None:
        behind = await reader.row(f"{before} LIMIT 1", *values) is not None
    else:
        behind = bool(rows[0][-1])
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=continues, follows=behind)
    return Slice(rows, precedes=behind, follows=continues)


def _mirrored(page: Page) -> Page:
    """The page of the opposite order that has the same rows."""
    return Page(page.before, page.after or (None if page.backwards else ids.LAST), page.size)


def _reversed(found: Slice[Row]) -> Slice[Row]:
    return Slice(found.records[::-1], found.follows, found.precedes, first=found.last, last=found.first)


async def filtered_slice_of(
    reader: Reader,
    columns: Columns,
    source: str,
    values: tuple[Any, ...],
    condition: str,
    wanted: tuple[Any, ...],
    page: Page,
    *,
    newest_first: bool = False,
) -> Slice[Row]:
    """A page of the rows of a `source` for which the `condition` holds, in the order of `id`, or with `newest_first` in
    the opposite one. The parameters of the condition follow those of the source.

    No index finds these rows, so at most `ROWS_EXAMINED` rows are examined. If the limit ends the page early, the slice
    has a cursor at the last row examined, and may have fewer records than the page size, or none. Reads one snapshot.
    """
    if newest_first:
        found = await filtered_slice_of(reader, columns, source, values, condition, wanted, _mirrored(page))
        return _reversed(found)
    cursor = page.before if page.backwards else page.after
    after, order, edge, back = ("<", "DESC", ">=", "ASC") if page.backwards else (">", "ASC", "<=", "DESC")
    bounds = () if cursor is None else (cursor,)

    def examined(comparison: str, direction: str, number: int) -> str:
        bound = "" if cursor is None else f" AND id {comparison} ${number}"
        return f"{source}{bound} ORDER BY id {direction} LIMIT"

    number = len(values) + len(wanted) + 1
    rows = await reader.rows(
        f"SELECT {', '.join(columns)} "
        f"FROM (SELECT * FROM {examined(after, order, number)} {ROWS_EXAMINED}) AS examined "
        f"WHERE {condition} ORDER BY id {order} LIMIT {page.size + 1}",
        *(*values, *wanted, *bounds),
    )
    continues, rows = len(rows) > page.size, rows[: page.size]
    limit = None
    if not continues:
        last = f"SELECT id FROM {examined(after, order, len(values) + 1)} 1 OFFSET {ROWS_EXAMINED - 1}"
        if (row := await reader.row(last, *values, *bounds)) is not None:
            limit, continues = row[0], True
    if not rows and limit is None:
        return Slice([], precedes=False, follows=False)
    behind = cursor is not None and await _may_hold(
        reader, f"SELECT * FROM {examined(edge, back, number)} {ROWS_EXAMINED}", condition, (*values, *wanted, *bounds)
    )
    near = None if rows else limit
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=continues, follows=behind, first=limit, last=near)
    return Slice(rows, precedes=behind, follows=continues, first=near, last=limit)


async def _may_hold(reader: Reader, examined: str, condition: str, values: tuple[Any, ...]) -> bool:
    """Whether the condition holds for one of the rows, or may hold for rows beyond the limit."""
    row = await reader.row(
        f"SELECT count(CASE WHEN {condition} THEN 1 END), count(*) FROM ({examined}) AS examined", *values
    )
    assert row is not None
    return bool(row[0]) or row[1] == ROWS_EXAMINED
