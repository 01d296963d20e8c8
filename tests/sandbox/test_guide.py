"""Commands of docs/howto/sandbox.md: inboxes and triggers."""

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

GUIDE = Path(__file__).parents[2] / "docs/howto/sandbox.md"
pytestmark = pytest.mark.one_engine


def run(api: Caller, heading: str) -> list[str]:
    """Run the commands below a heading; returns the lines that they print."""
    section = GUIDE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (script,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", script], env={**os.environ, "PATH": path, **variables(api)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_an_inbox_receives_a_webhook(own: Caller) -> None:
    (call,) = json.loads(run(own, "Receive webhooks")[-1])["calls"]
    assert call["json"]["events"][0]["type"] == "conversation:create"
    assert (call["responseStatus"], call["checks"]["secret"], call["checks"]["payload"]) == (503, "ok", "valid")


def test_an_event_is_triggered(own: Caller) -> None:
    event, call = run(own, "Trigger an event")
    assert event.endswith("  conversation:join")
    assert call.endswith("  200  POST  /  conversation:join")
