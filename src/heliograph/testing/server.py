"""A sandbox server in a child process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

from heliograph import BasicAuth, Client
from heliograph.errors import UsageError
from heliograph.local_sandboxes import running_at

_STOP_SECONDS = 10.0


class ServerKey(NamedTuple):
    """The id and the secret of an API key; the user name and the password of Basic authentication."""

    id: str
    secret: str


class SandboxServer:
    """A server with sandbox tools, and a client with its account key.

    `start` runs `heliograph dev` at a free port. The server stops when this process ends, even if that is killed. `at`
    uses a running server.
    """

    def __init__(self, url: str, account_key: ServerKey, process: subprocess.Popen[str] | None = None) -> None:
        self.url = url
        self.account_key = account_key
        self.account = Client(url, auth=BasicAuth(*account_key))
        self._process = process

    @classmethod
    def start(cls, *options: str, database: str | None = None, outlive: bool = False) -> Self:
        """Start a server; `options` are those of `heliograph dev`. Without a database, it keeps its data in memory.

        With `outlive`, the server can keep running after this process has ended.

        Raises:
            UsageError: the server did not start. The message has the output of the command.
        """
        command = [sys.executable, "-m", "heliograph", "dev", "--port", "0", "--json", *options]
        command += [] if outlive else ["--stop-on-eof"]
        command += [] if database is None else ["--database", database]
        # The server must not find the seed file of the tests, or their settings.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")}
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                cwd=_folder(),
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                process.wait()
                log.seek(0)
                raise UsageError(f"the sandbox did not start: {log.read().strip()}")
        return cls._of(json.loads(line), process)

    @classmethod
    def at(cls, url: str) -> Self:
        """Use the server at a URL: a `heliograph dev` of this user on this machine, or any server whose account key is
        in HELIOGRAPH_ACCOUNT_KEY_ID and HELIOGRAPH_ACCOUNT_KEY_SECRET.

        Raises:
            UsageError: the account key is unknown.
        """
        variables: Mapping[str, str] = os.environ
        if "HELIOGRAPH_ACCOUNT_KEY_ID" not in variables:
            if (found := running_at(url)) is None:
                raise UsageError(f"set HELIOGRAPH_ACCOUNT_KEY_ID and HELIOGRAPH_ACCOUNT_KEY_SECRET for {url}")
            variables = found.variables()
        return cls._of({**variables, "HELIOGRAPH_URL": url.rstrip("/")}, None)

    @classmethod
    def _of(cls, variables: Mapping[str, str], process: subprocess.Popen[str] | None) -> Self:
        key = ServerKey(variables["HELIOGRAPH_ACCOUNT_KEY_ID"], variables["HELIOGRAPH_ACCOUNT_KEY_SECRET"])
        return cls(variables["HELIOGRAPH_URL"], key, process)

    @property
    def pid(self) -> int | None:
        """The process id of the server; None if this object did not start it."""
        return self._process.pid if self._process else None

    def leave_running(self) -> None:
        """Keep a server that was started with `outlive` running after this process has ended."""
        self._process = None

    def close(self) -> None:
        """Close the client, and stop the server if this object started it."""
        self.account.close()
        if (process := self._process) is None:
            return
        process.terminate()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _folder() -> Path:
    return Path(tempfile.gettempdir())
