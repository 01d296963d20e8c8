"""Keyset pages: every page of a list costs the same, however long the list is."""

from __future__ import annotations

from typing import Any

from heliograph.storage.engine import Reader, Row
from heliograph.wire.paging import Page, Slice


async def slice_of(reader: Reader, select: str, values: tuple[Any, ...], page: Page, *, key: str = "id") -> Slice[Row]:
    """A page of `select`, which ends in a WHERE of `values` and has `key`, unique in the list, as its first column."""
    number = len(values) + 1
    cursor = page.before if page.backwards else page.after
    if cursor is not None:
        comparison = "<" if page.backwards else ">"
        select_part, values_part = f"{select} AND {key} {comparison} ${number}", (*values, cursor)
    else:
        select_part, values_part = select, values
    order = "DESC" if page.backwards else "ASC"
    # One more than wanted tells whether the list goes on.
    rows = await reader.all(
        f"{select_part} ORDER BY {key} {order} LIMIT ${len(values_part) + 1}", *values_part, page.size + 1
    )
    goes_on = len(rows) > page.size
    rows = rows[: page.size]
    if page.backwards:
        rows.reverse()
    if not rows:
        return Slice([], precedes=False, follows=False)
    if page.backwards:
        return Slice(
            rows, precedes=goes_on, follows=await _any(reader, f"{select} AND {key} > ${number}", values, rows[-1])
        )
    # Without a cursor the page is the first, and nothing can precede it.
    precedes = cursor is not None and await _any(reader, f"{select} AND {key} < ${number}", values, rows[0])
    return Slice(rows, precedes=precedes, follows=goes_on)


async def _any(reader: Reader, select: str, values: tuple[Any, ...], edge: Row) -> bool:
    return await reader.one(f"{select} LIMIT 1", *values, edge[0]) is not None
