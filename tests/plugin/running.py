"""Runs pytest on the text of a test file, and finds the processes and files that it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SECONDS = 110
SETTINGS = """[pytest]
filterwarnings = error
asyncio_default_fixture_loop_scope = function
# These plugins take most of the time of a short run.
addopts = -p no:schemathesis -p no:anyio
"""


class Run:
    """A folder with a test file."""

    def __init__(self, folder: Path, text: str, settings: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        (folder / "test_it.py").write_text(text)
        (folder / "pytest.ini").write_text(f"{SETTINGS}{settings}")

    def environment(self) -> dict[str, str]:
        """The environment of the run, with a separate folder for temporary files."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")}
        return {**kept, "TMPDIR": str(self.temporary), "PYTEST_ADDOPTS": ""}

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start pytest with these options."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def result(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run pytest with these options; returns its status and its output."""
        process = self.start(*options)
        out, _ = process.communicate(timeout=SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, out)

    def passes(self, *options: str, count: int | None = None) -> str:
        """Run pytest, and assert that all tests pass; returns the output."""
        done = self.result(*options)
        assert done.returncode == 0, done.stdout
        if count is not None:
            assert f"{count} passed" in done.stdout
        return done.stdout

    def servers(self) -> list[int]:
        """The processes of this run that serve a sandbox, found by their temporary folder."""
        wanted = f"TMPDIR={self.temporary}".encode()
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
                except OSError:
                    continue
                if b"heliograph\0dev\0" in command and wanted in environment.split(b"\0"):
                    found.append(int(process.name))
        return found

    def left(self) -> list[str]:
        """The files that the servers of the run left in the temporary folder."""
        return [str(path) for path in self.temporary.rglob("*") if path.is_file() and "pytest-of-" not in str(path)]
