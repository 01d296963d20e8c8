"""Pages of a list whose records are in several places, each of them in the order of one key.

The text of a statement depends only on where the records are, and not on the keys of the page: planning it takes
PostgreSQL longer than running it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from heliograph import ids
from heliograph.storage.engine import Columns, Reader, Row, parameters
from heliograph.wire.paging import Page, Slice


class Between(NamedTuple):
    """The keys from `first` to before `end`."""

    first: str = ids.FIRST
    end: str = ids.LAST

    def within(self, other: Between) -> Between:
        """The keys that are in both ranges. With two bounds on the same side, SQLite would read everything up to one of
        them."""
        return Between(max(self.first, other.first), min(self.end, other.end))


NONE = Between(ids.LAST, ids.FIRST)
"""No keys."""


class RowSource(NamedTuple):
    """Some of the records: a table with a WHERE clause, and the columns to select, of which the first is the key. The
    clause has a `{}` for each of the `values` that only this source has.
    """

    columns: Columns
    where: str
    keys: Between = Between()
    values: tuple[Any, ...] = ()


def beyond(page: Page) -> Between:
    """The keys of the records of a page, and of all that follow in its direction."""
    if page.before is not None:
        return Between(end=page.before)
    return Between() if page.after is None else Between(first=_following(page.after))


def behind(page: Page) -> Between:
    """The keys of all other records."""
    if page.before is not None:
        return Between(first=page.before)
    return NONE if page.after is None else Between(end=_following(page.after))


def _following(cursor: str) -> str:
    """A string between the cursor and the next id."""
    return f"{cursor}0"


async def merged_slice_of(
    reader: Reader,
    sources: Sequence[RowSource],
    values: tuple[Any, ...],
    page: Page,
    *,
    is_behind: bool | None = None,
    completed: str = "SELECT * FROM ({}) AS listed",
) -> Slice[Row]:
    """A page of the records of all sources, in the order of their keys, which are unique. `values` are the parameters
    of all sources. Reads up to a page of each source.

    `is_behind` is whether there are records behind the page, if that is known. `completed` is a query that may add
    columns to the records, for which it has `{}`. The key stays the first column.
    """
    order, back = ("DESC", "ASC") if page.backwards else ("ASC", "DESC")
    query, given = _merged(sources, values, beyond(page), order, page.size + 1)
    rows = await reader.rows(f"{completed.format(query)} ORDER BY 1 {order}", *given)
    continues, rows = len(rows) > page.size, rows[: page.size]
    if not rows:
        return Slice([], precedes=False, follows=False)
    if is_behind is None and (others := behind(page)) == NONE:
        is_behind = False
    elif is_behind is None:
        query, given = _merged(sources, values, others, back, 1)
        is_behind = await reader.row(query, *given) is not None
    if page.backwards:
        rows.reverse()
        return Slice(rows, precedes=continues, follows=is_behind)
    return Slice(rows, precedes=is_behind, follows=continues)


def _merged(
    sources: Sequence[RowSource], values: tuple[Any, ...], keys: Between, order: str, limit: int
) -> tuple[str, list[Any]]:
    """The query for the first records in the order of the key that are in a range, and its values."""
    given = [*values, limit]
    count = f"${len(given)}"
    parts = []
    for place, source in enumerate(sources):
        own = (*source.values, *source.keys.within(keys))
        *numbers, first, end = parameters(own, len(given) + 1).split(", ")
        given += own
        key, where = source.columns[0], source.where.format(*numbers)
        where += f" AND {key} >= {first} AND {key} < {end}"
        query = f"SELECT {', '.join(source.columns)} FROM {where} ORDER BY {key} {order} LIMIT {count}"
        parts.append(f"SELECT * FROM ({query}) AS part_{place}")
    union = " UNION ALL ".join(parts)
    return f"SELECT * FROM ({union}) AS merged ORDER BY 1 {order} LIMIT {count}", given
