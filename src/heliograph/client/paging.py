"""Iterating over the pages of a list, in either direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.client.arguments import CURSOR_LENGTH, as_page
from heliograph.client.model import Model
from heliograph.errors import DecodeError, InvalidArgument
from heliograph.wire.paging import Page

# No id is greater, so the page before this cursor is the last one.
LAST_CURSOR = "f" * CURSOR_LENGTH
FIRST_CURSOR = "0" * CURSOR_LENGTH


def first_page(page: Page | Mapping[str, Any] | None, *, backwards: bool, from_the_start: bool = False) -> Page:
    """The first page of an iteration: at the cursor of `page`, or else at the start or end of the list.

    `from_the_start` is for lists whose default page is their last one.

    Raises:
        InvalidArgument: `backwards` is combined with `page.after`.
    """
    page = as_page(page or Page())
    if page.after is not None and backwards:
        raise InvalidArgument("backwards cannot be combined with page.after")
    if backwards and page.before is None:
        return Page(before=LAST_CURSOR, size=page.size)
    if from_the_start and page.before is None and page.after is None:
        return Page(after=FIRST_CURSOR, size=page.size)
    return page


def next_page(page: Page, response: Model, seen: set[str], operation: str) -> Page | None:
    """The page after `page`, whose response is `response`; None at the end. `seen` collects the cursors.

    Raises:
        DecodeError: the response announces a next page without a cursor, or with one that was used before.
    """
    meta = getattr(response, "meta", None)
    more = getattr(meta, "has_more", None)
    cursor = getattr(meta, "before_cursor" if page.backwards else "after_cursor", None)
    if more is False or (more is None and cursor is None):
        return None
    if not isinstance(cursor, str):
        raise DecodeError("the response announces a next page without a cursor", operation)
    if cursor in seen:
        raise DecodeError(f"the response repeats the cursor {cursor}", operation)
    seen.add(cursor)
    return Page(before=cursor, size=page.size) if page.backwards else Page(after=cursor, size=page.size)


def in_order(records: object, page: Page) -> list[Any]:
    """The records of a response in the direction of the iteration; empty if they are not a list."""
    if not isinstance(records, list):
        return []
    return records[::-1] if page.backwards else records
