"""A server that records requests, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Caller, Server, SharedServer, calling_account, new_app
from tests.recording.looking import KEPT


@pytest.fixture(scope="session")
def recorder(engine: str, shared_server: SharedServer) -> Server:
    """A server that records requests."""
    options = ("--record-requests", str(KEPT), "--stand-ins", "yes", "--sandbox-tools", "yes", "--console", "yes")
    return shared_server(engine, *options)


@pytest.fixture(scope="session")
def owner(recorder: Server) -> Iterator[Caller]:
    """A caller with the account key of the server."""
    with calling_account(recorder) as caller:
        yield caller


@pytest.fixture
def own(owner: Caller) -> Caller:
    """A caller with the key of a fresh app of the server."""
    return new_app(owner)
