"""The container image. Tests that need a container daemon are skipped without one."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heliograph.cli.main import cli
from tests.commands import command
from tests.containers.dockerfile import ROOT, command_of, last_stage, stages

HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
CAN_MOUNT = sys.platform == "linux" and shutil.which("unshare") and os.geteuid() == 0
START_SECONDS = 60


@functools.cache
def has_daemon() -> bool:
    """Whether images can be built here."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        return subprocess.run([docker, "info"], capture_output=True, timeout=20, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.mark.skipif(HADOLINT is None, reason="needs hadolint")
def test_the_linter_has_no_objection() -> None:
    assert HADOLINT is not None
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_last_stage_runs_as_an_ordinary_user_with_one_volume() -> None:
    stage = last_stage()
    assert (stage["FROM"], stage["USER"], stage["VOLUME"], stage["WORKDIR"]) == (
        "python:3.13-slim", "10001:10001", "/data", "/data",
    )  # fmt: skip
    assert "--owner 10001 --group 10001" in stage["RUN"]


def test_the_last_stage_installs_nothing() -> None:
    runs = [arguments for instruction, arguments in stages()[-1] if instruction == "RUN"]
    assert [one for one in runs if "apt" in one or "pip" in one] == []


def test_its_commands_exist() -> None:
    stage = last_stage()
    entrypoint, default, health = (command_of(stage[name]) for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"))
    assert entrypoint == ["heliograph"]
    cli.commands[default[0]].make_context(default[0], default[1:])
    assert health == ["heliograph", "wait", "--timeout", "1"]
    cli.commands["wait"].make_context("wait", health[2:])


def test_the_make_target_builds_it() -> None:
    command = ["make", "--no-print-directory", "-n", "image"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "docker build --tag heliograph .\n"


def free_port() -> str:
    """A port that no program uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def started(line: list[str], data: Path, port: str) -> Iterator[None]:
    """Run a process, which must exit with status 0 on SIGTERM."""
    env = {"PATH": os.environ["PATH"], "HOME": str(data), "HELIOGRAPH_PORT": port}
    with subprocess.Popen(line, cwd=data, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=START_SECONDS)
        assert process.returncode == 0, errors


def is_healthy(installed: Path, port: str) -> bool:
    """Whether the health check of the image passes, with time for the server to start."""
    program, *rest = command_of(last_stage()["HEALTHCHECK"])
    rest[-1] = str(START_SECONDS)
    env = {**os.environ, "HELIOGRAPH_URL": f"http://127.0.0.1:{port}"}
    return subprocess.run([installed / program, *rest], env=env, timeout=2 * START_SECONDS, check=False).returncode == 0


def test_the_wheel_of_the_build_context_serves(installed: Path, tmp_path: Path) -> None:
    default = [one.replace("/data", str(tmp_path)) for one in command_of(last_stage()["CMD"])]
    port = free_port()
    with started([str(installed / "heliograph"), *default], tmp_path, port):
        assert is_healthy(installed, port)
    assert (tmp_path / "heliograph.db").exists()
    assert command("wait", "--timeout", "0", env={"HELIOGRAPH_URL": f"http://127.0.0.1:{port}"}).returncode == 1


@pytest.mark.skipif(not CAN_MOUNT, reason="needs the permission to mount")
@pytest.mark.parametrize("arguments", [(), ("dev", "--host", "0.0.0.0")], ids=["serve", "dev"])
def test_a_read_only_root_is_enough(installed: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    default = [one.replace("/data", str(tmp_path)) for one in command_of(last_stage()["CMD"])]
    script = (
        'mount -t tmpfs none "$1" && mount -o remount,ro,bind / / && cd "$1" || exit 3; '
        'test ! -w /tmp || ! touch /tmp/heliograph-test 2>/dev/null || exit 4; shift; exec "$@"'
    )
    words = [str(installed / "heliograph"), *(arguments or default)]
    port = free_port()
    with started(["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path), *words], tmp_path, port):
        assert is_healthy(installed, port)


@pytest.mark.skipif(not has_daemon(), reason="needs a container daemon")
def test_the_image_starts() -> None:
    run = ["docker", "run", "--rm", "--read-only", "heliograph-test"]
    subprocess.run(["docker", "build", "--tag", "heliograph-test", "."], cwd=ROOT, check=True, timeout=600)
    subprocess.run([*run, "version"], check=True, timeout=60)
    container = subprocess.run([*run[:3], "--detach", *run[3:]], capture_output=True, text=True, check=True).stdout
    try:
        wait = ["docker", "exec", container.strip(), "heliograph", "wait"]
        subprocess.run(wait, check=True, timeout=60)
    finally:
        subprocess.run(["docker", "kill", container.strip()], check=True, timeout=60)
