"""Rich texts: from Markdown to HTML, and from HTML to the plain text for channels that show no other."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_BREAKING = frozenset(
    ("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tr", "ul")
)
_UNSEEN = frozenset(("script", "style", "title"))
_SPACES = re.compile(r"[ \t\r\n]+")
_GAPS = re.compile(r" *\n[ \n]*")


def to_html(markdown: str) -> str:
    """CommonMark as HTML. HTML in it is text like any other, and a link that would run a script is none."""
    html: str = _commonmark().render(markdown)
    return html.strip()


@cache
def _commonmark() -> MarkdownIt:
    # Imported where it is first needed: most servers never see Markdown, and all of them want to start quickly.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})


def to_text(html: str) -> str:
    """What of an HTML text can be read: a line for each block."""
    reader = _Reader()
    # No tag ends behind the last ">". The parser would search for its end from each "<", which takes quadratic time.
    complete, bracket, rest = html.rpartition(">")
    reader.feed(complete + bracket)
    reader.close()
    reader.handle_data(unescape(rest))
    return _GAPS.sub("\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(_SPACES.sub(" ", data))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        # For a browser it is a comment that ends where a tag would. The inherited one fails on what it does not know.
        return self.parse_bogus_comment(i, bool(report))

    def _break(self, tag: str) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")
