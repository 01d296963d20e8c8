"""Pages of records that were all read."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import TypeVar

from heliograph.wire.paging import Page, Slice

T = TypeVar("T")


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
