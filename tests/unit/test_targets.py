"""Request targets are split like httptools splits them."""

from __future__ import annotations

from itertools import product

import httptools
import pytest

from heliograph.server.http.targets import split_target

BEFORE = (b"/", b"/a", b"/a?", b"/a?b", b"//", b"/a/", b"/a?b?", b"http://a/", b"http://a?", b"*")
AFTER = (b"", b"c", b"/c", b"?d", b"#e", b"@f")


class Heard:
    """The target that the parser reports, if it accepts the request."""

    def __init__(self) -> None:
        self.target = b""
        self.accepted = False

    def on_url(self, part: bytes) -> None:
        """Called with a part of the target."""
        self.target += part

    def on_headers_complete(self) -> None:
        """Called after the head."""
        self.accepted = True


def accepted(target: bytes) -> bool:
    """Whether the parser accepts a request with this target."""
    heard = Heard()
    try:
        httptools.HttpRequestParser(heard).feed_data(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % target)
    except httptools.HttpParserError:
        return False
    return heard.accepted and heard.target == target


def test_every_target_is_split_like_httptools_does() -> None:
    targets = [before + bytes([byte]) + after for before, byte, after in product(BEFORE, range(256), AFTER)]
    split = [target for target in targets if accepted(target) and httptools.parse_url(target).path]
    assert len(split) > 2000
    for target in split:
        url = httptools.parse_url(target)
        assert split_target(target) == (url.path, url.query or b""), target


@pytest.mark.parametrize("target", [b"http://localhost", b"/\xc3\xa9"])
def test_a_target_without_a_path_is_refused(target: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        split_target(target)
