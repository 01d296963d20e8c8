"""Shared fixtures: one server per engine for the whole run, and a fresh app for each test.

A test that takes the fixture `engine`, usually through `server`, runs on every engine. Mark a test that does not
depend on storage `one_engine`: it runs on SQLite only. `one_engine(POSTGRESQL)` marks a test of PostgreSQL only.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import signal
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from heliograph.testing.server import SandboxServer, ServerKey
from tests import commands, databases, temporary
from tests.certificates import write_certificate
from tests.databases import ENGINES, SQLITE, new_database
from tests.harness import Caller, Sandbox, Server, SharedServer, new_app, serving, shared_sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and keep temporary files in memory."""
    temporary.keep_in_memory()
    # Background jobs of a shell ignore SIGINT, and the processes that tests interrupt would inherit this.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers", "one_engine: the test does not depend on storage and runs on SQLite only, or on the given engine"
    )


def pytest_collection() -> None:
    """Disable the garbage collector while test modules are imported, which creates no garbage."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files of each folder over the run, so that tests with browsers or under load do not all coincide."""
    folders: dict[Path, dict[Path, int]] = {}
    for item in items:
        files = folders.setdefault(item.path.parent, {})
        files.setdefault(item.path, len(files))

    def place(item: pytest.Item) -> tuple[float, str]:
        files = folders[item.path.parent]
        return files[item.path] / len(files), str(item.path)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection: visiting ten thousand cases took up to 30% of the time."""
    gc.freeze()
    gc.enable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that takes `engine` on every engine."""
    if "engine" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_engine")
        metafunc.parametrize("engine", [*one.args] or [SQLITE] if one else ENGINES, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The storage engine."""
    name: str = request.param
    return name


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[None]:
    """Set the environment of the run, and stop its PostgreSQL at the end."""
    folder = tmp_path_factory.mktemp("configuration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        # No test needs public certificate authorities, and every `httpx.Client` would take 60 ms to load them.
        patch.setenv("SSL_CERT_FILE", str(write_certificate(folder / "nobody.pem", x509.DNSName("nobody.invalid"))))
        # Tests start hundreds of Python processes, and compiling every module would double the time of each start.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(pytestconfig.rootpath / ".pytest_cache/bytecode"))
        yield
    databases.stop()
    commands.stop()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServer]:
    """A function that returns the server of an engine with these options, and starts it at the first call.

    Pytest tears down a fixture that depends on `engine` at each change of the engine, which is twice per file.
    """
    with contextlib.ExitStack() as servers:

        @functools.cache
        def started(engine: str, *options: str) -> Server:
            database = new_database(engine, tmp_path_factory.mktemp("server"))
            server: Server = servers.enter_context(serving(database, *options))
            return server

        yield started


@pytest.fixture(scope="session")
def server(engine: str, shared_server: SharedServer) -> Server:
    """A server on a database of the engine, with stand-ins and sandbox tools."""
    return shared_server(engine, "--stand-ins", "yes", "--sandbox-tools", "yes")


@pytest.fixture(scope="session")
def sandbox(server: Server) -> Sandbox:
    """The sandbox of the server."""
    return shared_sandbox(server.database_url)


@pytest.fixture(scope="session")
def account(server: Server, sandbox: Sandbox) -> Iterator[Caller]:
    """A caller with the account key."""
    caller = Caller(server.url, sandbox.account_auth)
    yield caller
    caller.http.close()


@pytest.fixture(scope="session")
def heliograph_server(server: Server, sandbox: Sandbox) -> Iterator[SandboxServer]:
    """The shared server, for the fixture `heliograph` of our own pytest plugin."""
    with contextlib.closing(SandboxServer(server.url, ServerKey(*sandbox.account_auth))) as shared:
        yield shared


@pytest.fixture
def api(account: Caller) -> Caller:
    """A caller with the key of a fresh app."""
    return new_app(account)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    return write_certificate(tmp_path / "certificate.pem", x509.IPAddress(ip_address("127.0.0.1")))
