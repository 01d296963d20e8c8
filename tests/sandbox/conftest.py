"""A sandbox that may call its own inboxes, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import new_database
from tests.harness import Caller, Server, calling_account, new_app, serving


@pytest.fixture(scope="session")
def calling_server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may call loopback addresses."""
    options = ("--webhook-allowed-networks", "loopback", "--sandbox-tools", "yes")
    with serving(new_database(engine, tmp_path_factory.mktemp("calling")), *options) as server:
        yield server


@pytest.fixture(scope="session")
def calling(calling_server: Server) -> Iterator[Caller]:
    """A caller with the account key of that server."""
    with calling_account(calling_server) as caller:
        yield caller


@pytest.fixture
def own(calling: Caller) -> Caller:
    """A caller with the key of a fresh app of that server."""
    return new_app(calling)
