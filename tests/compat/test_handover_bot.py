"""examples/handover_bot.py: a bot that uses the official Python library, with only the host changed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.api.end_users import EndUser
from tests.api.event_records import events_of
from tests.cli.test_howto import free_port
from tests.compat.official import INSTALLED
from tests.databases import new_database
from tests.harness import Caller, init, new_app, serving
from tests.waiting import until

ROOT = Path(__file__).parents[2]
ANSWER = {"type": "email", "name": "email", "label": "Your email address", "email": "ada@example.com"}


def test_the_bot_hands_over_uploads_a_file_and_reads_a_form(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    with serving(url, "--webhook-allowed-networks", "loopback") as server:
        api = new_app(Caller(server.url, init(url).account_auth))
        assert api.auth is not None
        command = [sys.executable, str(ROOT / "examples/handover_bot.py"), api.url, api.app_id, *api.auth]
        environment = {**os.environ, "PYTHONPATH": str(INSTALLED / "py-17.0.1")}
        with (
            contextlib.closing(api.http),
            subprocess.Popen(
                [*command, str(free_port())], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            ) as bot,
        ):
            try:
                assert bot.stdout is not None
                assert bot.stdout.readline() == b"ready\n"
                talk(api)
            finally:
                bot.kill()


def talk(api: Caller) -> None:
    """Talk to the bot as a user."""
    user = EndUser(api)
    conversation = user.begin()["id"]

    def messages() -> list[Any]:
        found: list[Any] = api.ok("GET", f"/conversations/{conversation}/messages")["messages"]
        return found

    user.say(conversation, "What does it cost?")
    until(lambda: len(messages()) == 3)
    _, file, form = messages()
    assert api.http.get(file["content"]["mediaUrl"]).text == "plan,price\nfree,0\npro,9\n"
    response = {"type": "formResponse", "fields": [ANSWER]}
    act = {"type": "message", "content": response, "quotedMessageId": form["id"]}
    assert user.act(conversation, act).status_code == 200
    until(lambda: len(messages()) == 6)
    assert [one["content"].get("text") for one in messages()[4:]] == [
        "Thank you. We write to ada@example.com.",
        "Hello, this is the desk.",
    ]
    released = {"conversation:message", "switchboard:releaseControl"}
    until(lambda: released <= {one.type for one in events_of(api, conversation)})
    user.say(conversation, "agent")
    until(lambda: len(messages()) == 8)
    steps = [one for one in events_of(api, conversation) if one.type.startswith("switchboard:")]
    names = ["offerControl", "acceptControl", "releaseControl", "passControl"]
    assert [one.type.removeprefix("switchboard:") for one in steps[:4]] == names
    assert steps[0].payload["metadata"] == {"email": "ada@example.com"}
