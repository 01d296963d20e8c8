"""Formats, writes and checks the files of the generators."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

WIDTH = 120
SOURCE = Path(__file__).parents[1] / "src/heliograph"


def tidy_all(sources: dict[Path, str]) -> dict[Path, str]:
    """The sources, formatted as by `make format` and without unused imports."""
    with TemporaryDirectory() as folder:
        drafts = {path: Path(folder, f"draft_{number}.py") for number, path in enumerate(sources)}
        for path, draft in drafts.items():
            draft.write_text(sources[path])
        ruff = [sys.executable, "-m", "ruff"]
        # Imported modules may not exist yet.
        own = 'lint.isort.known-first-party = ["heliograph"]'
        config = ["--quiet", "--config", str(SOURCE.parents[1] / "pyproject.toml"), "--config", own]
        for step in (["check", "--fix-only", "--select", "F401,I,RUF022"], ["format"]):
            subprocess.run([*ruff, *step, *config, folder], check=True)
        return {path: draft.read_text() for path, draft in drafts.items()}


def write(files: dict[Path, str], folder: Path | None = None) -> int:
    """Write the outdated files, or report them with `--check`; returns the exit status.

    Files in `folder` that are no longer generated are removed.
    """
    outdated = {path: text for path, text in files.items() if not path.exists() or path.read_text() != text}
    obsolete = [path for path in folder.glob("*.py") if path not in files] if folder else []
    if "--check" in sys.argv[1:]:
        for path in [*outdated, *obsolete]:
            sys.stderr.write(f"{path.relative_to(SOURCE.parents[1])} is outdated: run make generate\n")
        return 1 if outdated or obsolete else 0
    for path, text in outdated.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for path in obsolete:
        path.unlink()
    return 0


def docstring(*paragraphs: str, indent: str) -> str:
    """A docstring with wrapped paragraphs."""
    filled = [textwrap.fill(text, WIDTH - len(indent) - 3) if "\n" not in text else text for text in paragraphs if text]
    text = "\n\n".join(filled)
    closing = '"""' if "\n" not in text and len(indent) + len(text) + 6 <= WIDTH else '\n"""'
    return textwrap.indent(f'"""{text}{closing}', indent, lambda line: bool(line.strip()))
