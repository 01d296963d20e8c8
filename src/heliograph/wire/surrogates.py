"""Replaces lone surrogates in JSON, which `JSON.stringify` writes for a text that was cut in the middle of an emoji.

RFC 8259 allows their escapes, but Unicode text cannot contain them. Each is replaced by U+FFFD, as browsers do
when they encode text.
"""

from __future__ import annotations

import re

_HIGH = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, rb"\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F]", _LOW))
_ESCAPED_BACKSLASH = rb"\\"
# JSON text cannot contain it.
_STAND_IN = b"\0"


def replace_lone_surrogates(text: bytes) -> bytes:
    """The JSON text with each escape of a lone surrogate replaced by an escaped U+FFFD."""
    if _STAND_IN in text or b"\\u" not in text:
        return text
    # After removing escaped backslashes, every remaining backslash begins an escape.
    escapes = text.replace(_ESCAPED_BACKSLASH, _STAND_IN)
    return _LONE.sub(rb"\\ufffd", escapes).replace(_STAND_IN, _ESCAPED_BACKSLASH)
