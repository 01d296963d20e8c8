"""Cursor pagination: the `page` parameters of requests, and `meta` and `links` of responses.

A cursor is the id of a record. `after` selects the records that follow it, `before` those that precede it.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from heliograph.errors import InvalidPage
from heliograph.ids import is_id
from heliograph.wire.base import Id, Response

DEFAULT_SIZE = 25
MAX_SIZE = 100
_MAX_DIGITS = 9

T = TypeVar("T")
U = TypeVar("U")


class Page(Struct, frozen=True):
    """The requested part of a list: `size` records, 1 to 100 in most lists, after or before a cursor."""

    after: str | None = None
    before: str | None = None
    size: int = DEFAULT_SIZE

    @property
    def backwards(self) -> bool:
        """Whether the request pages towards the beginning of the list."""
        return self.before is not None


_FIRST_PAGE = Page()


class Slice(Struct, Generic[T], frozen=True):
    """The records of a page, and whether the list continues at either end.

    `first` and `last` are the cursors of the two ends, if they are not the ids of the first and the last record: a page
    of a filtered list may have fewer records than its size. An empty slice without them is an empty list.
    """

    records: list[T]
    precedes: bool
    follows: bool
    first: str | None = None
    last: str | None = None

    def holding(self, records: list[U]) -> Slice[U]:
        """The same slice with other records, such as converted ones."""
        return Slice(records, self.precedes, self.follows, self.first, self.last)


class PageMeta(Response):
    """The position of a page. A cursor is present if, and only if, the list continues in its direction."""

    has_more: bool
    after_cursor: Id | None = None
    before_cursor: Id | None = None


class Links(Response):
    """The absolute URLs of the previous and the next page, if they exist."""

    prev: str | None = None
    next: str | None = None


def parse_page(parameters: dict[str, str], largest: int = MAX_SIZE) -> Page:
    """The page that the `page` parameters request, by their inner names.

    Raises:
        InvalidPage: both cursors are given, a cursor is not an id, or the size is outside 1 to `largest`.
    """
    if not parameters:
        return _FIRST_PAGE
    after, before, size = parameters.get("after"), parameters.get("before"), parameters.get("size")
    if after is not None and before is not None:
        raise InvalidPage
    for cursor in (after, before):
        if cursor is not None and not is_id(cursor):
            raise InvalidPage
    return Page(after, before, _parse_size(size, largest))


def _parse_size(text: str | None, largest: int) -> int:
    if text is None:
        return DEFAULT_SIZE
    # isdecimal alone would accept digits of other scripts, and the length limit keeps int() cheap.
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and 1 <= int(text) <= largest):
        raise InvalidPage
    return int(text)


def page_meta(page: Page, first: str, last: str, *, precedes: bool, follows: bool) -> PageMeta:
    """The `meta` of a page of records whose ids run from `first` to `last`."""
    return PageMeta(
        has_more=precedes if page.backwards else follows,
        after_cursor=last if follows else None,
        before_cursor=first if precedes else None,
    )
