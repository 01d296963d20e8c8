"""From one page of a list to the next, in either direction, and never round in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client.arguments import CURSOR_LENGTH, as_page
from heliograph.client.model import Model
from heliograph.errors import DecodeError, InvalidArgument
from heliograph.wire.paging import Page

# No id is greater, so what precedes it is the end of the list.
LAST_CURSOR = "f" * CURSOR_LENGTH
FIRST_CURSOR = "0" * CURSOR_LENGTH


def first_page(page: Page | Mapping[str, Any] | None, *, backwards: bool, from_the_start: bool = False) -> Page:
    """Where an iteration begins: at the cursor of `page`, or at the end of the list that it comes from.

    `from_the_start` says so to a list that would otherwise begin with its last page.

    Raises:
        InvalidArgument: the cursor points in the other direction.
    """
    page = as_page(page or Page())
    if page.after is not None and backwards:
        raise InvalidArgument("backwards begins before a cursor, not after one")
    if backwards and page.before is None:
        return Page(before=LAST_CURSOR, size=page.size)
    if from_the_start and page.before is None and page.after is None:
        return Page(after=FIRST_CURSOR, size=page.size)
    return page


def next_page(page: Page, answer: Model, seen: set[str], operation: str) -> Page | None:
    """The page that follows `page`, whose answer is `answer`; None at the end. `seen` holds the cursors so far.

    Raises:
        DecodeError: the answer says that there is more and not where, or leads back to where we have been.
    """
    meta = getattr(answer, "meta", None)
    more = getattr(meta, "has_more", None)
    cursor = getattr(meta, "before_cursor" if page.backwards else "after_cursor", None)
    if more is False or (more is None and cursor is None):
        return None
    if not isinstance(cursor, str):
        raise DecodeError("the answer says that the list goes on, and not where", operation)
    if cursor in seen:
        raise DecodeError(f"the list leads back to the cursor {cursor}", operation)
    seen.add(cursor)
    return Page(before=cursor, size=page.size) if page.backwards else Page(after=cursor, size=page.size)


def in_order(records: object, page: Page) -> list[Any]:
    """The records of an answer in the direction that is being paged; none if they are not a list."""
    if not isinstance(records, list):
        return []
    return records[::-1] if page.backwards else records
