"""Limits of the memory and descriptors that clients may use, with and without credentials."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heliograph.server.http import connections, sockets
from heliograph.server.http.connections import ServerConnections
from tests.databases import url_of
from tests.harness import Auth, Caller, serving
from tests.robustness.answers import Connection, exchange, request, sound
from tests.robustness.listening import talk
from tests.waiting import until

pytestmark = pytest.mark.one_engine

REQUESTS = 30
DOCUMENT = request("GET", "/openapi.json", None)


def read_on(connection: Connection, read: Callable[[], None] = lambda: None) -> int:
    """Read until the connection is closed or all responses have arrived; returns their number.

    Calls `read` after each response.
    """
    count = 0
    with contextlib.suppress(AssertionError, ConnectionError, TimeoutError):
        while count < REQUESTS:
            assert connection.answer().status == 200
            read()
            count += 1
    return count


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a server that gives slow readers little time."""
    monkeypatch.setattr(connections, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(connections, "CHECK_SECONDS", 0.05)
    return tmp_path


def until_dropped(caplog: pytest.LogCaptureFixture) -> None:
    """Wait until the log reports a closed connection."""
    until(lambda: any("did not read its response" in record.getMessage() for record in caplog.records))


def test_a_client_that_reads_nothing_is_disconnected(
    impatient: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock advances with each response that the slow client reads, so a pause of the machine does not count."""
    passed = 0.0
    monkeypatch.setattr(connections, "monotonic", lambda: passed)

    def let_time_pass() -> None:
        nonlocal passed
        passed += 0.05

    def converse(url: str, app: str, auth: Auth) -> tuple[int, int]:
        with Connection(url) as still, Connection(url) as slow:
            still.say(DOCUMENT * REQUESTS)
            slow.say(DOCUMENT * REQUESTS)
            read_slowly = read_on(slow, let_time_pass)
            until_dropped(caplog)
            return read_on(still), read_slowly

    taken, slowly = talk(impatient, converse)
    assert taken < REQUESTS
    assert slowly == REQUESTS


def test_a_stream_that_is_not_read_is_closed(
    impatient: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "SEND_BUFFER", 8192)

    def converse(url: str, app: str, auth: Auth) -> tuple[int, int]:
        api = Caller(url, auth, app.rpartition("/")[2])
        events = f"/heliograph/v1/apps/{api.app_id}/events"
        with contextlib.closing(api.http), Connection(url) as still:
            still.say(request("GET", events, auth))
            still.until(b"id: ")
            conversation = api.new_group()
            texts = ["x" * 4000] * 150
            for text in texts:
                api.say(conversation, text)
            until_dropped(caplog)
            return len(still.rest()), sum(map(len, texts))

    taken, sent = talk(impatient, converse)
    assert taken < sent


def test_unsent_bytes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit, the slowest clients are disconnected, and clients that read are not."""
    monkeypatch.setattr(connections, "UNSENT_LIMIT", 1_000_000)

    def converse(url: str, app: str, auth: Auth) -> tuple[int, list[int]]:
        with contextlib.ExitStack() as stack:
            # Depending on the size of a response, the kernel may accept all but a small part of it.
            still = [stack.enter_context(Connection(url)) for _ in range(16)]
            for connection in still:
                connection.say(DOCUMENT * REQUESTS)
            time.sleep(1.1)
            reading = stack.enter_context(Connection(url))
            reading.say(DOCUMENT * REQUESTS)
            return read_on(reading), [read_on(connection) for connection in still]

    reading, still = talk(tmp_path, converse)
    assert reading == REQUESTS
    assert sum(one < REQUESTS for one in still) >= 6


def test_the_longest_idle_connections_are_closed_at_the_limit(tmp_path: Path) -> None:
    """Connections without an authenticated request are closed first; a new client is always served."""

    def converse(url: str, app: str, auth: Auth) -> None:
        with contextlib.ExitStack() as stack:
            known = stack.enter_context(Connection(url))
            known.say(request("GET", app, auth))
            assert sound(known.answer()).status == 200
            silent = [stack.enter_context(Connection(url)) for _ in range(7)]
            for _ in range(20):
                assert exchange(url, request("GET", "/health/live", None, "Connection: close")).status == 200
                time.sleep(0.01)
            more = [stack.enter_context(Connection(url)) for _ in range(20)]
            assert silent[0].ended()
            more[-1].say(request("GET", app, auth))
            assert sound(more[-1].answer()).status == 200
            known.say(request("GET", app, auth))
            assert sound(known.answer()).status == 200

    talk(tmp_path, converse, ServerConnections(limit=8))


def descriptors(pid: int) -> int:
    """The number of open descriptors."""
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_running_out_of_descriptors_is_logged_and_passes(tmp_path: Path) -> None:
    """The soft limit is raised to the hard limit; when that is reached, idle connections are closed for new ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    try:
        server_context = serving(url_of(tmp_path / "heliograph.db"), forked=False)
        server = server_context.__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with contextlib.ExitStack() as stack:
        stack.push(server_context)
        pid = server.process.pid
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE) == (hard, hard)
        exchange(server.url, request("GET", "/health/ready", None))
        limit = descriptors(pid) + 10
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, hard))
        silent = [stack.enter_context(Connection(server.url)) for _ in range(60)]
        for _ in range(5):
            assert exchange(server.url, request("GET", "/health/live", None)).status == 200
        for connection in silent:
            connection.close()
        assert exchange(server.url, request("GET", "/health/ready", None)).status == 200

        def reports() -> list[str]:
            return [line for line in server.log if "cannot accept connections: Too many open files" in line]

        until(reports)
        assert len(reports()) == 1


def test_the_cost_of_metrics_is_limited(tmp_path: Path) -> None:
    """Concurrent requests share a rendering, and later requests get a new one."""

    def converse(url: str, app: str, auth: Auth) -> list[str]:
        with contextlib.ExitStack() as stack:
            asking = [stack.enter_context(Connection(url)) for _ in range(20)]
            for connection in asking:
                connection.say(request("GET", "/metrics", None))
            return [connection.answer().body.decode() for connection in asking]

    bodies = talk(tmp_path, converse)
    assert len(set(bodies)) <= 3
