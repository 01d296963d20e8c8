"""Pages of records that were read from several places, or all at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from operator import itemgetter
from typing import Protocol, TypeVar

from heliograph import ids
from heliograph.wire.paging import Page, Slice


class Record(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T")
R = TypeVar("R", bound=Record)


def sliced(records: Iterable[tuple[str, T]], page: Page, *, newest_first: bool) -> Slice[T]:
    """A page of records, each with its cursor, in the order of the cursors or in the opposite one."""
    ordered = sorted(records, key=itemgetter(0), reverse=newest_first)
    cursor = page.before if page.backwards else page.after
    # Backwards in an ascending list, the records before the cursor are the smaller ones.
    if cursor is None:
        beyond = ordered
    elif page.backwards == newest_first:
        beyond = [one for one in ordered if one[0] > cursor]
    else:
        beyond = [one for one in ordered if one[0] < cursor]
    chosen = beyond[-page.size :] if page.backwards else beyond[: page.size]
    if not chosen:
        return Slice([], precedes=False, follows=False)
    continues, behind = len(beyond) > page.size, len(beyond) < len(ordered)
    precedes, follows = (continues, behind) if page.backwards else (behind, continues)
    return Slice([one for _, one in chosen], precedes, follows, first=chosen[0][0], last=chosen[-1][0])


async def merged(lists: Sequence[Callable[[Page], Awaitable[Slice[R]]]], page: Page) -> Slice[R]:
    """A page of the records of several lists, each of them in the order of the ids. Reads a page of each list."""
    parts = [await read(page) for read in lists]
    found = sliced([(one.id, one) for part in parts for one in part.records], page, newest_first=False)
    precedes = found.precedes or any(part.precedes for part in parts)
    follows = found.follows or any(part.follows for part in parts)
    if found.records and (others := _behind(page)) is not None:
        # An empty part does not show whether its list has records behind the page.
        unknown = [read for read, part in zip(lists, parts, strict=True) if not part.records]
        is_behind = any([bool((await read(others)).records) for read in unknown])
        precedes, follows = precedes or (is_behind and not page.backwards), follows or (is_behind and page.backwards)
    return Slice(found.records, precedes, follows)


def _behind(page: Page) -> Page | None:
    """A page of one record on the other side of the cursor, which may be the record of the cursor itself."""
    if page.after is not None:
        return Page(before=f"{page.after}0", size=1)  # between the cursor and the next id
    return None if page.before is None else Page(after=ids.preceding(page.before), size=1)
