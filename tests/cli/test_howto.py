"""The commands of the how-to guides do what the guides say."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.harness import Caller, Server

ROOT = Path(__file__).parents[2]
PORT = 3000


def free_port() -> int:
    """A port at which nobody is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_join_arrives_on_a_local_port(tmp_path: Path) -> None:
    port = free_port()
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/howto/webhooks.md").read_text(), re.DOTALL)
    start, endpoint, steps = blocks[:3]
    assert (start, endpoint) == ("make run\n", f"python3 examples/webhooks_plain.py {PORT}\n")
    server = Server(tmp_path / "heliograph.db")
    hook = subprocess.Popen(
        [sys.executable, ROOT / "examples/webhooks_plain.py", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        while not any(line.strip().startswith("KEY=") for line in server.output):
            time.sleep(0.02)
        known = [line.strip() for line in server.output if line.strip().startswith(("APP=", "KEY="))]
        script = "\n".join([*known, steps.replace(str(PORT), str(port))])
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        assert hook.stdout is not None
        assert hook.stdout.readline().startswith('conversation:join {"conversation": {"id": "')
    finally:
        hook.kill()
        hook.communicate()
        assert server.stop() == 0


@pytest.mark.parametrize("name", ["handover", "users"])
def test_examples_print_what_their_guide_shows(api: Caller, name: str) -> None:
    guide = (ROOT / f"docs/howto/{name}.md").read_text()
    assert api.auth is not None
    command = [sys.executable, str(ROOT / f"examples/{name}.py"), api.url, api.app_id, *api.auth]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert f"```\n{done.stdout}```" in guide
