"""`HeliographContainer`, with a container engine that starts `heliograph dev` in a process of this machine."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from testcontainers.core import container as library
from testcontainers.core.config import ConnectionMode, testcontainers_config

from heliograph import BasicAuth, Client
from heliograph.testing import HeliographContainer
from tests.commands import command
from tests.containers.dockerfile import ROOT
from tests.containers.test_image import has_daemon
from tests.sandbox.developing import developing

SEED = '[[user]]\nexternalId = "ada"\n'


class Result(NamedTuple):
    """The outcome of a command in a container."""

    exit_code: int
    output: bytes


class Engine:
    """A container engine with one container: a process of this machine, reached by the port of its server."""

    folder: Path
    created: dict[str, Any]
    fails = False
    id = short_id = "abc"
    status = "running"

    def __init__(self, **options: Any) -> None:
        self.client = self
        self._process = contextlib.ExitStack()
        self._url = ""

    def create(self, image: str, **options: Any) -> Engine:
        """Record the image and the options of the container."""
        type(self).created = {"image": image, **options}
        return self

    def start(self, container: Any) -> None:
        """Start the command of the container."""
        name, *options = self.created["command"]
        assert (name, options) == ("dev", ["--host", "0.0.0.0"])
        self._url = self._process.enter_context(developing(self.folder, *options, env=self.created["environment"]))

    def exec_run(self, cmd: list[str], **options: Any) -> Result:
        """Run a command alongside the server."""
        program, *words = cmd
        assert program == "heliograph"
        url = "http://127.0.0.1:1" if self.fails else self._url
        done = command(*words, "--url", url, env={"XDG_RUNTIME_DIR": str(self.folder)})
        return Result(done.returncode, (done.stdout + done.stderr).encode())

    def port(self, container_id: str, port: int) -> str:
        """The port at which tests reach the port of the container."""
        assert port == 8080
        return self._url.rpartition(":")[2]

    def host(self) -> str:
        """The address at which tests reach containers."""
        return "127.0.0.1"

    def get_connection_mode(self) -> ConnectionMode:
        """Containers are reached by ports of the host."""
        return ConnectionMode.docker_host

    def reload(self) -> None:
        """Do nothing."""

    def remove(self, **options: Any) -> None:
        """Stop the process."""
        self._process.close()

    close = reload


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    """Replaces the container engine; returns its class."""
    monkeypatch.setattr(Engine, "folder", tmp_path, raising=False)
    monkeypatch.setattr(library, "DockerClient", Engine)
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    return Engine


def test_a_container_has_the_url_and_the_keys(docker: type[Engine]) -> None:
    with HeliographContainer(seed=SEED, options={"HELIOGRAPH_LOG_LEVEL": "warning"}) as sandbox:
        assert docker.created["image"] == "heliograph"
        assert docker.created["ports"] == {"8080": None}
        assert set(docker.created["environment"]) == {"HELIOGRAPH_SEED_TOML", "HELIOGRAPH_LOG_LEVEL"}
        with Client(sandbox.url, auth=BasicAuth(*sandbox.key)) as client:
            assert client.users.get_user(sandbox.app_id, "ada").user.external_id == "ada"
        assert (sandbox.env["HELIOGRAPH_KEY_SECRET"], sandbox.env["HELIOGRAPH_URL"]) == (
            sandbox.key.secret,
            sandbox.url,
        )


def test_a_container_that_fails_to_start_is_removed(
    docker: type[Engine], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(docker, "fails", True)
    with pytest.raises(RuntimeError, match="heliograph env failed in the container"), HeliographContainer():
        pass
    assert list((tmp_path / "heliograph").iterdir()) == []


def test_the_library_is_needed_only_for_containers() -> None:
    script = (
        "import sys; sys.modules['testcontainers'] = None; import heliograph.testing as testing\n"
        "try: testing.HeliographContainer\n"
        "except ImportError as error: print(error)"
    )
    line = [sys.executable, "-c", script]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    assert "pip install 'heliograph[testcontainers]'" in done.stdout, done.stderr


def test_the_guide_shows_the_same_container() -> None:
    guide = (ROOT / "docs/howto/docker.md").read_text()
    (python,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    compile(python, "docker.md", "exec")
    for language in ("java", "js", "go"):
        (snippet,) = re.findall(rf"```{language}\n(.*?)```", guide, re.DOTALL)
        for text in ("dev", "--host", "0.0.0.0", "HELIOGRAPH_SEED_TOML", "/health/ready", "8080", "--format", "json"):
            assert text in snippet, (language, text)


@pytest.mark.skipif(not has_daemon(), reason="needs a container daemon and the image of `make image`")
def test_a_real_container() -> None:
    with HeliographContainer(seed=SEED) as sandbox, Client(sandbox.url, auth=BasicAuth(*sandbox.key)) as client:
        assert client.users.get_user(sandbox.app_id, "ada").user.external_id == "ada"
