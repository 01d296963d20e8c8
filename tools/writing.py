"""What the generators share: tidy source, and files that are written, or only looked at with `--check`."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

WIDTH = 120
SOURCE = Path(__file__).parents[1] / "src/heliograph"


def tidy(source: str) -> str:
    """The source as `make format` would leave it, without imports that nothing uses."""
    ruff = [sys.executable, "-m", "ruff"]
    for step in (["check", "--quiet", "--fix-only", "--select", "F401,I,RUF022", "-"], ["format", "--quiet", "-"]):
        where = ["--stdin-filename", str(SOURCE / "client/generated.py")]
        source = subprocess.run([*ruff, *step, *where], input=source, capture_output=True, text=True, check=True).stdout
    return source


def tidy_all(sources: dict[Path, str]) -> dict[Path, str]:
    """What `tidy` makes of each of several sources, at the price of one."""
    with TemporaryDirectory() as folder:
        drafts = {path: Path(folder, f"draft_{number}.py") for number, path in enumerate(sources)}
        for path, draft in drafts.items():
            draft.write_text(sources[path])
        ruff = [sys.executable, "-m", "ruff"]
        config = ["--quiet", "--config", str(SOURCE.parents[1] / "pyproject.toml")]
        for step in (["check", "--fix-only", "--select", "F401,I,RUF022"], ["format"]):
            subprocess.run([*ruff, *step, *config, folder], check=True)
        return {path: draft.read_text() for path, draft in drafts.items()}


def write(files: dict[Path, str]) -> int:
    """Bring the files up to date, or with `--check` say which are not; the exit status."""
    stale = {path: text for path, text in files.items() if not path.exists() or path.read_text() != text}
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path.name} is not up to date: run make generate\n")
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text)
    return 0


def docstring(*paragraphs: str, indent: str) -> str:
    """A docstring, with each paragraph filled to the width."""
    filled = [textwrap.fill(text, WIDTH - len(indent) - 3) if "\n" not in text else text for text in paragraphs if text]
    text = "\n\n".join(filled)
    closing = '"""' if "\n" not in text and len(indent) + len(text) + 6 <= WIDTH else '\n"""'
    return textwrap.indent(f'"""{text}{closing}', indent, lambda line: bool(line.strip()))
