"""The rules of docs/behaviour.md have ascending numbers, and every cited rule exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = re.findall(r"^- \*\*([a-z]+)\.(\d+)\*\*", (ROOT / "docs/behaviour.md").read_text(), re.MULTILINE)
TOPICS = sorted({topic for topic, _ in RULES})
CITATION = re.compile(rf"\b({'|'.join(TOPICS)})\.(\d+)\b")
FILES = [
    path
    for folder in ("src", "tests", "bench", "tools", "examples", "docs")
    for kind in ("*.py", "*.md")
    for path in sorted((ROOT / folder).rglob(kind))
]


def test_the_numbers_of_a_topic_ascend() -> None:
    for topic in TOPICS:
        numbers = [int(number) for name, number in RULES if name == topic]
        assert numbers == sorted(set(numbers)), topic


def test_every_cited_rule_exists() -> None:
    cited = {(path.relative_to(ROOT), *rule) for path in FILES for rule in CITATION.findall(path.read_text())}
    assert {rule for rule in cited if rule[1:] not in RULES} == set()
    assert len({rule[1:] for rule in cited if rule[0].parts[0] == "tests"}) > 20
