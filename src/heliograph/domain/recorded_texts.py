"""Finds texts in recorded requests, in each form in which a request can contain them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, unquote

from heliograph.storage.codec import encode
from heliograph.storage.rows.mentions import ExaminedRequest

_LEAST = 6
"""The least length of a text that is looked for inside of other texts; a shorter one must be a whole value."""


def finder(texts: Iterable[str]) -> Callable[[ExaminedRequest], bool]:
    """Returns a function that tells whether a request contains one of the texts."""
    forms = sorted({form for text in texts for form in _forms(text)})

    def mentions(request: ExaminedRequest) -> bool:
        path = unquote(request.path)
        return any(form in part for form in forms for part in (request.path, path, request.sent, request.received))

    return mentions


def _forms(text: str) -> Iterator[str]:
    """The text, and how JSON, URLs and Base64 write it."""
    plain, ascii_only, in_url = encode(text), json.dumps(text), quote(text, safe="")
    if len(text) < _LEAST:
        yield from (plain, ascii_only, f"/users/{in_url}", f"/users/{text}", f"={in_url}", f"={text}")
        return
    yield from (text, in_url)
    for escaped in (plain[1:-1], ascii_only[1:-1]):
        yield escaped
        # A body that is no JSON is recorded as a text in JSON.
        yield encode(escaped)[1:-1]
    data = text.encode()
    for skipped in range(3):
        # What surrounds the text changes the first and the last characters.
        encoded = base64.b64encode(bytes(skipped) + data).decode().rstrip("=")
        yield encoded[(skipped * 8 + 5) // 6 : (skipped + len(data)) * 8 // 6]
