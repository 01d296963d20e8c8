"""The commands and examples of the how-to guides work as described."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.harness import Caller, Server, command

ROOT = Path(__file__).parents[2]
PORT = 3000


def free_port() -> int:
    """A port at which no program listens."""
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
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert hook.stdout is not None
        assert hook.stdout.readline().startswith('conversation:join {"conversation": {"id": "')
    finally:
        hook.kill()
        hook.communicate()
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("guide", "example"),
    [
        ("handover", "handover"),
        ("end-users", "end_user"),
        ("users", "users"),
        ("bulk-membership", "bulk_membership"),
        ("membership-history", "membership_history"),
        ("personal-data", "personal_data"),
    ],
)
def test_an_example_prints_what_its_guide_shows(api: Caller, guide: str, example: str) -> None:
    shown = (ROOT / f"docs/howto/{guide}.md").read_text()
    assert api.auth is not None
    command = [sys.executable, str(ROOT / f"examples/{example}.py"), api.url, api.app_id, *api.auth]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert f"```\n{done.stdout}```" in shown


def test_a_partner_is_authorized(server: Server, api: Caller) -> None:
    guide = (ROOT / "docs/howto/oauth.md").read_text()
    add, site, curl = re.findall(r"```sh\n(.*?)\n```", guide, re.DOTALL)
    (connected,) = re.findall(r"```\n(Connected.*?)\n```", guide)
    port = free_port()
    words = add.replace(str(PORT), str(port)).split()[1:]
    client_id, secret = command(*words, "--database", server.database_url).stdout.split()
    script, example = site.split()[1:3]
    assert (script, example) == ("examples/oauth_partner.py", "http://127.0.0.1:8080")
    partner = subprocess.Popen(
        [sys.executable, ROOT / script, server.url, client_id, secret, str(port)], stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(follow_redirects=True, timeout=30) as browser:
            visited = _visit(browser, f"http://127.0.0.1:{port}/")
            assert visited.url.path == "/oauth/consent"
            assert api.auth is not None
            key = {"key_id": api.auth[0], "key_secret": api.auth[1], "decision": "allow"}
            allowed = browser.post(visited.url, data=key)
            assert (allowed.status_code, allowed.text) == (200, connected.replace("Sandbox", "App"))
            denied = browser.post(_visit(browser, f"http://127.0.0.1:{port}/").url, data={"decision": "deny"})
            assert (denied.status_code, denied.text) == (403, "The user denied access")
            stray = browser.get(f"http://127.0.0.1:{port}/callback?{urlencode({'code': 'x', 'state': 'x'})}")
            assert stray.status_code == 400
    finally:
        partner.kill()
        partner.communicate()
    shown = curl.replace("http://127.0.0.1:8080", server.url).replace("CLIENT_ID", client_id)
    shown = shown.replace("APP_KEY_ID:APP_KEY_SECRET", ":".join(api.auth))
    done = subprocess.run(["sh", "-ec", shown], capture_output=True, text=True, timeout=60, check=True)
    assert f"location: http://127.0.0.1:{port}/callback?code=" in done.stdout


def _visit(browser: httpx.Client, url: str) -> httpx.Response:
    """Wait until the site of the partner has started; returns the page to which it redirects."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return browser.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_phone_number_is_linked(server: Server, api: Caller) -> None:
    guide = (ROOT / "docs/howto/channels.md").read_text()
    assert api.auth is not None
    known = f"APP={api.url}/v2/apps/{api.app_id}\nKEY={api.auth[0]}:{api.auth[1]}\n"
    steps = "\n".join(re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)) + "\necho\necho $CLIENT"
    done = subprocess.run(["sh", "-ec", known + steps], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    client = done.stdout.split()[-1]
    assert '"content":{"to":"+12125552368","message":{"author":{"type":"business"}' in done.stdout
    (shown,) = api.ok("GET", "/users/mary/clients")["clients"]
    assert (shown["id"], shown["status"], shown["externalId"]) == (client, "active", "+12125552368")
    assert f'"clientAssociations":[{{"type":"twilio","clientId":"{client}"}}]' in done.stdout


@pytest.mark.one_engine
def test_a_server_is_compared_with_the_rules(server: Server, api: Caller, account: Caller, tmp_path: Path) -> None:
    """All commands of the guide run. Those that do not select checks run the checks of one rule here."""
    guide = (ROOT / "docs/howto/conformance.md").read_text()
    start, *blocks = re.findall(r"```sh\n(.*?)\n```", guide, re.DOTALL)
    assert start == "heliograph dev &\nheliograph wait"
    shown = re.findall(r"\n\n```\n(.*?)```", guide, re.DOTALL)[0]
    listen, one = f"127.0.0.1:{free_port()}", " --only participants.1"
    steps = "\n".join(block if "--only" in block else block + one for block in blocks)
    for given, here in (
        ("https://example.zendesk.com/sc", server.url),
        ("https://tunnel.example.com", f"http://{listen}"),
        ("127.0.0.1:3000", listen),
        ("--requests-per-second 5 ", "--requests-per-second 500 "),
    ):
        assert given in steps
        steps = steps.replace(given, here)
    assert api.auth is not None
    assert account.auth is not None
    known = {"URL": server.url, "APP_ID": api.app_id, "KEY_ID": api.auth[0], "KEY_SECRET": api.auth[1]}
    known |= {"ACCOUNT_KEY_ID": account.auth[0], "ACCOUNT_KEY_SECRET": account.auth[1]}
    environment = {**os.environ, **{f"HELIOGRAPH_{name}": value for name, value in known.items()}}
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", steps], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(shown)
    assert (tmp_path / "results.xml").read_bytes().startswith(b"<?xml")
    assert len((tmp_path / "findings.ndjson").read_text().splitlines()) == 1


@pytest.mark.one_engine
def test_the_members_of_a_file(api: Caller, tmp_path: Path) -> None:
    guide = (ROOT / "docs/howto/bulk-membership.md").read_text()
    _, curl, commands = re.findall(r"```sh\n(.*?)\n```", guide, re.DOTALL)
    users = [api.new_user() for _ in range(2)]
    rows = [json.dumps({"userId": user, "subscribeSDKClient": False}) for user in users]
    (tmp_path / "members.ndjson").write_text("\n".join(rows))
    assert api.auth is not None
    given = {"URL": api.url, "APP_ID": api.app_id, "KEY_ID": api.auth[0], "KEY_SECRET": api.auth[1]}
    env = {**os.environ, **given, **{f"HELIOGRAPH_{name}": value for name, value in given.items()}}
    env |= {"GROUP": api.new_group(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-ec", curl], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path, env=env
    )
    (shown,) = re.findall(r"```\n(\{.*?)\n```", guide, re.DOTALL)
    version = re.compile(r"2-[0-9a-f]{24}")
    assert version.sub("", done.stdout.strip()) == version.sub("", shown)
    subprocess.run(["sh", "-ec", commands], capture_output=True, timeout=60, check=True, cwd=tmp_path, env=env)
    assert [one["userId"] for one in api.participants(env["GROUP"])] == users
