"""Renders the heads of HTTP/1.1 responses."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from functools import cache
from http import HTTPStatus

from heliograph.server.http.exchange import HeaderList

# A line break in a value would begin another header.
_INVALID = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class DateLine:
    """The `date` header of responses, rendered once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._line = b""

    def __call__(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._line = second, b"date: %s\r\n" % formatdate(second, usegmt=True).encode()
        return self._line


_date_line = DateLine()


def render_head(status: int, headers: HeaderList, framing: bytes) -> bytes:
    """The head of a response. `framing` are header lines that have been rendered.

    Raises:
        ValueError: a header is not valid.
    """
    lines = [_status_line(status), _date_line()]
    for name, value in headers:
        if _INVALID.search(value):
            raise ValueError(f"the value of the header {name.decode()} has a control character")
        lines += (name, b": ", value, b"\r\n")
    lines += (framing, b"\r\n")
    return b"".join(lines)


@cache
def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"  # the rule of a sandbox may ask for any status
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()
