"""One server process for the whole run; an app of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Caller, Sandbox, Server, init, new_app, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a SQLite file."""
    with serving(tmp_path_factory.mktemp("server") / "heliograph.db") as server:
        yield server


@pytest.fixture(scope="session")
def sandbox(server: Server) -> Sandbox:
    """The sandbox of the server."""
    return init(server.database_url)


@pytest.fixture(scope="session")
def account(server: Server, sandbox: Sandbox) -> Iterator[Caller]:
    """A caller with the account key."""
    caller = Caller(server.url, sandbox.account_auth)
    yield caller
    caller.http.close()


@pytest.fixture
def api(account: Caller) -> Caller:
    """A caller with the key of a fresh app."""
    return new_app(account)
