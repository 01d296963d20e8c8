"""The official clients, each run by a driver in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.harness import Auth, Caller

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".compat"
DRIVERS = Path(__file__).parent / "drivers"
END_SECONDS = 10

JAVASCRIPT = "javascript 14.1.0"
PYTHON_14, PYTHON_16, PYTHON_17 = "python 14.4.0", "python 16.0.1", "python 17.0.1"
PYTHON = (PYTHON_14, PYTHON_16, PYTHON_17)
COMPAT = ("heliograph.compat 14.4.0", "heliograph.compat 17.0.1")
"""Our own library in place of a release: the same programs with another import line."""
CLIENTS = (JAVASCRIPT, *PYTHON, *COMPAT)


def command_of(client: str) -> tuple[list[str], dict[str, str]]:
    """The command of the driver of a client, and the environment variables with which it finds the client."""
    if client == JAVASCRIPT:
        node = shutil.which("node")
        library = INSTALLED / "js" / "node_modules"
        if node is None:
            lacking("node is not installed")
        if not library.is_dir():
            lacking("the official JavaScript client is not installed: `make .compat/ready` with npm installs it")
        return [node, str(DRIVERS / "javascript_client.js")], {"NODE_PATH": str(library)}
    driver = [sys.executable, "-m", "tests.compat.drivers.python_client"]
    if client in COMPAT:
        return driver, {"IN_PLACE_OF": client.split()[1]}
    library = INSTALLED / client.replace("python ", "py-")
    assert library.is_dir(), f"the official {client} client is not installed: run `make .compat/ready`"
    return driver, {"PYTHONPATH": str(library)}


def lacking(reason: str) -> NoReturn:
    """Skip a test that cannot run JavaScript, or fail it if HELIOGRAPH_TEST_REQUIRE_NODE is set."""
    if os.environ.get("HELIOGRAPH_TEST_REQUIRE_NODE"):
        pytest.fail(f"{reason}, and HELIOGRAPH_TEST_REQUIRE_NODE is set")
    pytest.skip(reason)


class Driver:
    """A process that makes calls with an official client: a JSON line in, a JSON line out."""

    def __init__(self, client: str) -> None:
        command, env = command_of(client)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **env},
        )

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make a call; returns the driver's reply."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the driver has ended: see standard error"
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        """Stop the process."""
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        assert self.process.wait(timeout=END_SECONDS) == 0


@dataclass
class Reply:
    """The outcome of a call."""

    sent: list[str]
    """Method, target and status of each request, as in `GET /v2/apps 200`."""
    value: Any = None
    error: Any = None
    received: str | None = None
    """The body of the response, if the client shows it."""


@dataclass
class Official:
    """An official client that is configured with a host, an app and credentials."""

    name: str
    driver: Driver
    host: str
    app_id: str
    basic: Auth | None = None
    bearer: str | None = None

    def reply(self, call: str, **args: Any) -> Reply:
        """Make a call; returns its outcome."""
        return Reply(
            **self.driver.run(
                {
                    "call": call,
                    "args": args,
                    "host": self.host,
                    "appId": self.app_id,
                    "basic": self.basic,
                    "bearer": self.bearer,
                }
            )
        )

    def ok(self, call: str, **args: Any) -> Any:
        """The return value of a call that must succeed."""
        reply = self.reply(call, **args)
        assert reply.error is None, f"{call}: {reply.error}"
        return reply.value

    def error(self, call: str, **args: Any) -> tuple[int, str, str]:
        """Status, code and title of the single error of a call that must fail."""
        reply = self.reply(call, **args)
        assert reply.error is not None, f"{call}: {reply.value}"
        (error,) = reply.error["body"]["errors"]
        return reply.error["status"], error["code"], error["title"]

    def configured(self, **changes: Any) -> Official:
        """The same client with another configuration."""
        return replace(self, **changes)


class Drivers:
    """The drivers that have been started, one for each client."""

    def __init__(self) -> None:
        self._running: dict[str, Driver] = {}

    def client(self, name: str, api: Caller) -> Official:
        """An official client for the app of `api`, with its key."""
        if name not in self._running:
            self._running[name] = Driver(name)
        return Official(name, self._running[name], api.url, api.app_id, api.auth)

    def close(self) -> None:
        """Stop all drivers."""
        for driver in self._running.values():
            driver.close()
