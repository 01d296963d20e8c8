"""Finds texts in recorded requests, in each form in which a request can contain them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import quote, unquote

from heliograph.storage.codec import encode
from heliograph.storage.rows.mentions import ExaminedRequest

_LEAST = 6
"""Texts from this length on are also found inside other texts; a shorter text must be a whole value."""
_BETWEEN_VALUES = re.compile(r"[/?&=]")


def finder(texts: Collection[str]) -> Callable[[ExaminedRequest], bool]:
    """Returns a function that checks whether a request contains one of the texts."""
    short = {one for one in texts if len(one) < _LEAST}
    forms = {form for text in texts for form in (_values(text) if text in short else _forms(text))}

    def mentions(request: ExaminedRequest) -> bool:
        path = unquote(request.path)
        if not short.isdisjoint(_BETWEEN_VALUES.split(path)):
            return True
        return any(form in part for form in forms for part in (request.path, path, request.sent, request.received))

    return mentions


def _values(text: str) -> Iterator[str]:
    """The forms in JSON of a text that is a whole value."""
    yield from (encode(text), json.dumps(text))


def _forms(text: str) -> Iterator[str]:
    """The text, and its forms in JSON, URLs and Base64."""
    yield from (text, quote(text, safe=""))
    for value in _values(text):
        yield value[1:-1]
        # A body that is not JSON is recorded as a text in JSON.
        yield encode(value[1:-1])[1:-1]
    data = text.encode()
    for skipped in range(3):
        # What surrounds the text changes the first and the last characters.
        encoded = base64.b64encode(bytes(skipped) + data).decode().rstrip("=")
        yield encoded[(skipped * 8 + 5) // 6 : (skipped + len(data)) * 8 // 6]
