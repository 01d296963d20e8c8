"""A sandbox that may call its own inboxes, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Caller, Server, SharedServer, calling_account, new_app


@pytest.fixture(scope="session")
def calling_server(engine: str, shared_server: SharedServer) -> Server:
    """A server that may call loopback addresses."""
    return shared_server(engine, "--webhook-allowed-networks", "loopback", "--sandbox-tools", "yes")


@pytest.fixture(scope="session")
def calling(calling_server: Server) -> Iterator[Caller]:
    """A caller with the account key of the server."""
    with calling_account(calling_server) as caller:
        yield caller


@pytest.fixture
def own(calling: Caller) -> Caller:
    """A caller with the key of a fresh app of the server."""
    return new_app(calling)
