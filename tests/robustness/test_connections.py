"""Limits of a connection: the time until a request is complete, and the memory for it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest

from heliograph.server.http import protocol
from heliograph.server.http.request import Request
from heliograph.server.routes import ROUTES
from heliograph.wire.apps import Empty
from tests.harness import Auth
from tests.robustness.answers import Answer, Connection, request, sound
from tests.robustness.listening import talk
from tests.security.worlds import World

pytestmark = pytest.mark.one_engine

SECONDS = 0.3
MOST = 16_000_000
"""The server must accept fewer bytes than this, of which some are in the kernel's buffers."""
CHUNKED = b"POST /v2/apps HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a server with short timeouts."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SECONDS)
    return tmp_path


@pytest.mark.parametrize(
    "said", [b"", b"GET", b"GET /v2/apps HTTP/1.1\r\nHost: x\r\nX-Half: "], ids=["none", "word", "half"]
)
def test_a_missing_request_times_out(impatient: Path, said: bytes) -> None:
    def wait(url: str, app: str, auth: Auth) -> Answer:
        with Connection(url) as connection:
            connection.say(said)
            answer = connection.answer()
            assert connection.ended()
        return answer

    answer = sound(talk(impatient, wait))
    assert (answer.status, answer.errors[0][0], answer.closes) == (408, "request_timeout", True)


def test_a_slow_request_times_out(impatient: Path) -> None:
    def drip(url: str, app: str, auth: Auth) -> Answer:
        with Connection(url) as connection:
            connection.say(b"GET /v2/apps HTTP/1.1\r\n")
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    connection.say(b"A: b\r\n")
                    if connection.is_readable(SECONDS / 10):
                        break
            return connection.answer()

    assert sound(talk(impatient, drip)).status == 408


@pytest.mark.parametrize("requests", [1, 3])
def test_a_slow_response_is_not_interrupted(impatient: Path, monkeypatch: pytest.MonkeyPatch, requests: int) -> None:
    async def slow(request: Request[Any, Any]) -> Any:
        await asyncio.sleep(SECONDS * 2)
        return Empty()

    monkeypatch.setattr(ROUTES["GetApp"], "handle", slow)

    def wait(url: str, app: str, auth: Auth) -> Answer:
        with Connection(url) as connection:
            for _ in range(requests):
                connection.say(request("GET", app, auth))
                answer = connection.answer()
        return answer

    answer = talk(impatient, wait)
    assert (answer.status, answer.body) == (200, b"{}")


def test_a_connection_without_credentials_is_not_kept_for_long(impatient: Path) -> None:
    """Empty lines and the rest of a body do not extend the time; an authenticated request does."""

    def wait(url: str, app: str, auth: Auth) -> Answer:
        refused = request("PATCH", app, None, "Content-Length: 100")
        for said, more in ((request("GET", app, None), b"\r\n"), (refused, b"x")):
            with Connection(url) as connection:
                connection.say(request("GET", "/health/live", None) + said)
                assert [connection.answer().status for _ in range(2)] == [200, 401]
                with contextlib.suppress(ConnectionError):
                    for _ in range(100):
                        connection.say(more)
                        if connection.is_readable(SECONDS / 10):
                            break
                assert connection.ended()
        with Connection(url) as connection:
            connection.say(request("GET", app, auth) + request("GET", app, None))
            assert [connection.answer().status for _ in range(2)] == [200, 401]
            assert not connection.is_readable(SECONDS * 2)
            connection.say(request("GET", app, auth))
            return connection.answer()

    assert sound(talk(impatient, wait)).status == 200


def test_a_slow_body_is_not_interrupted(impatient: Path) -> None:
    def wait(url: str, app: str, auth: Auth) -> Answer:
        body = b'{"externalId":"slow"}'
        with Connection(url) as connection:
            said = request("POST", f"{app}/users", auth, body=body)
            connection.say(said[:-10])
            assert not connection.is_readable(SECONDS * 2)
            connection.say(said[-10:])
            return connection.answer()

    assert sound(talk(impatient, wait)).status == 201


def pour(connection: Connection, unit: bytes) -> int:
    """Send a unit repeatedly until the server accepts no more; returns the number of accepted bytes."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < MOST:
            connection.say(unit)
            sent += len(unit)
    return sent


@pytest.mark.parametrize(
    ("begin", "unit"),
    [
        (b"GET /v2/apps HTTP/1.1\r\nA: ", b"x" * 65_536),
        (b"GET /v2/apps HTTP/1.1\r\n", b"Name: value\r\n" * 5_000),
        (b"GET /", b"x" * 65_536),
        (CHUNKED + b"0\r\nA: ", b"x" * 65_536),
        (CHUNKED + b"0\r\n", b"Name: value\r\n" * 5_000),
    ],
    ids=["header", "headers", "path", "trailer", "trailers"],
)
def test_heads_and_trailers_are_limited(world: World, begin: bytes, unit: bytes) -> None:
    with Connection(world.api.url) as connection:
        connection.say(begin)
        assert pour(connection, unit) < MOST


def test_pipelined_requests_with_unread_responses_are_not_buffered(world: World) -> None:
    unit = request("GET", "/v2/apps", None, "X-Filling: " + "x" * 200) * 200
    with Connection(world.api.url, seconds=1.0) as connection:
        assert pour(connection, unit) < MOST


def test_silent_connections_do_not_block_others(world: World) -> None:
    silent = [Connection(world.api.url) for _ in range(200)]
    try:
        assert world.api("GET", "").status_code == 200
        with socket.create_connection(("127.0.0.1", int(world.api.url.rpartition(":")[2])), timeout=5) as another:
            another.sendall(request("GET", "/health/ready", None))
            assert another.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        for connection in silent:
            connection.close()
