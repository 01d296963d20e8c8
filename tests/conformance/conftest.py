"""A server that may call webhooks on this machine, and a command that checks it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.databases import new_database
from tests.harness import Auth, Caller, Server, command, init, new_app, serving

OPTIONS = ("--stand-ins", "yes", "--webhook-allowed-networks", "loopback")


@dataclass
class Subject:
    """A server, the keys of its account and of one app, and the command that checks it."""

    server: Server
    account: Caller
    api: Caller

    def arguments(self, *options: str, url: str = "", key: Auth | None = None, account: bool = True) -> list[str]:
        """The arguments of the command. `key` replaces the key of the app."""
        key = key or self.api.auth
        assert key is not None
        assert self.account.auth is not None
        given = ["conformance", "--url", url or self.server.url, "--app", self.api.app_id]
        given += [f"--key-id={key[0]}", f"--key-secret={key[1]}"]
        if account:
            given += [f"--account-key-id={self.account.auth[0]}", f"--account-key-secret={self.account.auth[1]}"]
        return [*given, *options]

    def check(
        self, *options: str, url: str = "", key: Auth | None = None, account: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        return command(*self.arguments(*options, url=url, key=key, account=account))

    @property
    def secrets(self) -> list[str]:
        """The secrets of the keys."""
        assert self.api.auth is not None
        assert self.account.auth is not None
        return [self.api.auth[1], self.account.auth[1]]


@pytest.fixture(scope="module")
def checked(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on each engine."""
    with serving(new_database(engine, tmp_path_factory.mktemp("checked")), *OPTIONS) as server:
        yield server


@pytest.fixture
def subject(checked: Server) -> Iterator[Subject]:
    """A fresh app of the server."""
    account = Caller(checked.url, init(checked.database_url).account_auth)
    yield Subject(checked, account, new_app(account))
    account.http.close()
