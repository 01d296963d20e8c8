"""One server process for the whole run, on each engine; an app of its own for each test.

A test that takes the fixture `engine`, most of them by way of `server`, runs on every engine. One that is marked
`one_engine` is not about what is stored, and runs on SQLite; or it is about the one engine that the mark names.
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

from heliograph.testing.server import Key, SandboxServer
from tests import commands, databases, temporary
from tests.certificates import write_certificate
from tests.databases import ENGINES, SQLITE, new_database
from tests.harness import Caller, Sandbox, Server, SharedServer, new_app, serving, shared_sandbox


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and keep temporary files in memory."""
    temporary.keep_in_memory()
    # In a background job of a shell it is ignored, and so by the processes that tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers", "one_engine: runs on SQLite, or the one that is named, only; what is not about what is stored does"
    )


def pytest_collection() -> None:
    """Leave the collector off while modules are imported: nothing of them is garbage."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files of each folder over the run, so that not all browsers, or all servers with load, run at once."""
    folders: dict[Path, dict[Path, int]] = {}
    for item in items:
        files = folders.setdefault(item.path.parent, {})
        files.setdefault(item.path, len(files))

    def place(item: pytest.Item) -> tuple[float, str]:
        files = folders[item.path.parent]
        return files[item.path] / len(files), str(item.path)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Let the collector skip what lasts for the run: it took up to 30% of the time for visiting ten thousand cases."""
    gc.freeze()
    gc.enable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever needs an engine on each of them."""
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
        # No test needs a public authority, and every `httpx.Client` would spend 60 ms on loading all of them.
        patch.setenv("SSL_CERT_FILE", str(write_certificate(folder / "nobody.pem", x509.DNSName("nobody.invalid"))))
        # Hundreds of Python processes are started, and to compile every module takes as long as the rest of a start.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(pytestconfig.rootpath / ".pytest_cache/bytecode"))
        yield
    databases.stop()
    commands.stop()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServer]:
    """Returns the server of an engine with these options, and starts it at the first call.

    Pytest ends a fixture that depends on the engine at each change of the engine, which is twice per file.
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
    with contextlib.closing(SandboxServer(server.url, Key(*sandbox.account_auth))) as shared:
        yield shared


@pytest.fixture
def api(account: Caller) -> Caller:
    """A caller with the key of a fresh app."""
    return new_app(account)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    return write_certificate(tmp_path / "certificate.pem", x509.IPAddress(ip_address("127.0.0.1")))
