"""Generates the page of the rules of behaviour, which the server serves at `/docs/behaviour`, from docs/behaviour.md.

`--check` reports an outdated page without writing.
"""

from __future__ import annotations

import itertools
import re
import sys

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools.writing import SOURCE, write

PAGE = SOURCE / "server/docs/assets/behaviour.html"

HEAD = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Behaviour of Heliograph</title>
  <link rel="stylesheet" href="assets/behaviour.css">
  <link rel="icon" href="data:,">
</head>
<body>
<main>
"""
END = "</main>\n</body>\n</html>\n"

_RULE = re.compile(r"<li>\n?(?:<p>)?<strong>([a-z]+\.\d+)</strong>")


def render(text: str) -> str:
    """The page with the rules of a Markdown text. Headings and rules can be linked to."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(text)
    for heading, inline in itertools.pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", slug(inline.content))
        if inline.type == "inline" and inline.children is not None:
            inline.children = list(_without_other_pages(inline.children))
    body = markdown.renderer.render(tokens, markdown.options, {})
    return HEAD + _RULE.sub(r'<li id="\1"><strong>\1</strong>', body) + END


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _without_other_pages(children: list[Token]) -> list[Token]:
    """Remove links to other pages, and keep their texts: the server does not serve the other documents."""
    kept, is_dropped = [], False
    for token in children:
        if token.type == "link_open":
            is_dropped = not str(token.attrGet("href")).startswith("#")
        if token.type in ("link_open", "link_close") and is_dropped:
            continue
        kept.append(token)
    return kept


def main() -> int:
    """Write the page, or report that it is outdated with `--check`."""
    return write({PAGE: render((SOURCE.parents[1] / "docs/behaviour.md").read_text())})


if __name__ == "__main__":
    sys.exit(main())
