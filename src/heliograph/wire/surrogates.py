"""Lone surrogates in JSON: what `JSON.stringify` sends of a text that was cut in the middle of an emoji.

RFC 8259 allows their escapes, and no Unicode text can hold them: each is taken as U+FFFD, as browsers do when they
encode such a text.
"""

from __future__ import annotations

import re

_HIGH = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, rb"\\u[dD][89abAB][0-9a-fA-F][0-9a-fA-F]", _LOW))
_ESCAPED_BACKSLASH = rb"\\"
# No JSON text holds it.
_STAND_IN = b"\0"


def replace_lone_surrogates(text: bytes) -> bytes:
    """The JSON text with an escaped U+FFFD in the place of each escape of a lone surrogate."""
    if _STAND_IN in text or b"\\u" not in text:
        return text
    # Without the escaped ones, each backslash that is left begins an escape.
    escapes = text.replace(_ESCAPED_BACKSLASH, _STAND_IN)
    return _LONE.sub(rb"\\ufffd", escapes).replace(_STAND_IN, _ESCAPED_BACKSLASH)
