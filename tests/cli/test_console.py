"""`heliograph console` prints a link that signs one person in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.commands import command
from tests.harness import Caller, init, new_app, serving
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
