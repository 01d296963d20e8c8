"""Type checkers accept what users write, and refuse their mistakes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "typing"
CHECKERS = {
    "mypy": ["mypy", "--strict", "--no-error-summary", "--hide-error-context"],
    "pyright": ["basedpyright", "--level", "error", "--pythonpath", sys.executable],
}


def lines_refused(checker: str, file: Path) -> set[int]:
    """The numbers of the lines with which a type checker finds fault."""
    command = [sys.executable, "-m", *CHECKERS[checker], str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert not done.stderr, done.stderr
    return {int(found) for found in re.findall(rf"{file.name}:(\d+):.*error", done.stdout)}


@pytest.mark.parametrize("checker", CHECKERS)
def test_typical_code_is_accepted(checker: str) -> None:
    assert lines_refused(checker, FILES / "typical.py") == set()


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes_are_refused_where_they_are(checker: str) -> None:
    lines = (FILES / "mistakes.py").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert len(wrong) == 10
    assert lines_refused(checker, FILES / "mistakes.py") == wrong
