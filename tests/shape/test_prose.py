"""Phrases that read translated do not come back. The list helps; reading is what keeps prose plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.cases import each

ROOT = Path(__file__).parents[2]
PHRASES = re.compile(
    r"\b(?:(?:is|are|was|were|be) told|tells? of|told of|whoever|so many|there is none|what is wrong|anew|beside"
    r"|(?:is|are) held up|let go|go(?:es)? on where)\b",
)
# Tests have users with these names.
PRONOUNS = re.compile(r"\b(?:[Ss]omebody|[Nn]obody)\b")


def texts() -> Iterator[Path]:
    """The source, the tests and the documentation. Entries of the changelog stay as they were."""
    for folder in ("src", "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    for folder in ("ui/console", "ui/shared"):
        yield from sorted((ROOT / folder).rglob("*.ts*"))
    for folder in ("docs", "tools", "examples", "bench"):
        yield from sorted((ROOT / folder).rglob("*.md")) + sorted((ROOT / folder).rglob("*.py"))
    yield from (path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md")


# One of these is in each phrase. They are found much faster than the expressions.
WORDS = ("told", "tell", "whoever", "many", "none", "wrong", "anew", "beside", "held", "let go", "on where", "body")


def is_plain(line: str, path: Path) -> bool:
    """Whether a line has none of the phrases."""
    return not PHRASES.search(line.lower()) and (path.is_relative_to(ROOT / "tests") or not PRONOUNS.search(line))


@each([path for path in texts() if path != Path(__file__)], lambda path: str(path.relative_to(ROOT)))
def test_prose_is_plain(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), start=1)
    suspects = [(number, line) for number, line in lines if any(word in line.lower() for word in WORDS)]
    assert [f"{number}: {line.strip()}" for number, line in suspects if not is_plain(line, path)] == []
