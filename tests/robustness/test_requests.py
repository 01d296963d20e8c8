"""Paths, headers and raw requests: every response has the documented form."""

from __future__ import annotations

import json
import time
from itertools import product
from typing import Any

import pytest

from heliograph.wire.formats import Json
from heliograph.wire.operations import AnyOperation
from tests.harness import Caller
from tests.robustness.answers import Connection, ask, exchange, request, sound
from tests.robustness.bases import base_of
from tests.security.calls import MISSING, OFFERED, parameters_of
from tests.security.worlds import World, new_world, snapshot

CODES = {
    "conversationId": "conversation_not_found",
    "switchboardId": "switchboard_not_found",
    "switchboardIntegrationId": "switchboard_integration_not_found",
    "userIdOrExternalId": "user_not_found",
    "clientId": "client_not_found",
    "keyId": "not_found",
    "appId": "app_not_found",
    "messageId": "not_found",
    "integrationId": "integration_not_found",
    "webhookId": "not_found",
    "deviceId": "device_not_found",
    "zendeskId": "user_not_found",
}
OTHER_CODES = {
    # For the messages of an unknown conversation, the API document has the general 404.
    ("ListMessages", "conversationId"): "not_found",
    ("GetSupportUser", "zendeskId"): "not_found",
    ("DeleteSupportUser", "zendeskId"): "not_found",
}
# An existing id replaces <id>.
SEGMENTS = [
    "%2F", "..%2F..", "<id>%2F", "%2F<id>", "%2e%2e", "%2E", "..", ".", "...", "%00", "%00%00", "<id>%00", "%00<id>",
    "%FF", "%C3%28", "%ED%A0%80", "%F0%9F%98%80", "%", "%G1", "%1", "%25", "%2500", "%5C", "a%20b", "a+b", "<id>%20",
    "%20<id>", "<id>%0A", "%0D%0A", "<id>.json", "<id>;a=b", "<id>,<id>", "'", '"', "'%20OR%201=1--", "{}", "{userId}",
    "[]", "|", "\\", "^", "`", "~", "*", "@", "a:b", "a@b:80", "$", "!", "(", "null", "undefined", "true", "-1", "0",
    "1e400", "%D9%A3" * 24, "x" * 10_000, "%41" * 10_000, "0" * 23, "0" * 25, "g" * 24, "A" * 24, MISSING,
]  # fmt: skip
# These parameters accept any id, and create a device or a Support user with it.
CREATED = {("RegisterDevice", "guid"), ("PutSupportUser", "zendeskId")}
PLACES = {
    operation: [name for name in parameters_of(operation) if (operation.name, name) not in CREATED]
    for operation in OFFERED
    if "{" in operation.path
}


pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def kept(account: Caller) -> World:
    """An app that must not change."""
    return new_world(account, "Kept")


@pytest.fixture(scope="module")
def unchanged(kept: World) -> dict[str, Any]:
    """Everything that can be read of that app before the first test."""
    return snapshot(kept)


@pytest.mark.parametrize("operation", PLACES, ids=lambda one: one.name)
def test_odd_ids_in_paths(kept: World, unchanged: dict[str, Any], operation: AnyOperation) -> None:
    ids = kept.ids_for(operation)
    body = json.dumps(base_of(operation, kept)).encode() if isinstance(operation.body, Json) else b""
    with Connection(kept.owner.url) as connection:
        for name, segment in product(PLACES[operation], SEGMENTS):
            odd = segment.replace("<id>", ids[name])
            path = operation.path.format(**{**ids, name: odd})
            connection.say(request(operation.method, path, kept.owner.auth, body=body))
            answer = sound(connection.answer())
            code = OTHER_CODES.get((operation.name, name), CODES[name])
            assert (answer.status, answer.errors[0][0]) == (404, code), path
    assert snapshot(kept) == unchanged


@pytest.mark.parametrize("operation", OFFERED, ids=lambda one: one.name)
def test_empty_segments_and_dots_between(kept: World, unchanged: dict[str, Any], operation: AnyOperation) -> None:
    path = operation.path.format(**kept.ids(conversationId=MISSING, userIdOrExternalId=MISSING, keyId=MISSING))
    parts = path.strip("/").split("/")
    with Connection(kept.owner.url) as connection:
        for place, between in product(range(1, len(parts)), ("", ".", "..", "%2e", "%00")):
            odd = "/" + "/".join([*parts[:place], between, *parts[place:]])
            connection.say(request("GET", odd, kept.owner.auth))
            assert sound(connection.answer()).status in (200, 404, 405), odd
    assert snapshot(kept) == unchanged


