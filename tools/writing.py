"""What the generators share: tidy source, and files that are written, or only looked at with `--check`."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

WIDTH = 120
SOURCE = Path(__file__).parents[1] / "src/heliograph"


def tidy_all(sources: dict[Path, str]) -> dict[Path, str]:
    """The sources as `make format` would leave them, without imports that nothing uses."""
    with TemporaryDirectory() as folder:
        drafts = {path: Path(folder, f"draft_{number}.py") for number, path in enumerate(sources)}
        for path, draft in drafts.items():
            draft.write_text(sources[path])
        ruff = [sys.executable, "-m", "ruff"]
        # Some of the modules that are imported may not exist yet.
        own = 'lint.isort.known-first-party = ["heliograph"]'
        config = ["--quiet", "--config", str(SOURCE.parents[1] / "pyproject.toml"), "--config", own]
        for step in (["check", "--fix-only", "--select", "F401,I,RUF022"], ["format"]):
            subprocess.run([*ruff, *step, *config, folder], check=True)
        return {path: draft.read_text() for path, draft in drafts.items()}


def write(files: dict[Path, str], folder: Path | None = None) -> int:
    """Bring the files up to date, or with `--check` report those that are not; returns the exit status.

    A file of `folder` that is not among the files is removed: what it was generated from does not exist any more.
    """
    stale = {path: text for path, text in files.items() if not path.exists() or path.read_text() != text}
    left = [path for path in folder.glob("*.py") if path not in files] if folder else []
    if "--check" in sys.argv[1:]:
        for path in [*stale, *left]:
            sys.stderr.write(f"{path.relative_to(SOURCE)} is not up to date: run make generate\n")
        return 1 if stale or left else 0
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for path in left:
        path.unlink()
    return 0


def docstring(*paragraphs: str, indent: str) -> str:
    """A docstring, with each paragraph filled to the width."""
    filled = [textwrap.fill(text, WIDTH - len(indent) - 3) if "\n" not in text else text for text in paragraphs if text]
    text = "\n\n".join(filled)
    closing = '"""' if "\n" not in text and len(indent) + len(text) + 6 <= WIDTH else '\n"""'
    return textwrap.indent(f'"""{text}{closing}', indent, lambda line: bool(line.strip()))
