"""Reads the Dockerfile and .dockerignore."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, each with its arguments on one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[list[tuple[str, str]]] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        instruction, _, arguments = line.partition(" ")
        if instruction == "FROM":
            found.append([])
        if line:
            found[-1].append((instruction, arguments))
    return found


def last_stage() -> dict[str, str]:
    """The last argument of each instruction of the last stage."""
    return dict(stages()[-1])


def command_of(arguments: str) -> list[str]:
    """The command in exec form, of CMD, ENTRYPOINT or HEALTHCHECK."""
    words: list[str] = json.loads(arguments[arguments.index("[") :])
    return words


def context_files() -> list[Path]:
    """The files that `.dockerignore` lets into the build: it excludes everything, and names what is included."""
    first, *rest = (ROOT / ".dockerignore").read_text().split()
    assert first == "*"
    included = [ROOT / one[1:] for one in rest if one.startswith("!")]
    files = [path for one in included for path in ([one] if one.is_file() else sorted(one.rglob("*")))]
    return [path for path in files if path.is_file() and "__pycache__" not in path.parts]