def test_slashes_around_a_path_are_ignored(kept: World) -> None:
    for path in ("//v2/apps/{app}", "///v2/apps/{app}", "/v2/apps/{app}/", "/v2/apps/{app}//"):
        answer = sound(ask(kept.api, "GET", path.format(app=kept.app_id)))
        assert json.loads(answer.body)["app"]["id"] == kept.app_id


def test_very_long_paths_and_queries(kept: World) -> None:
    for size in (8_000, 60_000, 200_000):
        targets = (f"/users/{'x' * size}", f"/users/{MISSING}?x={'x' * size}", f"/users/{MISSING}?{'x&' * (size // 2)}")
        for target in (*targets, "/x" * (size // 2)):
            status = sound(ask(kept.api, "GET", target)).status
            assert status == 404 or (size > 8_000 and status in (400, 414, 431)), (size, status)


def test_only_the_assets_are_served_as_files(kept: World) -> None:
    for way in (
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "%2e%2e%2fapp.py",
        "....//app.py",
        "..\\app.py",
        "%5c..%5capp.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "%2e%2e/" * 12 + "etc/passwd",
        "%00",
        "swagger-ui.css%00",
        "",
    ):
        said = request("GET", f"/docs/assets/{way}", None)
        assert sound(exchange(kept.api.url, said)).status == 404, way
    said = request("GET", "/docs/assets/swagger-ui.css", None)
    assert sound(exchange(kept.api.url, said)).headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "host",
    [
        "Host:", "Host: a b", "Host: [::1]:99999", b"Host: \xff\xfe", "Host: " + "x" * 5000, 'Host: "><script>',
        "Host: ../..", "Host: a,b", "Host: user:pw@host", "Host: localhost\r\nHost: other", "X-Nothing: host:",
    ],
    ids=lambda one: repr(one)[:24],
)  # fmt: skip
def test_odd_hosts(kept: World, host: str | bytes) -> None:
    answer = sound(ask(kept.api, "GET", f"/conversations/{kept.group}/participants?page[size]=1", host))
    found = json.loads(answer.body)
    assert len(found["participants"]) == 1
    assert found["links"]["next"].startswith("http://")


@pytest.mark.parametrize(
    ("given", "echoed"),
    [
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", True),
        ("abc", True),
        ("", False),
        ("a b", False),
        ("x" * 5000, False),
        ("a\tb", False),
        ("<script>", False),
        ("é", False),
        ("{{7*7}}", False),
        ("a\\nb", False),
    ],
)
def test_odd_request_ids(kept: World, given: str, echoed: bool) -> None:
    for path in (f"/v2/apps/{kept.app_id}", "//nothing"):
        answer = sound(ask(kept.api, "GET", path, f"X-Request-Id: {given}"))
        returned = answer.headers["x-request-id"]
        assert (returned == given) == echoed
        assert returned.isascii()
        assert returned.isprintable()
        assert len(returned) <= 128


@pytest.mark.parametrize(
    "line",
    [
        "Accept: text/html", "Accept-Encoding: gzip, br", "Range: bytes=0-1", "If-None-Match: *", "TE: trailers",
        "Expect: 100-continue", "Upgrade: websocket\r\nConnection: upgrade", "Upgrade: h2c\r\nConnection: Upgrade",
        "Content-Type: application/json", "Content-Encoding: gzip", "Content-Length: 0", "Via: 1.1 x",
        "X-Forwarded-Host: evil", "X-Forwarded-Prefix: /x", "X-HTTP-Method-Override: DELETE", "Cookie: a=b",
        "A: " + "x" * 16_000, "A: b\r\n" * 100 + "A: b", b"X-Odd: \xff\xfe\x80", "Date: now", "Origin: https://example.invalid",
    ],
    ids=lambda one: repr(one)[:24],
)  # fmt: skip
def test_headers_that_change_nothing(kept: World, line: str | bytes) -> None:
    answer = sound(ask(kept.api, "GET", "", line))
    assert answer.status == 200
    assert json.loads(answer.body)["app"]["id"] == kept.app_id
    assert "content-encoding" not in answer.headers


def test_a_head_has_no_body(kept: World) -> None:
    for target, status in (("", 200), (f"/users/{MISSING}", 404), ("/nothing", 404), ("/keys", 403)):
        auth = kept.api.auth
        with Connection(kept.api.url) as connection:
            connection.say(request("HEAD", f"/v2/apps/{kept.app_id}{target}", auth, "Connection: close"))
            answer = connection.answer(to_head=True)
            assert (answer.status, answer.body) == (status, b"")
            assert answer.headers["x-request-id"]
            assert connection.ended()


def test_responses_are_in_the_order_of_requests(kept: World) -> None:
    auth, where = kept.api.auth, f"/v2/apps/{kept.app_id}"
    targets = [(where, 200), (f"{where}/users/{MISSING}", 404), ("/v2/apps", 403), ("/nothing", 404), (where, 200)] * 4
    with Connection(kept.api.url) as connection:
        connection.say(b"".join(request("GET", target, auth) for target, _ in targets))
        assert [sound(connection.answer()).status for _ in targets] == [status for _, status in targets]


NOT_HTTP: dict[str, bytes] = {
    "no method": b" / HTTP/1.1\r\n\r\n",
    "unknown method": b"BREW /v2/apps HTTP/1.1\r\nHost: x\r\n\r\n",
    "small letters": b"get /v2/apps HTTP/1.1\r\nHost: x\r\n\r\n",
    "no path": b"GET http://localhost HTTP/1.1\r\nHost: x\r\n\r\n",
    "no slash": b"GET v2/apps HTTP/1.1\r\nHost: x\r\n\r\n",
    "not ASCII path": "GET /v2/apps/é HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "not ASCII query": "GET /v2/apps?a=é HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "not UTF-8 path": b"GET /v2/apps/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in path": b"GET /v2/apps/\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "space in path": b"GET /v2/apps/a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in header": b"GET /v2/apps HTTP/1.1\r\nA: \0\r\n\r\n",
    "DEL in header": b"GET /v2/apps HTTP/1.1\r\nA: \x7f\r\n\r\n",
    "header without colon": b"GET /v2/apps HTTP/1.1\r\nnonsense\r\n\r\n",
    "space before colon": b"GET /v2/apps HTTP/1.1\r\nA : b\r\n\r\n",
    "length not a number": b"POST /v2/apps HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
    "negative length": b"POST /v2/apps HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "huge length": b"POST /v2/apps HTTP/1.1\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    "two lengths": b"POST /v2/apps HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "length and chunks": b"POST /v2/apps HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "unknown coding": b"POST /v2/apps HTTP/1.1\r\nTransfer-Encoding: zip\r\n\r\n",
    "HTTP/9.9": b"GET /v2/apps HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    "CONNECT": b"CONNECT example.invalid:443 HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("said", NOT_HTTP.values(), ids=NOT_HTTP)
def test_invalid_http_gets_an_error_of_the_api(kept: World, said: bytes) -> None:
    with Connection(kept.api.url) as connection:
        connection.say(said)
        answer = connection.answer()
        assert answer.status in (400, 401, 404, 405)
        if answer.status == 400:
            assert answer.closes
            assert connection.ended()
    sound(answer)


def test_endless_headers_are_cut_off(kept: World) -> None:
    """Headers arrive before authentication, so their size is limited."""
    sent = 0
    with Connection(kept.api.url) as connection:
        connection.say(b"GET /v2/apps HTTP/1.1\r\nHost: x\r\nX-Endless: ")
        try:
            while sent < 8_000_000:
                connection.say(b"x" * 65_536)
                sent += 65_536
        except (ConnectionError, TimeoutError):
            pass
    assert sent < 8_000_000


def test_an_idle_connection_is_kept(kept: World) -> None:
    """Clients keep connections longer than the 5 seconds that are the default of many servers."""
    with Connection(kept.api.url) as connection:
        for pause in (5.5, 0.0):
            connection.say(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.answer().status == 200
            assert not connection.is_readable(pause)


def test_expect_100_continue(kept: World) -> None:
    auth, body = kept.api.auth, b'{"profile":{}}'
    head = request("POST", f"/v2/apps/{kept.app_id}/users", auth, "Expect: 100-continue", body=body)
    with Connection(kept.api.url) as connection:
        connection.say(head.removesuffix(body))
        time.sleep(0.05)
        connection.say(body)
        assert connection.interim() == 100
        assert sound(connection.answer()).status == 201


def test_odd_credentials_are_refused(kept: World) -> None:
    for value in (
        b"Basic " + b"A" * 16_000,
        b"Bearer " + b"a." * 8_000,
        b"\xff" * 100,
        b"Basic\tAAAA",
        b"Basic  Og==",
    ):
        said = request("GET", f"/v2/apps/{kept.app_id}", None, b"Authorization: " + value)
        assert sound(exchange(kept.api.url, said)).status == 401
