"""Pages of lists in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar

from heliograph.wire.paging import Page, Slice


class HasId(Protocol):
    """A record whose id is its cursor."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=HasId)


def page_of(records: Sequence[T], page: Page) -> Slice[T]:
    """The page of records whose ids ascend."""
    if page.before is not None:
        last = bisect_left(records, page.before, key=lambda one: one.id)
        first = max(0, last - page.size)
    else:
        first = bisect_right(records, page.after or "", key=lambda one: one.id)
        last = min(len(records), first + page.size)
    return Slice(list(records[first:last]), precedes=first > 0, follows=last < len(records))
