"""Runs type checkers on files that no test imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHECKERS = {
    "mypy": ["mypy", "--strict", "--no-error-summary", "--hide-error-context"],
    "pyright": ["basedpyright", "--level", "error", "--pythonpath", sys.executable],
}


def lines_refused(checker: str, *files: Path) -> dict[Path, set[int]]:
    """The numbers of the lines of each file in which a type checker finds an error."""
    command = [sys.executable, "-m", *CHECKERS[checker], *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert not done.stderr, done.stderr
    return {file: {int(found) for found in re.findall(rf"{file.name}:(\d+):.*error", done.stdout)} for file in files}


def lines_marked(file: Path) -> set[int]:
    """The numbers of the lines that end with `# wrong`."""
    return {number for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# wrong")}
