"""Rich texts: from Markdown to HTML, and from HTML to the plain text for channels that show no other."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_BREAKING = frozenset(
    ("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tr", "ul")
)
# Comments, elements whose content is not displayed, tags, and what browsers read as comments. Nothing in it can fail
# after a long look ahead, so that the time is linear in the length. `html.parser` takes quadratic time for `<a <a …`.
_MARKUP = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |<(script|style|title)(?=[\s/>]).*?(?:</\1[^>]*+>?|\Z)
    |</?([a-z][^\s/>]*+)(?:"[^"]*+"|'[^']*+'|[^>"'])*+>?
    |<[!?/][^>]*+>?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
MOST_BRACKETS = 100
"""How many "[" a Markdown text may have for its links to be rendered: the parser looks from each for its end."""
_SPACES = re.compile(r"[ \t\r\n]+")
_GAPS = re.compile(r"(?<! ) *\n[ \n]*")


def to_html(markdown: str) -> str:
    """CommonMark as HTML. HTML in it is text like any other, and a link that would run a script is none."""
    html: str = _commonmark(markdown.count("[") <= MOST_BRACKETS).render(markdown)
    return html.strip()


@cache
def _commonmark(links: bool) -> MarkdownIt:
    # Imported where it is first needed: most servers never see Markdown, and all of them want to start quickly.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    return parser if links else parser.disable(["link", "image", "reference"])


def to_text(html: str) -> str:
    """The text of an HTML fragment as a reader sees it, with a line for each block."""
    parts: list[str] = []
    end = 0
    for found in _MARKUP.finditer(html):
        parts.append(_SPACES.sub(" ", unescape(html[end : found.start()])))
        if found[2] and found[2].lower() in _BREAKING:
            parts.append("\n")
        end = found.end()
    parts.append(_SPACES.sub(" ", unescape(html[end:])))
    return _GAPS.sub("\n", "".join(parts)).strip()
