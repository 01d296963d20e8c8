"""`heliograph dev`, and the commands that find it: `env`, `wait` and `status`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.commands import command
from tests.harness import Caller, init, serving
from tests.sandbox.developing import developing

pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the credentials of running servers."""
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(scope="module")
def dev(folder: Path) -> Iterator[str]:
    """The URL of a running `heliograph dev`."""
    with developing(folder) as url:
        yield url


def variables(folder: Path, url: str) -> dict[str, str]:
    """The variables that `heliograph env` prints."""
    done = command("env", "--format", "json", "--url", url, env={"XDG_RUNTIME_DIR": str(folder)})
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def caller_of(found: dict[str, str], kind: str = "KEY") -> Caller:
    """A caller with a key of these variables."""
    key = (found[f"HELIOGRAPH_{kind}_ID"], found[f"HELIOGRAPH_{kind}_SECRET"])
    return Caller(found["HELIOGRAPH_URL"], key, found["HELIOGRAPH_APP_ID"])


def test_the_variables_are_those_of_the_sandbox(dev: str, folder: Path) -> None:
    found = variables(folder, dev)
    assert found["HELIOGRAPH_URL"] == dev
    api, account = caller_of(found), caller_of(found, "ACCOUNT_KEY")
    assert api.new_user("ada")
    assert api.app_id in [app["id"] for app in account.ok("GET", "/v2/apps")["apps"]]
    for caller in (api, account):
        caller.http.close()


def test_a_shell_evaluates_the_variables(dev: str, folder: Path) -> None:
    done = command("env", "--url", dev, env={"XDG_RUNTIME_DIR": str(folder)})
    script = f"{done.stdout}\necho $HELIOGRAPH_URL $HELIOGRAPH_KEY_SECRET"
    printed = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True).stdout.split()
    assert printed == [dev, variables(folder, dev)["HELIOGRAPH_KEY_SECRET"]]
    lines = command("env", "--url", dev, "--format", "dotenv", env={"XDG_RUNTIME_DIR": str(folder)}).stdout
    assert dict(line.split("=", 1) for line in lines.splitlines()) == variables(folder, dev)


def test_a_workflow_gets_variables_and_outputs_and_masks_secrets(dev: str, folder: Path, tmp_path: Path) -> None:
    files = {name: str(tmp_path / name) for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}
    done = command("env", "--url", dev, "--format", "github", env={"XDG_RUNTIME_DIR": str(folder), **files})
    assert done.returncode == 0, done.stderr
    found = variables(folder, dev)
    secrets = {value for name, value in found.items() if name.endswith("_SECRET")}
    assert {f"::add-mask::{secret}" for secret in secrets} == set(done.stdout.split())
    assert (tmp_path / "GITHUB_ENV").read_text().splitlines() == [f"{name}={value}" for name, value in found.items()]
    outputs = [f"{name.removeprefix('HELIOGRAPH_').lower()}={value}" for name, value in found.items()]
    assert (tmp_path / "GITHUB_OUTPUT").read_text().splitlines() == outputs
    refused = command("env", "--url", dev, "--format", "github", env={"XDG_RUNTIME_DIR": str(folder), "GITHUB_ENV": ""})
    assert refused.returncode == 2
    assert "GITHUB_OUTPUT" in refused.stderr


