"""The examples of the README run, and print what the README shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.cli.test_howto import free_port
from tests.harness import Caller

ROOT = Path(__file__).parents[2]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
ID = re.compile(r"\b[0-9a-f]{24}\b")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z")


def test_the_examples_print_what_the_readme_shows(api: Caller) -> None:
    assert api.auth is not None
    (block,) = CONSOLE.findall((ROOT / "README.md").read_text())
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert len(steps) == 8
    set_up = [f"APP={shlex.quote(f'{api.url}/v2/apps/{api.app_id}')}", f"KEY={shlex.quote(':'.join(api.auth))}"]
    known: dict[str, str] = {}
    for command, expected in steps:
        if not command.startswith("curl"):
            set_up.append(known_ids(command, known))
            continue
        script = "\n".join([*set_up, command.replace("curl", "curl -s", 1)])
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=60, check=True)
        known |= dict(zip(ID.findall(expected), ID.findall(done.stdout), strict=True))
        assert TIME.sub("<time>", known_ids(expected.strip(), known)) == TIME.sub("<time>", done.stdout)


def known_ids(text: str, known: dict[str, str]) -> str:
    """The text with the README's ids replaced by those of this run."""
    return ID.sub(lambda found: known.get(found[0], found[0]), text)


def test_the_make_targets_that_the_readme_shows_exist() -> None:
    shown = SHELL.findall((ROOT / "README.md").read_text())[0]
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^make (\w+)", shown, re.MULTILINE)
    assert targets == ["run", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_lines_for_ci_work(tmp_path: Path) -> None:
    (lines,) = [block for block in SHELL.findall((ROOT / "README.md").read_text()) if "heliograph env" in block]
    url = f"http://127.0.0.1:{free_port()}"
    program = f"{shlex.quote(sys.executable)} -m heliograph"
    script = (
        lines.replace(".venv/bin/heliograph", program)
        + """
        curl -sSf -u $HELIOGRAPH_KEY_ID:$HELIOGRAPH_KEY_SECRET $HELIOGRAPH_URL/v2/apps/$HELIOGRAPH_APP_ID/integrations
        kill %1
        wait %1
    """
    )
    known = {"HELIOGRAPH_PORT": url.rpartition(":")[2], "HELIOGRAPH_URL": url, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-mec", script],
        env={**os.environ, **known},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '{"integrations":[]' in done.stdout
