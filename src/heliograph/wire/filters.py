"""Parses the values of query parameters that select and order the records of a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from heliograph import ids
from heliograph.errors import BadRequest
from heliograph.wire import times
from heliograph.wire.users import Moment

T = TypeVar("T")


def parse_choice(name: str, text: str, allowed: Mapping[str, T]) -> T:
    """The value of a parameter that has a few allowed ones.

    Raises:
        BadRequest: it is not an allowed value.
    """
    if text not in allowed:
        raise BadRequest(f"{name} should be equal to one of the allowed values: {', '.join(allowed)}")
    return allowed[text]


def parse_items(filters: dict[str, str], name: str, most: int) -> tuple[str, ...] | None:
    """The values of a filter, which commas separate, in their order and without duplicates; None without this filter.

    Raises:
        BadRequest: there are more than `most`.
    """
    if (text := filters.get(name)) is None:
        return None
    items = tuple(dict.fromkeys(one for one in text.split(",") if one))
    if len(items) > most:
        raise BadRequest(f"filter[{name}] should NOT have more than {most} items")
    return items


def parse_true(filters: dict[str, str], name: str) -> bool:
    """Whether a filter is given. Its only valid value is `true`.

    Raises:
        BadRequest: it has another value.
    """
    if name in filters and filters[name] != "true":
        raise BadRequest(f"filter[{name}] should be true")
    return name in filters


def parse_time(filters: dict[str, str], name: str) -> int | None:
    """The time in a filter in milliseconds since 1970; None without this filter.

    Raises:
        BadRequest: it is not a time with an offset.
    """
    text = filters.get(name)
    return None if text is None else parse_moment(f"filter[{name}]", text)


def parse_moment(name: str, text: str) -> int:
    """The time in a parameter in milliseconds since 1970, from then to the greatest time that an id can have.

    Raises:
        BadRequest: it is not a time with an offset.
    """
    try:
        moment: datetime = msgspec.convert(text, Moment)
    except msgspec.ValidationError:
        raise BadRequest(f"{name} should be a time such as 2026-11-22T15:43:17.120Z") from None
    return min(max(0, times.to_milliseconds(moment)), ids.LAST_MILLISECOND)
