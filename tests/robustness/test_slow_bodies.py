"""Bodies that are endless, missing or incomplete: limited in size and time, and without effect."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from heliograph.server.http import bodies
from heliograph.wire.formats import Json
from heliograph.wire.table.v2.users import CREATE_USER
from tests.databases import url_of
from tests.robustness.answers import Answer, Connection, request, sound
from tests.robustness.inside import inside
from tests.security.calls import OFFERED, path_of
from tests.security.worlds import World, snapshot

pytestmark = pytest.mark.one_engine

CHUNK = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
CHUNKED = "Transfer-Encoding: chunked"
JSON = "Content-Type: application/json"
MOST = 64_000_000
"""A connection must accept fewer bytes than this, of which some are in the kernel's buffers."""


def pour(connection: Connection, limit: int) -> int:
    """Send chunks until the server disconnects or `limit` bytes are sent; returns the number of sent bytes."""
    sent = 0
    try:
        while sent < limit:
            connection.say(CHUNK)
            sent += len(CHUNK)
    except ConnectionError:
        pass
    return sent


def test_chunks_without_end(world: World) -> None:
    before = snapshot(world)
    for operation in (one for one in OFFERED if isinstance(one.body, Json)):
        with Connection(world.api.url) as connection:
            connection.say(
                request(operation.method, path_of(operation, **world.ids()), world.owner.auth, JSON, CHUNKED)
            )
            sent = pour(connection, MOST)
            answer = sound(connection.answer())
            assert (answer.status, answer.errors[0][0]) == (413, "payload_too_large")
            assert answer.closes
            assert connection.ended()
            assert sent < MOST
    assert snapshot(world) == before


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/v2/apps", 401), ("POST", "/nothing", 404), ("PUT", "/v2/apps", 405)]
)
def test_the_response_does_not_wait_for_an_unread_body(world: World, method: str, path: str, status: int) -> None:
    with Connection(world.api.url) as connection:
        connection.say(request(method, path, None, JSON, CHUNKED))
        assert sound(connection.answer()).status == status
        pour(connection, 1_000_000)


def test_a_declared_length_is_checked_immediately(world: World) -> None:
    for length in (bodies.BODY_LIMIT + 1, 10**9, 10**18):
        with Connection(world.api.url) as connection:
            target = f"/v2/apps/{world.app_id}/users"
            connection.say(request("POST", target, world.api.auth, JSON, f"Content-Length: {length}"))
            answer = sound(connection.answer())
            assert (answer.status, answer.closes) == (413, True)
            assert connection.ended()


@pytest.mark.parametrize("how", ["length", "chunks"])
@pytest.mark.parametrize("end", ["close", "reset"])
def test_incomplete_bodies_have_no_effect(world: World, how: str, end: str) -> None:
    body = b'{"displayName":"Broken off"}'
    said = f"Content-Length: {len(body)}" if how == "length" else CHUNKED
    before = snapshot(world)
    for size in range(len(body)):
        with Connection(world.api.url) as connection:
            part = body[:size] if how == "length" else b"%x\r\n%s\r\n" % (size, body[:size]) if size else b""
            connection.say(request("PATCH", f"/v2/apps/{world.app_id}", world.api.auth, JSON, said) + part)
            if end == "reset":
                connection.reset()
    assert snapshot(world) == before


def test_a_broken_chunk_is_refused(world: World) -> None:
    before = snapshot(world)
    for broken in (
        b"zz\r\n",
        b"-1\r\n",
        b"5\r\nabcdefgh\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\n",
        b"\0\r\n",
        b"5 5\r\n",
    ):
        with Connection(world.api.url) as connection:
            said = request("PATCH", f"/v2/apps/{world.app_id}", world.api.auth, JSON, CHUNKED)
            connection.say(said + b'2\r\n{"\r\n' + broken)
            answer = connection.answer()
            assert answer.status == 400
            sound(answer)
    assert snapshot(world) == before


def test_slow_bodies_are_accepted(world: World) -> None:
    body = json.dumps({"externalId": "slow", "metadata": {"text": "x" * 2000}}).encode()
    with Connection(world.api.url) as connection:
        said = request("POST", f"/v2/apps/{world.app_id}/users", world.api.auth, body=body)
        for start in range(0, len(said), 500):
            connection.say(said[start : start + 500])
            time.sleep(0.02)
        assert sound(connection.answer()).status == 201


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database URL of a server with short timeouts."""
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    return url_of(tmp_path / "heliograph.db")


@pytest.mark.parametrize("begun", [b"", b'{"externalId":"late'], ids=["no body", "half a body"])
def test_a_missing_body_times_out(impatient: str, begun: bytes) -> None:
    async def run() -> Answer:
        async with inside(impatient) as server:
            return await asyncio.wait_for(server.send("POST", "/users", _then_nothing(begun)), 30)

    answer = sound(asyncio.run(run()))
    assert (answer.status, answer.errors[0][0]) == (408, "request_timeout")
    assert answer.closes


def test_a_body_that_is_too_slow_times_out(impatient: str) -> None:
    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def run() -> Answer:
        async with inside(impatient) as server:
            return await asyncio.wait_for(server.send("POST", "/users", drip), 30)

    answer = sound(asyncio.run(run()))
    assert answer.status == 408


def _then_nothing(begun: bytes) -> Any:
    parts = [begun] if begun else []

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def test_a_client_that_still_sends_gets_the_refusal(world: World) -> None:
    """Closing at once would reset the connection, and a proxy would respond with 502 instead."""
    rest = b" " * 200_000
    head = request(
        "POST", path_of(CREATE_USER, **world.ids()), world.owner.auth, JSON, f"Content-Length: {len(rest) + 1}"
    )
    following = (
        request("POST", path_of(CREATE_USER, **world.ids()), world.owner.auth, JSON, "Content-Length: 2") + b"{}"
    )
    before = snapshot(world)
    with Connection(world.api.url) as connection:
        connection.say(head + b"{")
        answer = sound(connection.answer())
        assert (answer.status, answer.closes) == (413, True)
        # A proxy notices that the connection is reset when it sends for the second time.
        for part in (rest[:100_000], rest[100_000:] + following):
            assert not connection.is_readable(0.1)
            connection.say(part)
        assert connection.ended()
    assert snapshot(world) == before


def test_a_client_that_never_finishes_is_disconnected(world: World) -> None:
    head = request("POST", path_of(CREATE_USER, **world.ids()), world.owner.auth, JSON, f"Content-Length: {10**9}")
    with Connection(world.api.url) as connection:
        connection.say(head + b"{")
        assert sound(connection.answer()).status == 413
        assert connection.ended()
