"""Commands of docs/howto/sandbox.md: recorded requests and chaos."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import Caller

GUIDE = (Path(__file__).parents[2] / "docs/howto/sandbox.md").read_text()
pytestmark = pytest.mark.one_engine


def run(api: Caller, title: str) -> str:
    """Run the shell commands below a heading of the guide; returns what they print."""
    section = GUIDE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    script = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    assert api.auth is not None
    env = {"HELIOGRAPH_URL": api.url, "HELIOGRAPH_APP_ID": api.app_id}
    env |= {"HELIOGRAPH_KEY_ID": api.auth[0], "HELIOGRAPH_KEY_SECRET": api.auth[1], "PATH": _path()}
    done = subprocess.run(["sh", "-ec", script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _path() -> str:
    return f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"


def test_requests_are_shown(api: Caller) -> None:
    api("GET", "/users/nobody")
    api.new_user("ada")
    shown = run(api, "See the requests")
    assert '"operation":"GetUser"' in shown
    assert "CreateUser" not in shown


def test_chaos_is_added_and_cleared(api: Caller) -> None:
    shown = run(api, "Break it")
    assert "HTTP/1.1 429 " in shown
    assert "x-heliograph-chaos: busy" in shown
    assert "HTTP/1.1 201 " in shown
    assert "2 matches, 1 hits" in shown
    assert api("GET", "/users/ada").status_code == 200
