"""`heliograph console` prints a link that signs one person in."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.commands import Running, command
from tests.databases import rows
from tests.harness import Caller, Server, init, new_app, serving
from tests.sandbox.inboxes import variables
from tests.security.sign_ins import sign_in

pytestmark = pytest.mark.one_engine


def run(api: Caller, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the key of a caller."""
    return command("console", *args, env={**variables(api), **more})


def test_a_link_signs_in_once(api: Caller) -> None:
    done = run(api, "--role", "viewer", "--expires", "30m")
    assert (done.returncode, done.stderr) == (0, "")
    link, _, ticket = done.stdout.strip().partition("#ticket=")
    assert link == f"{api.url}/console/"
    signed_in = sign_in(api, ticket=ticket).json()
    assert (signed_in["role"], signed_in["appId"]) == ("viewer", api.app_id)
    assert sign_in(api, ticket=ticket).status_code == 401


def test_a_link_to_all_apps(account: Caller) -> None:
    assert account.auth is not None
    key = {"HELIOGRAPH_ACCOUNT_KEY_ID": account.auth[0], "HELIOGRAPH_ACCOUNT_KEY_SECRET": account.auth[1]}
    done = run(new_app(account), "--account", **key)
    signed_in = sign_in(account, ticket=done.stdout.strip().partition("#ticket=")[2]).json()
    assert (signed_in["role"], "appId" in signed_in) == ("operator", False)


def test_a_link_to_all_apps_needs_no_app_key(account: Caller) -> None:
    assert account.auth is not None
    key = {"HELIOGRAPH_ACCOUNT_KEY_ID": account.auth[0], "HELIOGRAPH_ACCOUNT_KEY_SECRET": account.auth[1]}
    done = command("console", "--account", env={"HELIOGRAPH_URL": account.url, **key})
    assert (done.returncode, done.stderr) == (0, "")
    assert sign_in(account, ticket=done.stdout.strip().partition("#ticket=")[2]).status_code == 201
    listed = command("snapshot", "list", env={"HELIOGRAPH_URL": account.url, **key})
    assert (listed.returncode, listed.stderr) == (0, "")


@pytest.mark.parametrize(
    ("expires", "problem"),
    [
        ("soon", "the duration should be like 90s, 15m, 2h or 1d"),
        ("8d", "expiresInSeconds"),
        ("0s", "expiresInSeconds"),
    ],
)
def test_a_duration_that_is_not_valid(api: Caller, expires: str, problem: str) -> None:
    done = run(api, "--expires", expires)
    assert done.returncode == 2
    assert problem in done.stderr


def test_a_server_without_the_console(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--console", "no") as server:
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        done = run(api)
        api.http.close()
    assert done.returncode == 2
    assert "has no console: start the server with --console yes" in done.stderr


LINK = '   (valid once; run "heliograph console" for another)\n'


def links_of(lines: list[str]) -> list[str]:
    """The links to the console in the output of a server."""
    return [line.split()[1] for line in lines if line.startswith("  console    ") and line.endswith(LINK)]


def complete(server: Server) -> list[str]:
    """Wait for the complete output of a server that prints first steps; returns its lines."""
    while not any("/leave" in line for line in server.output):
        assert server.process.poll() is None
    return list(server.output)


def test_a_new_sandbox_prints_a_link(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        lines = complete(server)
        (link,) = links_of(lines)
        page, _, ticket = link.partition("#ticket=")
        assert page == f"{server.url}/console/"
        assert lines.index(next(line for line in lines if link in line)) < lines.index(
            next(line for line in lines if "curl" in line)
        )
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        made = sign_in(api, ticket=ticket).json()
        assert (made["role"], made.get("appId"), made["keyId"]) == ("operator", None, sandbox.account_auth[0])
        assert sign_in(api, ticket=ticket).status_code == 401
        api.http.close()
        server.restart()
        assert httpx.get(f"{server.url}/health/ready").status_code == 200
        assert links_of(server.output) == [], "the output of a service is stored"
        log = "".join(server.log)
    assert ticket not in log
    assert "hgt_" not in log


def test_the_link_is_valid_for_a_day(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        complete(server)
        sql = "SELECT expires_at - created_at FROM console_ticket"
        assert rows(server.database_url, sql) == [(24 * 3600 * 1000,)]


def test_a_sandbox_prints_a_link_on_a_terminal_each_time(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/heliograph.db"
    init(database)
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "heliograph", "serve", "--port", "0", "--database", database]
    process = subprocess.Popen(words, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    printed = b""
    deadline = time.monotonic() + 60
    while b"#ticket=hgt_" not in printed:
        assert time.monotonic() < deadline
        printed += os.read(ours, 4096)
    process.terminate()
    assert process.wait(60) == 0
    os.close(ours)


@pytest.mark.parametrize(
    "options",
    [("--console", "no"), ("--sandbox-tools", "no"), ("--sandbox-tools", "no", "--console", "yes")],
)
def test_a_server_without_the_console_or_tools_prints_no_link(tmp_path: Path, options: tuple[str, ...]) -> None:
    with serving(tmp_path / "heliograph.db", *options) as server:
        assert links_of(complete(server)) == []


@contextlib.contextmanager
def developing(folder: Path, *options: str) -> Iterator[IO[str]]:
    """Run `heliograph dev`; yields its output."""
    process = Running("dev", "--port", "0", *options, env={"XDG_RUNTIME_DIR": str(folder)})
    try:
        yield process.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
        process.stdout.close()
        process.stderr.close()
    assert status == 0


@pytest.mark.parametrize("more", [(), ("--public-url", "https://chat.example.org/sc")])
def test_dev_prints_a_link(tmp_path: Path, more: tuple[str, ...]) -> None:
    with developing(tmp_path, *more) as output:
        lines = [next(output)]
        while not (found := links_of(lines)):
            lines.append(next(output))
    base = more[-1] if more else lines[0].split()[-1]
    assert found[0].startswith(f"{base}/console/#ticket=hgt_")


def test_dev_prints_the_link_in_its_json(tmp_path: Path) -> None:
    with developing(tmp_path, "--json") as output:
        variables = json.loads(next(output))
        page, _, ticket = variables["HELIOGRAPH_CONSOLE_URL"].partition("#ticket=")
        key = (variables["HELIOGRAPH_KEY_ID"], variables["HELIOGRAPH_KEY_SECRET"])
        api = Caller(variables["HELIOGRAPH_URL"], key, variables["HELIOGRAPH_APP_ID"])
        assert page == f"{api.url}/console/"
        assert sign_in(api, ticket=ticket).status_code == 201
        api.http.close()
