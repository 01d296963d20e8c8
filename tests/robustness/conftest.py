"""After each module, the server must still serve, and other apps must be unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Caller, Server
from tests.security.worlds import World, new_world, snapshot


@pytest.fixture(scope="module", autouse=True)
def witness(server: Server, account: Caller) -> Iterator[World]:
    """An app that must not change, on a server that must keep running without logging a traceback."""
    world = new_world(account, "Witness")
    before, logged = snapshot(world), len(server.log)
    yield world
    assert server.process.poll() is None
    assert account.http.get(f"{account.url}/health/ready").status_code == 200
    assert snapshot(world) == before
    assert [line for line in server.log[logged:] if line.startswith("  File ")] == []


@pytest.fixture
def world(account: Caller) -> World:
    """An app that a test may change."""
    return new_world(account, "Maltreated")


@pytest.fixture
def server_log(server: Server) -> list[str]:
    """The lines that the server has logged so far."""
    return server.log
