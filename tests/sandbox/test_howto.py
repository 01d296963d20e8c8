"""Commands of docs/howto/sandbox.md: inboxes, triggers, recorded requests and chaos."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import Caller
from tests.sandbox.inboxes import variables

GUIDE = (Path(__file__).parents[2] / "docs/howto/sandbox.md").read_text()
pytestmark = pytest.mark.one_engine


def run(api: Caller, heading: str) -> str:
    """Run the shell commands below a heading of the guide; returns what they print."""
    section = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    script = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, **variables(api)}
    done = subprocess.run(["sh", "-ec", script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_inbox_receives_a_webhook(own: Caller) -> None:
    (call,) = json.loads(run(own, "Receive webhooks").splitlines()[-1])["calls"]
    assert call["json"]["events"][0]["type"] == "conversation:create"
    assert (call["responseStatus"], call["checks"]["secret"], call["checks"]["payload"]) == (503, "ok", "valid")


def test_an_event_is_triggered(own: Caller) -> None:
    event, call = run(own, "Trigger an event").splitlines()
    assert event.endswith("  conversation:join")
    assert call.endswith("  200  POST  /  conversation:join")


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
