"""The database of the shared server, servers with other settings, and an endpoint for webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.database import Database
from tests.api.endpoint import Endpoint
from tests.databases import new_database
from tests.harness import Caller, Server, SharedServer, calling_account, new_app, serving


@pytest.fixture
def database(server: Server) -> Database:
    """The database of the shared server."""
    return Database(server.database_url)


@pytest.fixture(scope="session")
def other_server(engine: str, shared_server: SharedServer) -> Server:
    """A server below /sc, with limits and options that the shared server does not have, and without stand-ins."""
    options = ["--root-path", "/sc", "--participant-limit", "3", "--no-require-subscribe-sdk-client"]
    options += ["--strict-control", "--stand-ins", "no", "--subdomain", "chat"]
    return shared_server(engine, *options)


@pytest.fixture(scope="session")
def other_account(other_server: Server) -> Iterator[Caller]:
    """A caller with the account key of the second server."""
    with calling_account(other_server) as caller:
        yield caller


@pytest.fixture
def other(other_account: Caller) -> Caller:
    """A caller with the key of a fresh app of the second server."""
    return new_app(other_account)


@pytest.fixture(scope="module")
def calling(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may call loopback addresses, on each engine."""
    url = new_database(engine, tmp_path_factory.mktemp("calling"))
    with serving(url, "--webhook-allowed-networks", "loopback") as server:
        yield server


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A webhook endpoint of the test."""
    with Endpoint() as server:
        yield server
