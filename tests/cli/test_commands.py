"""The commands, run as by a user."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from heliograph import __version__
from heliograph.storage.migrations.schema import latest
from tests.harness import Caller, Server, command, error_of, init, new_app, serving

KEY = re.compile(r"(app|act)_[0-9a-f]{24}")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a database that does not exist yet."""
    return f"sqlite:///{tmp_path}/heliograph.db"


def refused(*args: str, env: dict[str, str] | None = None) -> str:
    """Run a command that must be refused; returns its single line of output."""
    done = command(*args, env=env)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("heliograph: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_init_creates_the_sandbox_and_prints_the_same_every_time(url: str) -> None:
    first = command("init", "--database", url, "--json")
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert set(made) == {"accountKey", "app", "appKey"}
    assert re.fullmatch(r"act_[0-9a-f]{24}", made["accountKey"]["id"])
    assert re.fullmatch(r"app_[0-9a-f]{24}", made["appKey"]["id"])
    assert re.fullmatch(r"[0-9a-f]{24}", made["app"]["id"])
    assert made["app"]["displayName"] == "Sandbox"
    assert command("init", "--database", url, "--json").stdout == first.stdout
    assert made["appKey"]["secret"] in command("init", "--database", url).stdout
    assert command("init", "--json", env={"HELIOGRAPH_DATABASE": url}).stdout == first.stdout


def test_many_inits_at_once_agree(url: str) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "heliograph", "init", "--database", url, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    outputs = [one.communicate(timeout=60) for one in running]
    assert [one.returncode for one in running] == [0] * 6, outputs
    assert len({output for output, _ in outputs}) == 1


def test_init_restores_removed_parts_of_the_sandbox(url: str) -> None:
    before = init(url)
    assert command("keys", "revoke", before.app_auth[0], "--database", url).returncode == 0
    after = init(url)
    assert after.app_id == before.app_id
    assert after.account_auth == before.account_auth
    assert after.app_auth != before.app_auth


def test_serve_prints_secrets_once(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        sandbox = init(server.database_url)
        assert httpx.get(f"{server.url}/health/ready").status_code == 200
        server.restart()
        again = list(server.output)
    assert server.url in again[0]
    assert not any(sandbox.app_auth[1] in line for line in again), "secrets are shown on an empty database only"


def test_the_printed_first_steps_work_in_a_shell(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db") as server:
        while not any("/leave" in line for line in server.output):
            assert server.process.poll() is None
        lines = [line.strip() for line in server.output]
        steps = lines[next(index for index, line in enumerate(lines) if line.startswith("APP=")) :]
        script = "\n".join(f"{line}; echo" if line.startswith("curl") else line for line in steps)
        done = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, timeout=60, check=False)
    user, joined, listed, left = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert user["user"]["externalId"] == "ada"
    assert joined["participant"]["userExternalId"] == "ada"
    assert listed["participants"] == [joined["participant"]]
    assert left == {}


def test_serve_without_a_sandbox(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--no-sandbox") as server:
        assert json.loads(command("keys", "list", "--json", "--database", server.database_url).stdout) == []
    assert not any(KEY.search(line) for line in server.output)


def test_serve_in_memory_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    temporary = {"TMPDIR": str(tmp_path)}
    with serving(Path(":memory:"), env=temporary) as server:
        while not any("/leave" in line for line in server.output):
            assert server.process.poll() is None
        assert "in memory" in "".join(server.output)
        assert "heliograph init" not in "".join(server.output)
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_keys_of_a_running_server(server: Server, account: Caller) -> None:
    api = new_app(account)
    database = ("--database", server.database_url)
    made = json.loads(command("keys", "create", "--app", api.app_id, "--name", "Bot", "--json", *database).stdout)
    assert KEY.fullmatch(made["id"])
    caller = Caller(server.url, (made["id"], made["secret"]), api.app_id, api.http)
    assert caller("POST", "/users", {}).status_code == 201
    listed = json.loads(command("keys", "list", "--json", *database).stdout)
    bot = {"id": made["id"], "scope": "app", "appId": api.app_id, "displayName": "Bot", "lastUsedAt": None}
    assert bot in listed
    assert made["secret"] not in command("keys", "list", *database).stdout
    assert command("keys", "revoke", made["id"], *database).stdout == f"revoked {made['id']}\n"
    refused("keys", "revoke", made["id"], *database)


def test_an_account_key_may_do_everything(url: str, tmp_path: Path) -> None:
    done = command("keys", "create", "--account", "--database", url)
    key_id, secret = done.stdout.split()
    with serving(tmp_path / "heliograph.db") as server:
        caller = Caller(server.url, (key_id, secret))
        assert caller.ok("POST", "/v2/apps", {"displayName": "A"})["app"]["displayName"] == "A"
        caller.http.close()


def test_apps_are_listed_and_limited(server: Server, account: Caller) -> None:
    api = new_app(account, "Limited")
    database = ("--database", server.database_url)
    assert command("apps", "limit", api.app_id, "--requests-per-second", "7", *database).returncode == 0
    listed = json.loads(command("apps", "list", "--json", *database).stdout)
    assert {"id": api.app_id, "displayName": "Limited", "requestsPerSecond": 7} in listed
    assert f"{api.app_id}  7 requests/s" in command("apps", "list", *database).stdout
    assert command("apps", "limit", api.app_id, "--off", *database).stdout == f"{api.app_id}  no limit\n"


def test_migrate_and_version(url: str) -> None:
    assert command("migrate", "--database", url).stdout.endswith(f"heliograph.db has schema version {latest()}\n")
    assert command("version").stdout == f"heliograph {__version__}\n"


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("serve", "--workers", "2"), "SQLite serves from one process"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--port", "http"), "--port"),
        (("serve", "--log-format", "xml"), "--log-format"),
        (("serve", "--participant-limit", "0"), "--participant-limit"),
        (("serve", "--root-path", "sc"), "--root-path"),
        (("serve", "--host", "no such host"), "cannot listen"),
        (("serve", "--nonsense"), "--nonsense"),
        (("nonsense",), "nonsense"),
        (("keys", "create"), "--app APP_ID or --account"),
        (("keys", "create", "--account", "--name", ""), "--name"),
        (("keys", "revoke", "app_000000000000000000000000"), "key app_000000000000000000000000 not found"),
        (("apps", "limit", "000000000000000000000000", "--off"), "App not found"),
        (("apps", "limit", "000000000000000000000000"), "--requests-per-second N or --off"),
    ],
)
def test_usage_errors_are_one_line(args: tuple[str, ...], reason: str, url: str) -> None:
    assert reason in refused(*args, env={"HELIOGRAPH_DATABASE": url})


def test_a_key_for_an_unknown_app_is_refused(url: str) -> None:
    assert "App not found" in refused("keys", "create", "--app", "0" * 24, "--database", url)


def test_an_invalid_environment_variable_is_named(url: str) -> None:
    line = refused("serve", "--database", url, env={"HELIOGRAPH_PORT": "http"})
    assert "HELIOGRAPH_PORT" in line or "--port" in line


def test_a_taken_port_is_named(url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in refused("serve", "--database", url, "--port", str(port))


@pytest.mark.one_engine
def test_a_second_server_on_the_same_file_is_refused(server: Server) -> None:
    line = refused("serve", "--port", "0", "--database", server.database_url)
    assert f"(process {server.process.pid})" in line


def test_a_database_from_a_newer_version_is_refused(url: str, tmp_path: Path) -> None:
    init(url)
    with sqlite3.connect(tmp_path / "heliograph.db") as database:
        database.execute("UPDATE meta SET value = '99' WHERE name IN ('schema_version', 'least_version')")
    database.close()
    for args in (("serve", "--port", "0"), ("init",), ("migrate",), ("keys", "list")):
        assert "schema version 99" in refused(*args, "--database", url)


@pytest.mark.parametrize("args", [(), ("serve",), ("init",), ("migrate",), ("keys",), ("keys", "create"), ("apps",)])
def test_help_explains_and_is_never_coloured_in_a_pipe(args: tuple[str, ...]) -> None:
    done = command(*args, "--help")
    assert done.returncode == 0
    assert "Usage: heliograph" in done.stdout
    assert "\x1b" not in done.stdout


def test_output_has_no_colours_outside_a_terminal(server: Server) -> None:
    assert "\x1b" not in "".join(server.output + server.log)


def test_logs_are_one_json_object_per_line(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--log-format", "json") as server:
        api = Caller(server.url, ("nobody", "nothing"), "0" * 24)
        response = api("GET", "/users/ada", headers={"X-Request-Id": "trace-1"})
        assert error_of(response)[0] == 401
        api.http.close()
    lines = [json.loads(line) for line in server.log]
    (line,) = [line for line in lines if line.get("request_id") == "trace-1"]
    assert isinstance(line.pop("ms"), float)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "message": "request",
        "request_id": "trace-1",
        "method": "GET",
        "operation": "GetUser",
        "status": 401,
        "reason": "unknown key id",
        "client": "127.0.0.1",
    }


def test_log_level_warning_logs_no_requests(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--log-level", "warning") as server:
        assert httpx.get(f"{server.url}/health/live").json() == {"status": "ok"}
    assert server.log == []
