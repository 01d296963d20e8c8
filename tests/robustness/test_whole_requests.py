"""Requests run once they are complete, and only as their head declares: bodies, upgrades and trailers."""

from __future__ import annotations

import json
from itertools import product

import pytest

from tests.robustness.answers import Answer, Connection, exchange, request, sound
from tests.security.worlds import World, snapshot

pytestmark = pytest.mark.one_engine

CHUNKED = "Transfer-Encoding: chunked"
JSON = "Content-Type: application/json"
UPGRADES = [
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
    "Upgrade: websocket\r\nConnection: keep-alive, upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
    "upgrade: TLS/1.0, anything\r\nCONNECTION: UPGRADE",
]


def chunks(body: bytes, *trailers: bytes) -> bytes:
    """A body in chunks of seven bytes."""
    parts = [body[start : start + 7] for start in range(0, len(body), 7)]
    ends = b"".join(line + b"\r\n" for line in trailers)
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n" + ends + b"\r\n"


def creation(world: World, number: int, *lines: str, chunked: bool = False, trailers: tuple[bytes, ...] = ()) -> bytes:
    """A request that creates a user with this number as external id."""
    body = json.dumps({"externalId": f"user-{number}"}).encode()
    path = f"/v2/apps/{world.app_id}/users"
    if not chunked:
        return request("POST", path, world.api.auth, *lines, body=body)
    return request("POST", path, world.api.auth, *lines, JSON, CHUNKED) + chunks(body, *trailers)


def external_id(answer: Answer) -> str:
    """The external id of the created user."""
    assert sound(answer).status == 201
    made: str = json.loads(answer.body)["user"]["externalId"]
    return made


