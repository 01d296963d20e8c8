"""Regular expressions take linear time for any request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec import Meta, inspect

import heliograph
from heliograph.domain import cards, contents, richtext
from heliograph.wire import base
from heliograph.wire.table import OPERATIONS

PACKAGE = Path(heliograph.__file__).parent
LENGTH = 6_000
# A linear pattern takes about a millisecond, a quadratic one at least a quarter of a second.
MOST_SECONDS = 0.15
BEGINNINGS = ("", "http://", "a:", "application/", '"', "<a ", "<!--")
REPEATED = (
    "a",
    "0",
    " ",
    "\\",
    "+",
    ".",
    "/",
    "-",
    "\n",
    '"',
    "'",
    "<",
    "<a ",
    "<!--",
    "</script",
    "a ",
    "\\\\a",
    "a+json",
)
ENDS = ("", " ", "!", ">")


def seconds(work: Callable[[], object]) -> float:
    """The CPU time of `work`."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def read(pattern: re.Pattern[Any], text: Any) -> None:
    """Use the pattern as the code does: match an anchored pattern at the beginning, and search for any other."""
    if str(pattern.pattern).rstrip("'").endswith(("\\Z", "\\Z)")):
        pattern.match(text)
    else:
        pattern.sub(text[:0], text)


def compiled() -> Iterator[re.Pattern[Any]]:
    """Every compiled pattern of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if path.stem not in ("__init__", "__main__"):
            yield from (one for one in vars(import_module(name)).values() if isinstance(one, re.Pattern))


def documented(kind: inspect.Type, seen: set[type]) -> Iterator[str]:
    """All patterns in a type."""
    if isinstance(kind, inspect.StrType) and kind.pattern is not None:
        yield kind.pattern
    if isinstance(kind, inspect.StructType):
        if kind.cls in seen:
            return
        seen.add(kind.cls)
        for field in kind.fields:
            yield from documented(field.type, seen)
    for name in ("type", "item_type", "key_type", "value_type"):
        if isinstance(inner := getattr(kind, name, None), inspect.Type):
            yield from documented(inner, seen)
    for inner in getattr(kind, "types", ()):
        yield from documented(inner, seen)


def patterns() -> list[re.Pattern[Any]]:
    """All patterns that are applied to requests."""
    seen: set[type] = set()
    bodies = [inspect.type_info(one.body.kind) for one in OPERATIONS if one.body.kind is not None]
    texts = {pattern for kind in bodies for pattern in documented(kind, seen)}
    metas = (
        meta for name in vars(base).values() for meta in getattr(name, "__metadata__", ()) if isinstance(meta, Meta)
    )
    texts |= {meta.pattern for meta in metas if meta.pattern is not None}
    return list({(one.pattern, one.flags): one for one in (*map(re.compile, sorted(texts)), *compiled())}.values())


@pytest.mark.parametrize("pattern", patterns(), ids=lambda one: str(one.pattern)[:40])
def test_a_pattern_takes_linear_time(pattern: re.Pattern[Any]) -> None:
    for beginning, repeated, end in product(BEGINNINGS, REPEATED, ENDS):
        text: Any = beginning + repeated * (LENGTH // len(repeated)) + end
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        took = seconds(lambda text=text: read(pattern, text))  # type: ignore[misc]
        assert took < MOST_SECONDS, (beginning, repeated, end)


@pytest.mark.parametrize(
    "unit", ["<a ", "<a", "<", "<!--", "<a b='<b>", '<a b="', "</", "<script", "<b> </b>", "<![", "&"]
)
def test_html_becomes_text_in_linear_time(unit: str) -> None:
    for end in ("", ">"):
        html = unit * (4 * LENGTH // len(unit)) + end
        assert seconds(lambda html=html: richtext.to_text(html)) < 2 * MOST_SECONDS  # type: ignore[misc]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two&amp;<br/>three</p>", "One\nTwo&\nthree"),
        ("1 < 2 <b title='a > b'>and</b>\n <I>3</I>", "1 < 2 and 3"),
        ("a<!-- <p>no</p> -->b<!-->c<!doctype html>d<![CDATA[e]]>f<?g?>h</>i", "abcdf" "hi"),
        ("<title>no</title>a<SCRIPT>if (a<b) '</p>'</script ><style>p</style>b<script>c", "ab"),
        ("<p>One</p><scripted>Two</scripted>", "One\nTwo"),
        ("One<p", "One"),
    ],
)  # fmt: skip
def test_the_text_of_html(html: str, text: str) -> None:
    assert richtext.to_text(html) == text


def test_the_name_of_a_file_takes_linear_time() -> None:
    long = "https://example.org/" + "%F0%9F%98%80" * 200
    assert contents.file_name(long) == "😀" * 128
    assert seconds(lambda: contents.file_name("https://example.org/" + "%" * 100_000)) < MOST_SECONDS


@pytest.mark.parametrize("unit", ["0", "1", "0 ", "1-", "12 ", "1234 ", "411111111111 "])
def test_cards_are_masked_in_linear_time(unit: str) -> None:
    """A text may be as long as a body, 100 kB."""
    assert seconds(lambda: cards.mask(unit * (4 * LENGTH // len(unit)))) < MOST_SECONDS
