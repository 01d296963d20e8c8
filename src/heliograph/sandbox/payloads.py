"""Checks payloads of events against their wire types, and refuses undocumented fields."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from heliograph.errors import BadRequest
from heliograph.wire.events import PAYLOADS, WebhookCall
from heliograph.wire.validation import decode

S = TypeVar("S", bound=Struct)

MAX_VIOLATIONS = 20

# The calls of inboxes are checked in threads. msgspec prepares a type when it is first used, and crashes if another
# thread uses the type meanwhile.
for _kind in (WebhookCall, *PAYLOADS.values()):
    msgspec.json.Decoder(_kind)


def strictly(kind: type[S], json: bytes, path: str = "") -> S:
    """The JSON as `kind`, which must not have a field that the type does not have.

    `path` is where the JSON is, for the titles.

    Raises:
        BadRequest: it is not valid. It has a title for each violation.
    """
    try:
        value = decode(json, kind, require_subscribe=False)
    except BadRequest as error:
        raise BadRequest(*(_below(path, title) if path else title for title in error.titles)) from None
    unknown = _unknown(msgspec.json.decode(json), msgspec.to_builtins(value), path)
    if titles := list(islice(unknown, MAX_VIOLATIONS)):
        raise BadRequest(*titles)
    return value


def violations_of_call(body: bytes) -> list[str]:
    """The titles of the violations in the body of a webhook call."""
    try:
        call = strictly(WebhookCall, body)
        for number, event in enumerate(call.events):
            if (kind := PAYLOADS.get(event.type)) is not None:
                strictly(kind, msgspec.json.encode(event.payload), f"events[{number}].payload")
    except BadRequest as error:
        return list(error.titles)
    except RecursionError:
        return ["values are nested too deeply"]
    return []


def _below(path: str, title: str) -> str:
    """The title of a violation in an object that is at `path` in another one."""
    if title.startswith("should "):
        return f"{path} {title}"
    return f".{path}{title}" if title.startswith(".") else f"{path}.{title}"


def _unknown(given: Any, known: Any, path: str) -> Iterator[str]:
    """The titles of fields that are in a value but not in the same value after it was decoded to its type."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            place = f"{path}.{name}" if path else name
            if name in known:
                yield from _unknown(value, known[name], place)
            elif value is None:
                yield f"{place} should not be null"
            else:
                yield f"{place} is not a documented field"
    elif isinstance(given, list) and isinstance(known, list):
        for index, (value, other) in enumerate(zip(given, known, strict=True)):
            yield from _unknown(value, other, f"{path}[{index}]")
