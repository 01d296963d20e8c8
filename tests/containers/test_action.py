"""The GitHub action: its script starts a sandbox from a wheel of this tree, or reports why it does not start."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from heliograph import BasicAuth, Client
from heliograph.cli.main import cli
from tests.containers.dockerfile import ROOT

# Installs a link to the command that the tests have installed, and records its arguments.
PIPX = '#!/bin/sh\necho "$@" > "$RUNNER_TEMP/installed"\nln -s {command} "$PIPX_BIN_DIR/heliograph"\n'
SECONDS = 100
SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def action(name: str = "action.yml") -> Any:
    """The content of an action file."""
    return msgspec.yaml.decode((ROOT / name).read_text())


class Runner:
    """The folder and the files that GitHub gives to the steps of a job."""

    def __init__(self, folder: Path, installed: Path) -> None:
        self.folder = folder
        tools = folder / "tools"
        tools.mkdir()
        (tools / "pipx").write_text(PIPX.format(command=installed / "heliograph"))
        (tools / "pipx").chmod(0o755)
        # Commands of the system, the Python of the tests, and no other pipx, uv or heliograph.
        (tools / "python3").symlink_to(sys.executable)
        self.env = {"PATH": f"{tools}:/usr/bin:/bin", "RUNNER_TEMP": str(folder), "XDG_RUNTIME_DIR": str(tools)}
        for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"):
            self.env[name] = str(folder / name)

    def start(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the step of the action."""
        (step,) = action()["runs"]["steps"]
        assert set(step["env"].values()) == {f"${{{{ inputs.{name} }}}}" for name in action()["inputs"]}
        defaults = {name.upper(): spec["default"] for name, spec in action()["inputs"].items()}
        env = {**self.env, "GITHUB_ACTION_PATH": str(ROOT), **defaults, "PORT": "0", **inputs}
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip

    def read(self, name: str) -> dict[str, str]:
        """The variables in one of the files."""
        return dict(line.split("=", 1) for line in (self.folder / name).read_text().splitlines())

    def stop(self) -> None:
        """Stop the server, as GitHub does at the end of a job."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.folder / "heliograph/pid").read_text()), signal.SIGTERM)


@pytest.fixture
def runner(tmp_path: Path, installed: Path) -> Iterator[Runner]:
    """A runner, whose server is stopped at the end."""
    found = Runner(tmp_path, installed)
    yield found
    found.stop()


def test_a_sandbox_is_started_from_the_wheel(runner: Runner, wheel: Path, tmp_path: Path) -> None:
    seed = str(ROOT / "examples/heliograph.toml")
    done = runner.start(VERSION=wheel.as_uri(), SEED=seed, ARGS="--log-level warning")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"heliograph[server] @ {wheel.as_uri()}" in (tmp_path / "installed").read_text()
    variables, outputs = runner.read("GITHUB_ENV"), runner.read("GITHUB_OUTPUT")
    assert outputs == {name.removeprefix("HELIOGRAPH_").lower(): value for name, value in variables.items()}
    secrets = [value for name, value in variables.items() if name.endswith("_SECRET")]
    assert [line for line in done.stdout.splitlines() if any(one in line for one in secrets)] == [
        f"::add-mask::{one}" for one in secrets
    ]
    auth = BasicAuth(variables["HELIOGRAPH_KEY_ID"], variables["HELIOGRAPH_KEY_SECRET"])
    with Client(variables["HELIOGRAPH_URL"], auth=auth) as client:
        assert client.users.get_user(variables["HELIOGRAPH_APP_ID"], "ada").user.external_id == "ada"
    assert (tmp_path / "GITHUB_PATH").read_text() == f"{tmp_path}/heliograph/bin\n"


def test_all_variables_are_outputs(runner: Runner) -> None:
    assert runner.start().returncode == 0
    assert set(runner.read("GITHUB_OUTPUT")) == set(action()["outputs"]) - {"webhook_secret"}
    for name, output in action()["outputs"].items():
        assert output["value"] == f"${{{{ steps.start.outputs.{name} }}}}"


@pytest.mark.parametrize(("version", "package"), [("", "heliograph[server]"), ("v1.2.3", "heliograph[server]==1.2.3")])
def test_the_version_to_install(runner: Runner, tmp_path: Path, version: str, package: str) -> None:
    assert runner.start(VERSION=version).returncode == 0
    assert (tmp_path / "installed").read_text().split()[-1] == package


def test_a_failing_start_prints_the_log(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[user]]\nexternalId = 7\n")
    done = runner.start(SEED="bad.toml")
    assert done.returncode == 1
    assert "::error::heliograph dev did not start" in done.stdout
    assert "bad.toml" in done.stdout
    assert not (tmp_path / "GITHUB_ENV").exists()


def test_another_server_at_the_port_is_an_error(runner: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = runner.start(PORT=str(other.getsockname()[1]))
    assert done.returncode == 1
    assert "cannot listen" in done.stdout


def test_an_old_python_is_refused(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "tools/python3").unlink()
    (tmp_path / "tools/python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.1 || exit 1\n')
    (tmp_path / "tools/python3").chmod(0o755)
    done = runner.start()
    assert done.returncode == 1
    assert "this is Python 3.10.1: add actions/setup-python" in done.stdout


def test_the_report_of_a_failed_job_is_uploaded() -> None:
    write, upload = action("action/report/action.yml")["runs"]["steps"]
    program, command, *options = write["run"].split()
    assert (program, command) == ("heliograph", "report")
    cli.commands[command].make_context(command, options)
    assert upload["with"]["path"] == "${{ runner.temp }}/heliograph/report.html"


@pytest.mark.skipif(SHELLCHECK is None, reason="needs shellcheck")
def test_the_linter_of_scripts_has_no_objection() -> None:
    assert SHELLCHECK is not None
    line = [SHELLCHECK, str(ROOT / "action/start.sh")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
