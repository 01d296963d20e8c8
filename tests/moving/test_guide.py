"""The commands of docs/howto/moving.md have the documented outcome."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness import Caller
from tests.moving import hosted
from tests.moving.hosted import Hosted
from tests.moving.moving import require_same

GUIDE = Path(__file__).parents[2] / "docs/howto/moving.md"


def test_the_guide(api: Caller, tmp_path: Path) -> None:
    source = Hosted()
    ada, ben = source.add_user("ada"), source.add_user("ben")
    source.say(source.add_conversation(ada, type="personal", isDefault=True), "Hello")
    crew = source.add_conversation(ada, ben)
    for text in ("One", "Two"):
        source.say(crew, text)
    text = GUIDE.read_text()
    first, second, third = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    shown, files = re.findall(r"\n\n```\n(.*?)```", text, re.DOTALL)
    assert api.auth is not None
    known = {
        "http://127.0.0.1:8080": api.url, "SOURCE_APP_ID": hosted.APP, "SOURCE_KEY_ID": hosted.KEY[0],
        "SOURCE_KEY_SECRET": hosted.KEY[1], "=APP_ID": f"={api.app_id}", "=KEY_ID": f"={api.auth[0]}",
        "=KEY_SECRET": f"={api.auth[1]}", "https://api.smooch.io": f"{source.url} --rate 0",
    }  # fmt: skip
    steps = f"{first}echo; echo\n{second}echo; echo\n{third}"
    for given, here in known.items():
        assert given in steps
        steps = steps.replace(given, here)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-ec", steps], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    source.close()
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("\n\n\n")
    assert parts[0] + "\n" == shown
    assert "created 0, updated 0, unchanged 12, refused 0" in parts[1]
    assert "created 0, updated 0, unchanged 12, refused 0" in parts[2]
    assert sorted(files.split()) == sorted(path.name for path in (tmp_path / "backup").iterdir())
    require_same(source, api)
