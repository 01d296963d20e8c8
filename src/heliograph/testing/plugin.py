"""The pytest plugin: the fixtures `heliograph`, `async_heliograph` and `heliograph_server`.

pytest imports this module in every run of an environment with Heliograph, so it imports nothing of Heliograph before a
test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from heliograph.testing import AsyncSandbox, Sandbox, SandboxServer

_MARKER = "heliograph"
_APP_SCOPE = "heliograph_app_scope"
_SCOPES = ("function", "class", "module", "package", "session")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("heliograph")
    group.addoption("--heliograph-url", help="Use the sandbox server at this URL instead of starting one.")
    group.addoption(
        "--heliograph-keep",
        action="store_true",
        help="After a failure, keep the server running and print how to look at it.",
    )
    parser.addini(_APP_SCOPE, "Scope of the fixture heliograph, by default function.", default="function")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(seed=None, database=None): the seed file of the app, relative to the file of the test, and the "
        "database of the server, by default in memory",
    )


def _scope(fixture_name: str, config: pytest.Config) -> Any:
    scope = config.getini(_APP_SCOPE)
    if scope not in _SCOPES:
        raise pytest.UsageError(f"{_APP_SCOPE} should be one of {', '.join(_SCOPES)}: {scope}")
    return scope


class Servers:
    """The servers of a run, one for each database that tests ask for. Each worker of pytest-xdist has its own."""

    def __init__(self, config: pytest.Config) -> None:
        self._url: str | None = config.getoption("--heliograph-url")
        self._keep: bool = config.getoption("--heliograph-keep")
        self._running: dict[str | None, SandboxServer] = {}
        self.kept: list[Sandbox] = []
        """The apps of failed tests, which are not deleted."""

    def get(self, database: str | None) -> SandboxServer:
        """The server with this database, which is started at the first call."""
        from heliograph.testing import SandboxServer

        if self._url is not None:
            database = None
        if database not in self._running:
            if self._url is not None:
                self._running[database] = SandboxServer.at(self._url)
            else:
                self._running[database] = SandboxServer.start(database=database, outlive=self._keep)
        return self._running[database]

    def close(self) -> None:
        """Stop the servers."""
        for server in self._running.values():
            server.close()


@pytest.fixture(scope="session")
def heliograph_servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """The sandbox servers of this run."""
    servers = Servers(request.config)
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def heliograph_server(heliograph_servers: Servers) -> SandboxServer:
    """The sandbox server of this run, with its data in memory."""
    return heliograph_servers.get(None)


@pytest.fixture(scope=_scope)
def heliograph(
    request: pytest.FixtureRequest, heliograph_server: SandboxServer, heliograph_servers: Servers
) -> Iterator[Sandbox]:
    """A new app on a sandbox server. The environment variables HELIOGRAPH_* refer to it."""
    from heliograph.testing import Sandbox

    marker = request.node.get_closest_marker(_MARKER)
    wanted = dict(marker.kwargs) if marker else {}
    seed = wanted.get("seed")
    server = heliograph_servers.get(wanted["database"]) if "database" in wanted else heliograph_server
    sandbox = Sandbox(server, seed=request.path.parent / seed if seed else None)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.env.items():
            patch.setenv(name, value)
        yield sandbox
    if sandbox in heliograph_servers.kept:
        server.leave_running()
    else:
        sandbox.close()


@pytest.fixture(scope=_scope)
def async_heliograph(heliograph: Sandbox) -> AsyncSandbox:
    """The fixture `heliograph` with coroutines, for asynchronous tests."""
    from heliograph.testing import AsyncSandbox

    return AsyncSandbox(heliograph)


def pytest_runtest_call(item: pytest.Item) -> None:
    """Leave out the events of earlier tests, if several tests share an app."""
    if (sandbox := _sandbox_of(item)) is not None and item.config.getini(_APP_SCOPE) != "function":
        sandbox.begin()


@pytest.hookimpl(hookwrapper=True)  # `wrapper` is unknown to the pluggy of older versions of pytest
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Add a section to the report of a failed test: what happened in its app."""
    report: pytest.TestReport = (yield).get_result()
    if report.failed and call.when == "call" and (sandbox := _sandbox_of(item)) is not None:
        text = sandbox.report()
        if item.config.getoption("--heliograph-keep"):
            item.funcargs["heliograph_servers"].kept.append(sandbox)  # type: ignore[attr-defined]
            text += "".join(f"\nexport {name}={value}" for name, value in sandbox.env.items())
        report.sections.append(("heliograph", text))


def _sandbox_of(item: pytest.Item) -> Sandbox | None:
    sandbox: Sandbox | None = getattr(item, "funcargs", {}).get("heliograph")
    return sandbox
