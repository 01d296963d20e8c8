"""A sandbox that may call its own inboxes, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import new_database
from tests.harness import Caller, Server, init, new_app, serving


@pytest.fixture(scope="session")
def calling(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A caller with the account key of a server that may call loopback addresses."""
    options = ("--webhook-allowed-networks", "loopback", "--sandbox-tools", "yes")
    with serving(new_database(engine, tmp_path_factory.mktemp("calling")), *options) as server:
        caller = _account(server)
        yield caller
        caller.http.close()


def _account(server: Server) -> Caller:
    return Caller(server.url, init(server.database_url).account_auth)


@pytest.fixture
def own(calling: Caller) -> Caller:
    """A caller with the key of a fresh app of that server."""
    return new_app(calling)
