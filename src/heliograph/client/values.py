"""Converts values as `json.dumps` does: an instance of a subclass becomes the plain value that it holds.

Template engines, numpy, enums and ORMs return such subclasses. Like json, this ignores the methods that they override
(`__str__`, `__format__`, `encode`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from heliograph.errors import InvalidArgument

EXACT = frozenset((str, int, bool, type(None)))
"""Types that need no conversion."""


def text_of(value: object, name: str, *, secret: bool = False) -> str:
    """The plain string of an instance of `str` or a subclass.

    Raises:
        InvalidArgument: it is not a string, is empty, or cannot be encoded.
    """
    if type(value) is str and value and value.isascii():  # nearly all are
        return value
    if not isinstance(value, str) or not value:
        shown = type(value).__name__ if secret else repr(value)
        raise InvalidArgument(f"{name} should be a non-empty string, not {shown}")
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidArgument(f"{name} cannot be encoded as UTF-8") from None
    return text


def plain(value: Any, where: str) -> Any:
    """A scalar as one of the types of JSON.

    Raises:
        InvalidArgument: it is NaN or infinite.
    """
    if type(value) in EXACT:
        return value
    if isinstance(value, float):
        number = float.__float__(value)
        if not math.isfinite(number):  # msgspec would encode it as null
            raise InvalidArgument(f"{where or 'the body'} should be a finite number, not {number}")
        return number
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    return value


def whole(value: object) -> int | None:
    """The plain int of an instance of `int` or a subclass; None for booleans and everything else."""
    return int.__int__(value) if isinstance(value, int) and not isinstance(value, bool) else None


def key_of(key: Any, where: str) -> str:
    """The key of an object as `json.dumps` writes it.

    Raises:
        InvalidArgument: it is neither a string, a number, a boolean nor None.
    """
    if isinstance(key, str):
        return key if type(key) is str else str.__str__(key)
    if isinstance(key, bool) or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float) and math.isfinite(key):
        return float.__repr__(key)
    raise InvalidArgument(f"the keys of {where or 'the body'} should be strings, not {key!r}")


def fields_of(body: Any) -> Mapping[str, Any]:
    """The fields of a body without those at their defaults, by their Python names, and its tag."""
    config = body.__struct_config__
    # The defaults belong to the last fields.
    names, defaults = body.__struct_fields__, body.__struct_defaults__
    first = len(names) - len(defaults)
    given = {}
    for index, name in enumerate(names):
        value = getattr(body, name)
        if index < first or value is not defaults[index - first]:
            given[name] = value
    return {config.tag_field: config.tag, **given} if config.tag_field else given