@pytest.mark.parametrize("upgrade", UPGRADES, ids=["h2c", "websocket", "other"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
@pytest.mark.parametrize("size", [1, 37, 10_000], ids=["bytes", "pieces", "whole"])
def test_an_upgrade_is_ignored(world: World, upgrade: str, chunked: bool, size: int) -> None:
    """Also if its body arrives in a later packet, and if other requests follow on the connection."""
    said = [
        creation(world, 1, upgrade, chunked=chunked),
        creation(world, 2, chunked=True),
        request("GET", f"/v2/apps/{world.app_id}", world.api.auth, upgrade),
        creation(world, 3, upgrade, chunked=not chunked),
        creation(world, 4),
    ]
    together = b"".join(said)
    with Connection(world.api.url) as connection:
        for start in range(0, len(together), size):
            connection.say(together[start : start + size])
        made = [external_id(connection.answer()) for _ in range(2)]
        assert sound(connection.answer()).status == 200
        made += [external_id(connection.answer()) for _ in range(2)]
    assert made == ["user-1", "user-2", "user-3", "user-4"]


def test_an_ignored_upgrade_keeps_the_other_headers(world: World) -> None:
    """`Connection: close`, `Expect`, and the checks of the framing and the length of the body still apply."""
    with Connection(world.api.url) as connection:
        connection.say(creation(world, 1, "Upgrade: h2c\r\nConnection: close, upgrade"))
        answer = connection.answer()
        assert (external_id(answer), answer.closes) == ("user-1", True)
        assert connection.ended()
    with Connection(world.api.url) as connection:
        head, _, body = creation(world, 2, UPGRADES[0], "Expect: 100-continue").partition(b"\r\n\r\n")
        connection.say(head + b"\r\n\r\n")
        assert connection.interim() == 100
        connection.say(body)
        assert external_id(connection.answer()) == "user-2"
    path, auth = f"/v2/apps/{world.app_id}/users", world.api.auth
    for broken, status in (
        (request("POST", path, auth, UPGRADES[0], JSON, CHUNKED) + b"zz\r\n", 400),
        (request("POST", path, auth, UPGRADES[0], JSON, CHUNKED, "Content-Length: 2") + b"{}", 400),
        (request("POST", path, auth, UPGRADES[0], JSON, "Content-Length: 200000") + b"{}", 413),
    ):
        assert sound(exchange(world.api.url, broken)).status == status


@pytest.mark.parametrize(
    "said",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\4\0\0\0\0\0",
        b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n",
        b"CONNECT /v2/apps HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["HTTP/2", "tunnel", "path"],
)
def test_other_protocols_are_refused(world: World, said: bytes) -> None:
    with Connection(world.api.url) as connection:
        connection.say(said)
        answer = sound(connection.answer())
        assert (answer.status, answer.closes) == (400, True)
        assert connection.ended()


def test_upgrades_are_not_logged(world: World, server_log: list[str]) -> None:
    """Clients without a credential cannot fill the log with warnings."""
    logged = len(server_log)
    for said in (
        request("GET", "/v2/apps", None, UPGRADES[0]),
        b"NONSENSE\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        assert exchange(world.api.url, said).status in (400, 401)
    assert world.api("GET", "").status_code == 200
    assert [line for line in server_log[logged:] if "warn" in line.lower()] == []


@pytest.mark.parametrize("apart", [False, True], ids=["one packet", "packets"])
def test_trailers_are_not_headers(world: World, apart: bool) -> None:
    """Trailers arrive after the head has been checked."""
    wrong = (b"authorization: Basic eDp5", b"content-type: text/plain", b"x-request-id: trailer")
    body = b'{"externalId":"trailing"}'
    path = f"/v2/apps/{world.app_id}/users"
    with Connection(world.api.url) as connection:
        for auth, trailer, status in ((world.api.auth, wrong, 201), (None, (), 401)):
            credential = request("GET", "/", world.api.auth).split(b"\r\n")[2]
            head = request("POST", path, auth, JSON, CHUNKED)
            rest = chunks(body, *(trailer or (credential,)))
            if apart:
                connection.say(head + rest[:20])
                assert not connection.is_readable(0.05) or status == 401
                connection.say(rest[20:])
            else:
                connection.say(head + rest)
            answer = sound(connection.answer())
            assert answer.status == status
            assert answer.headers["x-request-id"] != "trailer"
        assert external_id_after(connection, world) == "user-9"


def external_id_after(connection: Connection, world: World) -> str:
    """Create one more user on the same connection; returns the external id."""
    connection.say(creation(world, 9))
    return external_id(connection.answer())


def test_an_incomplete_request_has_no_effect(world: World) -> None:
    """Nor has a request that needs no body but has an incomplete one, nor a request that follows another."""
    before = snapshot(world)
    app = f"/v2/apps/{world.app_id}"
    calls = (("DELETE", f"{app}/users/{world.users['lone']}"), ("POST", f"{app}/users"), ("PATCH", app))
    framings = (("Content-Length: 20", b'{"displayName": "A"'), (CHUNKED, b'13\r\n{"displayName":"A"}\r\n'))
    for first, call, framing, end in product(("", "/v2/apps"), calls, framings, ("close", "reset", "half")):
        earlier = request("GET", first, None) if first else b""
        with Connection(world.api.url) as connection:
            connection.say(earlier + request(*call, world.api.auth, JSON, framing[0]) + framing[1])
            if end == "half":
                connection.close_sending()
                assert connection.is_readable(10)
            elif end == "reset":
                connection.reset()
    assert snapshot(world) == before


def test_an_unread_body_is_read_to_its_end(world: World) -> None:
    user = world.users["lone"]
    with Connection(world.api.url) as connection:
        said = request("DELETE", f"/v2/apps/{world.app_id}/users/{user}", world.api.auth, body=b'{"x":1}')
        connection.say(said[:-3])
        assert not connection.is_readable(0.1)
        connection.say(said[-3:] + request("GET", f"/v2/apps/{world.app_id}/users/{user}", world.api.auth))
        assert sound(connection.answer()).status == 200
        assert sound(connection.answer()).status == 404


def test_later_data_does_not_disturb_the_response_to_a_request(world: World) -> None:
    """An error response waits for the responses before it."""
    get = request("GET", f"/v2/apps/{world.app_id}", world.api.auth)
    post = request("POST", f"/v2/apps/{world.app_id}/users", world.api.auth, JSON, CHUNKED)
    for junk in (b"NONSENSE\r\n\r\n", post + b"zz\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        with Connection(world.api.url) as connection:
            connection.say(get + get + junk + get)
            assert [sound(connection.answer()).status for _ in range(3)] == [200, 200, 400]
            assert connection.ended()


def test_heads_are_limited_in_size_and_number(world: World) -> None:
    path, auth = f"/v2/apps/{world.app_id}", world.api.auth
    fits = request("GET", path, auth, "A: " + "x" * 60_000)
    many = request("GET", path, auth, *["A: b"] * 190)
    with Connection(world.api.url) as connection:
        connection.say((fits + many) * 5)  # a packet may hold more than a head may
        assert [sound(connection.answer()).status for _ in range(10)] == [200] * 10
    for large in (request("GET", path, auth, "A: " + "x" * 80_000), request("GET", path, auth, *["A: b"] * 201)):
        answer = sound(exchange(world.api.url, large))
        assert (answer.status, answer.errors) == (431, [("headers_too_large", "Request headers are too large")])


def test_credentials_are_limited_in_size(world: World) -> None:
    """Clients without a valid credential cannot make the server parse a long token."""
    for scheme in ("Basic", "Bearer"):
        answer = sound(
            exchange(world.api.url, request("GET", "/v2/apps", None, f"Authorization: {scheme} {'e' * 50_000}"))
        )
        assert answer.status == 401
