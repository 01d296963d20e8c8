"""Phrases that read translated do not come back. The list helps; reading is what keeps prose plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.cases import each

ROOT = Path(__file__).parents[2]
PHRASES = re.compile(
    r"\b(?:(?:is|are|was|were|be) told|tells? of|told of|whoever|somebody|so many|there is none|what is wrong"
    r"|(?:is|are) held up|let go|go(?:es)? on where|(?-i:[Nn]obody))\b",
    re.IGNORECASE,
)


def texts() -> Iterator[Path]:
    """The source and the documentation. Entries of the changelog stay as they were."""
    yield from (path for path in sorted((ROOT / "src").rglob("*.py")))
    for folder in ("docs", "tools", "examples", "bench"):
        yield from sorted((ROOT / folder).rglob("*.md")) + sorted((ROOT / folder).rglob("*.py"))
    yield from (path for path in sorted(ROOT.glob("*.md")) if path.name != "CHANGELOG.md")


@each(texts(), lambda path: str(path.relative_to(ROOT)))
def test_prose_is_plain(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), start=1)
    assert [f"{number}: {line.strip()}" for number, line in lines if PHRASES.search(line)] == []
