"""Request targets: the part of a request line between the method and the version."""

from __future__ import annotations

import httptools

# A number, because `b"#" in target` raises and catches a TypeError before it searches.
_FRAGMENT = ord("#")


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """The path and the query of a target that the parser has accepted.

    Raises:
        ValueError, httptools.HttpParserError: it has no path, or bytes that should be percent-encoded.
    """
    if not target.isascii():
        raise ValueError
    # The usual form. A test shows that the result is the same as that of httptools, which is several times slower.
    if target.startswith(b"/") and _FRAGMENT not in target:
        path, _, query = target.partition(b"?")
        return path, query
    url = httptools.parse_url(target)
    if url.path is None:
        raise ValueError
    return url.path, url.query or b""
