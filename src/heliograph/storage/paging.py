"""Keyset pages: every page of a list costs the same, however long the list is."""

from __future__ import annotations

from typing import Any

from heliograph.storage.engine import Columns, Reader, Row
from heliograph.wire.paging import Page, Slice


async def slice_of(
    reader: Reader, columns: Columns, source: str, values: tuple[Any, ...], page: Page, *, key: str = "id"
) -> Slice[Row]:
    """A page of the `columns` of a `source`, a table with a WHERE of `values`, in the order of `key`.

    It is one statement, so it sees one moment.
    """
    cursor = page.before if page.backwards else page.after
    after, order, edge = ("<", "DESC", ">=") if page.backwards else (">", "ASC", "<=")
    number = len(values) + 1
    if cursor is None:
        # Without a cursor the page is the first, and nothing can precede it.
        beyond, bound = "0", ""
    else:
        beyond = f"EXISTS (SELECT 1 FROM {source} AND {key} {edge} ${number})"
        bound = f" AND {key} {after} ${number}"
        values = (*values, cursor)
    # One more than wanted tells whether the list goes on.
    rows = await reader.all(
        f"SELECT {', '.join(columns)}, {beyond} FROM {source}{bound} ORDER BY {key} {order} LIMIT ${len(values) + 1}",
        *values,
        page.size + 1,
    )
    goes_on = len(rows) > page.size
    rows = rows[: page.size]
    if not rows:
        return Slice([], precedes=False, follows=False)
    behind = bool(rows[0][-1])
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=goes_on, follows=behind)
    return Slice(rows, precedes=behind, follows=goes_on)
