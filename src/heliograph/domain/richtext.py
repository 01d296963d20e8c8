"""Rich text: converts Markdown to HTML, and HTML to plain text for channels that show nothing else."""

from __future__ import annotations

import re
from html import unescape

from comrak import ExtensionOptions, ParseOptions, RenderOptions, render_markdown

_BREAKING = frozenset(
    ("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tr", "ul")
)
# Comments, elements whose content is not displayed, tags, and what browsers parse as comments. No alternative can fail
# after a long match, so the time is linear in the length; `html.parser` takes quadratic time for `<a <a …`.
_MARKUP = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))
    |<(script|style|title)(?=[\s/>]).*?(?:</\1[^>]*+>?|\Z)
    |</?([a-z][^\s/>]*+)(?:"[^"]*+"|'[^']*+'|[^>"'])*+>?
    |<[!?/][^>]*+>?""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_SPACES = re.compile(r"[ \t\r\n]+")
_GAPS = re.compile(r"(?<! ) *\n[ \n]*")
_COMMONMARK = ExtensionOptions()
_PARSING = ParseOptions()
_ESCAPED = RenderOptions()
_ESCAPED.escape = True


def to_html(markdown: str) -> str:
    """CommonMark as HTML. Raw HTML is escaped, and links that would run a script lose their target."""
    return render_markdown(markdown, _COMMONMARK, _PARSING, _ESCAPED).strip()


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
