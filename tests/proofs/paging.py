"""The expected page of a list, computed from the whole list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

DEFAULT_SIZE = 25
FIRST, LAST = "0" * 24, "f" * 24
"""Cursors before and after all records."""


@dataclass(frozen=True)
class Asked:
    """The parameters of a request for a page."""

    url: str
    after: str | None = None
    before: str | None = None
    size: int | None = None
    filter: Mapping[str, str] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, str]:
        """The query parameters."""
        params = {f"filter[{name}]": value for name, value in self.filter.items()}
        given = {"after": self.after, "before": self.before, "size": self.size}
        return params | {f"page[{name}]": str(value) for name, value in given.items() if value is not None}


def expected_page(ids: Sequence[str], asked: Asked) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """The ids, the `meta` and the parsed `links` of a page of a list with these ascending ids."""
    size = asked.size or DEFAULT_SIZE
    if asked.before is not None:
        stop = bisect_left(ids, asked.before)
        start = max(0, stop - size)
    else:
        start = 0 if asked.after is None else bisect_right(ids, asked.after)
        stop = min(len(ids), start + size)
    page = list(ids[start:stop])
    if not page:
        return [], {"hasMore": False}, {}
    precedes, follows = start > 0, stop < len(ids)
    meta: dict[str, Any] = {"hasMore": precedes if asked.before is not None else follows}
    links = {}
    if follows:
        meta["afterCursor"] = page[-1]
        links["next"] = (asked.url, Asked("", after=page[-1], size=asked.size, filter=asked.filter).params)
    if precedes:
        meta["beforeCursor"] = page[0]
        links["prev"] = (asked.url, Asked("", before=page[0], size=asked.size, filter=asked.filter).params)
    return page, meta, links


def parsed_links(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The URL and the parameters of each of the `links` of a response. Empty `links` are not allowed."""
    assert answer.get("links") != {}
    parts = {name: link.partition("?") for name, link in answer.get("links", {}).items()}
    return {name: (url, dict(parse_qsl(query))) for name, (url, _, query) in parts.items()}