def test_the_variables_of_a_database(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/kept.db"
    done = command("env", "--database", database, "--format", "json", "--url", "http://127.0.0.1:9999/")
    found, sandbox = json.loads(done.stdout), init(database)
    assert found["HELIOGRAPH_URL"] == "http://127.0.0.1:9999"
    assert (found["HELIOGRAPH_KEY_ID"], found["HELIOGRAPH_KEY_SECRET"]) == sandbox.app_auth
    assert found["HELIOGRAPH_APP_ID"] == sandbox.app_id


def test_only_their_owner_can_read_the_credentials(dev: str, folder: Path) -> None:
    (path,) = (folder / "heliograph").glob(f"{dev.rpartition(':')[2]}.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "heliograph").mkdir(mode=0o755)
    done = command("dev", "--port", "0", env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert "should be a folder that only its owner, this user, can enter" in done.stderr


def test_dev_runs_where_the_credentials_cannot_be_written(tmp_path: Path) -> None:
    with developing(tmp_path / "missing") as url:
        assert command("wait", "--url", url).returncode == 0


def test_other_machines_do_not_get_the_credentials(dev: str, folder: Path) -> None:
    """The file is named by the port only, and a server on another machine may have the same port."""
    env = {"XDG_RUNTIME_DIR": str(folder)}
    assert command("env", "--url", dev.replace("127.0.0.1", "localhost"), env=env).returncode == 0
    done = command("env", "--url", dev.replace("127.0.0.1", "chat.example.org"), env=env)
    assert (done.returncode, "no `heliograph dev` of this user runs at" in done.stderr) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_it_stops(tmp_path: Path, number: int) -> None:
    with developing(tmp_path, number=number) as url:
        assert len(list((tmp_path / "heliograph").iterdir())) == 1
    assert list((tmp_path / "heliograph").iterdir()) == []
    done = command("env", "--url", url, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert f"no `heliograph dev` of this user runs at {url}" in done.stderr


def test_nothing_is_left_when_it_stops_while_it_starts(tmp_path: Path) -> None:
    """The file with the credentials and the folder of the database are removed."""
    env = {"XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    words = [sys.executable, "-m", "heliograph", "dev", "--port", "0"]
    process = subprocess.Popen(words, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob("heliograph/*.json")):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) in (0, 128 + signal.SIGTERM)
    assert [one.name for one in tmp_path.iterdir()] == ["heliograph"]
    assert list((tmp_path / "heliograph").iterdir()) == []


def test_the_files_of_a_killed_server_are_removed_by_the_next(tmp_path: Path) -> None:
    """The files of a running server, folders without a lock, and other folders are kept."""
    env = {"TMPDIR": str(tmp_path)}
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    others = [tmp_path / f"heliograph-{name}" for name in ("memory-new", "other")]
    for one in others:
        one.mkdir()

    def folders() -> set[Path]:
        return set(tmp_path.glob("heliograph-*")) - set(others)

    with developing(runtime, env=env) as url:
        (running,) = folders()
        assert (running / "memory.db").exists()
        with developing(runtime, env=env, number=signal.SIGKILL):
            (killed,) = folders() - {running}
        assert folders() == {running, killed}
        with developing(runtime, env=env):
            assert folders() & {running, killed} == {running}
        assert folders() == {running}
        assert command("wait", "--url", url).returncode == 0
    assert folders() == set()
    assert all(one.exists() for one in others)


def test_the_credentials_of_a_killed_server_are_replaced(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with developing(tmp_path, "--port", port, number=signal.SIGKILL) as url:
        before = variables(tmp_path, url)
    with developing(tmp_path, "--port", port) as url:
        assert variables(tmp_path, url) != before


def test_dev_stops_with_the_program_that_started_it(tmp_path: Path) -> None:
    """It prints a line of JSON when it is ready, and stops when its standard input ends."""
    words = [sys.executable, "-m", "heliograph", "dev", "--port", "0", "--json", "--stop-on-eof"]
    program = f"import subprocess, time; subprocess.Popen({words!r}, stdin=subprocess.PIPE); time.sleep(60)"
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=env)
    assert parent.stdout is not None
    found = json.loads(parent.stdout.readline())
    assert found.pop("HELIOGRAPH_CONSOLE_URL").startswith(f"{found['HELIOGRAPH_URL']}/console/#ticket=hgt_")
    assert found == variables(tmp_path, found["HELIOGRAPH_URL"])
    parent.kill()
    parent.wait()
    assert parent.stdout.read() == ""  # until the server has closed it
    parent.stdout.close()
    assert command("status", "--url", found["HELIOGRAPH_URL"]).returncode == 1


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999", "ftp://127.0.0.1", "127.0.0.1:8080"])
def test_an_invalid_url_is_a_usage_error(url: str) -> None:
    for name in ("wait", "status", "doctor"):
        done = command(name, "--url", url)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr


def test_status(dev: str, folder: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(folder)}
    done = command("status", "--url", dev, "--json", env=env)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert (found["up"], found["problems"], found["database"]) == (True, [], "in memory: nothing is kept")
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["version"])
    lines = command("status", "--url", dev, env=env).stdout.splitlines()
    assert lines[0] == f"server     {dev}  up"


def test_status_names_active_tools(dev: str, folder: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(folder), "HELIOGRAPH_URL": dev}
    assert command("chaos", "add", "busy", "--operation", "PostMessage", "--status", "429", env=env).returncode == 0
    assert "active     chaos: 1 rule" in command("status", env=env).stdout.splitlines()
    assert command("chaos", "clear", env=env).returncode == 0
    assert json.loads(command("status", "--json", env=env).stdout)["active"] == []


def test_status_of_a_server_that_is_not_a_sandbox(tmp_path: Path) -> None:
    with serving(tmp_path / "production.db", "--sandbox-tools", "no") as server:
        sandbox = init(server.database_url)
        options = ("--app", sandbox.app_id, "--key-id", sandbox.app_auth[0], "--key-secret", sandbox.app_auth[1])
        found = json.loads(command("status", "--url", server.url, "--json", *options).stdout)
        assert (found["up"], found["problems"]) == (True, [])
        assert "has no sandbox tools" in found["sandbox"]
    done = command("status", "--url", server.url, "--json")
    assert (done.returncode, json.loads(done.stdout)["up"]) == (1, False)


def test_status_names_failed_deliveries(dev: str, folder: Path) -> None:
    found = variables(folder, dev)
    api = caller_of(found)
    # A webhook that calls the server itself, which responds with 404 and ends the delivery.
    body = {"type": "custom", "webhooks": [{"target": f"{dev}/nothing", "triggers": ["*"]}]}
    api.ok("POST", "/integrations", body)
    api.new_group()
    deadline = time.monotonic() + 30
    while (done := command("status", "--url", dev, "--json", env={"XDG_RUNTIME_DIR": str(folder)})).returncode == 0:
        assert time.monotonic() < deadline
    assert json.loads(done.stdout)["problems"] == ["deliveries that failed: 1"]
    api.http.close()


def test_wait_returns_when_the_server_is_ready(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(command, "wait", "--url", url)
        with developing(tmp_path, "--port", url.rpartition(":")[2]):
            assert waiting.result(60).returncode == 0


def test_wait_gives_up() -> None:
    done = command("wait", "--timeout", "0.1", "--url", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith("heliograph: http://127.0.0.1:1 is not ready after 0.1 s: ")
    done = command("wait", "--url", "nonsense")
    assert (done.returncode, "--url should be a URL" in done.stderr) == (2, True)
