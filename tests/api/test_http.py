"""HTTP edge cases (requests and responses in docs/behaviour.md), and what the official clients need."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.harness import Caller, Server, error_of, titles_of

UNKNOWN = "0123456789abcdef01234567"
LIMIT = 102_400
NOT_FOUND = (404, "not_found", "Resource not found")
NO_METHOD = (405, "method_not_allowed", "Method not allowed")
TOO_LARGE = (413, "payload_too_large", "Request body is limited to 100kb in size")
NOT_JSON = (415, "unsupported_media_type", "Content-Type must be application/json")
MALFORMED = (400, "bad_request", "Request body is not valid JSON")
UNAUTHORIZED = (401, "unauthorized", "Authorization is required")
ID = re.compile(r"[0-9a-f]{24}")


def post(caller: Caller, content: Any, content_type: str | None = "application/json") -> httpx.Response:
    """Create a user with a raw body."""
    headers = {"content-type": content_type} if content_type is not None else {}
    return caller("POST", "/users", content=content, headers=headers)


def user_body(size: int) -> bytes:
    """A valid body of this size."""
    return b'{"unknown":"' + b"x" * (size - 14) + b'"}'


def in_chunks(body: bytes) -> Iterator[bytes]:
    """A body without Content-Length."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/v2/apps", f"/v2/apps/{UNKNOWN}/users/ada"])
def test_no_credentials(api: Caller, path: str) -> None:
    """credentials.1: the challenge names both schemes."""
    answer = api("GET", path, auth=None)
    assert error_of(answer) == UNAUTHORIZED
    assert answer.headers["www-authenticate"] == "Basic, Bearer"


@pytest.mark.one_engine
def test_empty_credentials(api: Caller) -> None:
    """Sent by a client without a user name and password."""
    answer = api("GET", f"/v2/apps/{api.app_id}", auth=None, headers={"authorization": "Basic Og=="})
    assert error_of(answer) == UNAUTHORIZED


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "path",
    ["/v2", "/v2/", "/v2/nothing", "/v2/apps/{app}/nothing", "/v2/apps/{app}/users/ada/nothing/more", "/v3/apps"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_path(api: Caller, method: str, path: str) -> None:
    """404, whatever the method."""
    answer = api.http.request(method, api.url + path.format(app=api.app_id), auth=api.auth)
    assert error_of(answer) == NOT_FOUND


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "", {"GET", "PATCH", "DELETE"}),
        ("POST", "/users/ada", {"GET", "PATCH", "DELETE"}),
        ("GET", "/conversations/x/join", {"POST"}),
        ("PUT", "/conversations", {"GET", "POST"}),
        ("OPTIONS", "/conversations/x/participants", {"GET"}),
        ("GET", "/users/ada/personalinformation", {"DELETE"}),
    ],
)
def test_wrong_method(api: Caller, method: str, path: str, allowed: set[str]) -> None:
    """405, and Allow lists the supported methods."""
    answer = api(method, f"/v2/apps/{api.app_id}{path}")
    assert error_of(answer) == NO_METHOD
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("chunked", [False, True])
def test_largest_body(api: Caller, chunked: bool) -> None:
    """Up to 100 kB, with and without Content-Length."""
    fits, large = user_body(LIMIT), user_body(LIMIT + 1)
    assert post(api, in_chunks(fits) if chunked else fits).status_code == 201
    answer = post(api, in_chunks(large) if chunked else large)
    assert error_of(answer) == TOO_LARGE
    assert ID.fullmatch(answer.headers["x-request-id"])
    assert api("GET", f"/v2/apps/{api.app_id}").status_code == 200


@pytest.mark.one_engine
def test_huge_body(api: Caller) -> None:
    """Refused without being read, even if it is not JSON."""
    assert error_of(post(api, b"x" * 5_000_000)) == TOO_LARGE


@pytest.mark.one_engine
@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_wrong_content_type(api: Caller, content_type: str | None) -> None:
    """415 for a body whose Content-Type is missing or not JSON."""
    assert error_of(post(api, b"{}", content_type)) == NOT_JSON


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8", "application/x+json"],
)
def test_json_content_types(api: Caller, content_type: str) -> None:
    """All media types of JSON are accepted."""
    assert post(api, b"{}", content_type).status_code == 201


@pytest.mark.one_engine
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json"])
def test_no_body(api: Caller, content_type: str | None) -> None:
    """400 if a required body is missing, whatever its type."""
    assert error_of(post(api, b"", content_type)) == (400, "bad_request", "Request body is required")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        ("application/json; charset=iso-8859-1", " iso-8859-1"),
        ('application/json; charset="UTF-16"', " UTF-16"),
        ("application/json;x=y;Charset=utf-32le", " utf-32le"),
        ("application/json; charset=utf-8.", " utf-8."),
        ("application/json; charset=<b>", ""),
    ],
)
def test_other_charsets_are_refused_by_name(api: Caller, content_type: str, named: str) -> None:
    title = f"Charset{named} is not supported: JSON must be encoded as UTF-8"
    assert error_of(post(api, b"{}", content_type)) == (415, "unsupported_media_type", title)


@pytest.mark.one_engine
@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", ""])
def test_utf_8_in_any_spelling(api: Caller, charset: str) -> None:
    assert post(api, b"{}", f"application/json; charset={charset}").status_code == 201


@pytest.mark.one_engine
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity"])
def test_compressed_bodies_are_refused_by_name(api: Caller, coding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}
    answer = api("POST", "/users", content=gzip.compress(b"{}", mtime=0), headers=headers)
    named = f" {coding}" if "," not in coding else ""
    title = f"Content-Encoding{named} is not supported: send the body uncompressed"
    assert error_of(answer) == (415, "unsupported_media_type", title)
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.one_engine
@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_content_encoding_identity_is_accepted(api: Caller, coding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}
    assert api("POST", "/users", content=b"{}", headers=headers).status_code == 201


def test_a_byte_order_mark_is_accepted(api: Caller) -> None:
    assert post(api, b'\xef\xbb\xbf{"externalId":"marked"}').json()["user"]["externalId"] == "marked"
    assert error_of(post(api, b"\xef\xbb\xbf")) == MALFORMED


def test_lone_surrogates_become_replacement_characters(api: Caller) -> None:
    """JavaScript sends them for text that was cut in the middle of an emoji. They may be in keys, values and ids."""
    content = (
        rb'{"externalId":"ab\ud83d","profile":{"givenName":"\uDE00\ud83d\ude00\ud83d\ud83d\ude00","surname":"\\ud83d"},'
        rb'"metadata":{"\uDBFFkey":"\udc00\udbff","plain":"\u00e9"}}'
    )
    user = post(api, content).json()["user"]
    assert user["externalId"] == "ab\ufffd"
    assert user["profile"] == {"givenName": "\ufffd\U0001f600\ufffd\U0001f600", "surname": "\\ud83d"}
    assert user["metadata"] == {"\ufffdkey": "\ufffd\ufffd", "plain": "\u00e9"}
    assert api.ok("GET", "/users/ab%EF%BF%BD")["user"]["id"] == user["id"]
    titles = titles_of(post(api, rb'{"externalId":5,"profile":{"givenName":6,"surname":"\ud83d"}}'))
    assert titles == ["externalId should be string", "profile.givenName should be string"]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"}",
        b" ",
        b"{'externalId': 'ada'}",
        b'{"externalId":"ada",}',
        b'{"externalId":"ada"} more',
        b'{"externalId":"\xff"}',
        b'{"externalId":"\\ud80"}',
        b'{"externalId":"\\ud800\0"}',
        b'{"externalId":"\xed\xa0\x80"}',
        b'{"metadata":{"a":NaN}}',
        b"[" * 50_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        gzip.compress(b"{}", mtime=0),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_malformed_json(api: Caller, content: bytes) -> None:
    """Not JSON, not UTF-8, or nested too deeply."""
    assert error_of(post(api, content)) == MALFORMED


@pytest.mark.one_engine
@pytest.mark.parametrize("content", [b"null", b"[]", b'"ada"', b"5", b"true", b'[{"externalId":"ada"}]'])
def test_body_is_not_an_object(api: Caller, content: bytes) -> None:
    """JSON, but not an object."""
    assert error_of(post(api, content))[:2] == (400, "bad_request")


@pytest.mark.parametrize("content", [b'{"externalId":"a\\u0000"}', b'{"metadata":{"a\\u0000":1}}'])
def test_nul(api: Caller, content: bytes) -> None:
    """NUL is refused everywhere, because PostgreSQL cannot store it; the literal text "\\u0000" is accepted."""
    assert error_of(post(api, content))[:2] == (400, "bad_request")
    assert post(api, rb'{"externalId":"a\\u0000"}').status_code == 201


@pytest.mark.one_engine
def test_json_content_type_without_a_body(api: Caller) -> None:
    """Accepted on a GET, and on a DELETE without a body."""
    ada = api.new_user()
    headers = {"content-type": "application/json"}
    assert api("GET", f"/users/{ada}", headers=headers).status_code == 200
    assert api("DELETE", f"/users/{ada}", headers=headers).status_code == 200


def test_bodies_that_are_ignored(api: Caller) -> None:
    """The body of a GET or a DELETE is ignored."""
    ada = api.new_user()
    for method in ("GET", "DELETE"):
        answer = api(method, f"/users/{ada}", content=b"{nonsense", headers={"content-type": "text/plain"})
        assert answer.status_code == 200


@pytest.mark.one_engine
@pytest.mark.parametrize("slashes", ["//", "///"])
def test_leading_slashes(api: Caller, slashes: str) -> None:
    """A base URL that ends in a slash leads to them. They count as one slash, and links have one."""
    group = api.new_group(api.new_user(), api.new_user())
    path = f"v2/apps/{api.app_id}/conversations/{group}/participants"
    answer = api.http.get(f"{api.url}{slashes}{path}?page[size]=1", auth=api.auth)
    assert answer.status_code == 200
    assert answer.json()["links"]["next"].startswith(f"{api.url}/{path}?")


@pytest.mark.one_engine
def test_empty_segments_are_not_found(api: Caller) -> None:
    """Repeated slashes later in the path do not count as one: no resource has an empty id."""
    assert error_of(api("GET", f"/v2/apps/{api.app_id}/users//clients"))[:2] == (404, "user_not_found")


@pytest.mark.one_engine
@pytest.mark.parametrize("given", ["a", "x" * 128, "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Root=1-5e/a+b.c:d_e="])
def test_request_id_is_echoed(api: Caller, given: str) -> None:
    """The request id is in every response, including errors and pages."""
    headers = {"x-request-id": given}
    for path in (f"/v2/apps/{api.app_id}", "/v2/nothing"):
        assert api("GET", path, headers=headers).headers["x-request-id"] == given
    for path in ("/health/live", "/docs", "/nothing"):
        assert api.http.get(api.url + path, headers=headers).headers["x-request-id"] == given


@pytest.mark.one_engine
@pytest.mark.parametrize("given", [None, "", "x" * 129, "two words", "é", '"quoted"', "a\tb", "<script>"])
def test_request_id_is_generated(api: Caller, given: str | None) -> None:
    """A missing or invalid request id is replaced by a new one."""
    headers = {} if given is None else {"x-request-id": given.encode()}
    ids = [api("GET", f"/v2/apps/{api.app_id}", headers=headers).headers["x-request-id"] for _ in range(2)]
    assert all(map(ID.fullmatch, ids))
    assert ids[0] != ids[1]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("PATCH", "", 200),
        ("POST", "/users", 201),
        ("POST", "/apps", 404),
        ("PUT", "/users", 405),
        ("GET", "/users/nobody", 404),
        ("GET", "/conversations", 400),
    ],
)
def test_always_json(api: Caller, method: str, path: str, status: int) -> None:
    """Every response is JSON, whatever the client accepts: the official clients need it."""
    headers = {"accept": "text/html", "content-type": "application/json"}
    content = b"" if method == "GET" else b"{}"
    answer = api(method, f"/v2/apps/{api.app_id}{path}", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json(), dict)
    assert "x-request-id" in answer.headers


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["", "/users/nobody", "/nothing"])
def test_head(api: Caller, path: str) -> None:
    """The headers of a GET without its body."""
    full, head = (api(method, f"/v2/apps/{api.app_id}{path}") for method in ("GET", "HEAD"))
    assert head.content == b""
    assert head.status_code == full.status_code
    for name in ("content-type", "content-length"):
        assert head.headers[name] == full.headers[name]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "sent", [b"NONSENSE\r\n\r\n", b"GET /v2/apps HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n"]
)
def test_bytes_that_are_not_http(server: Server, sent: bytes) -> None:
    """Protocol errors have the format of API errors, and a request id."""
    where = urlsplit(server.url)
    assert where.hostname is not None
    with socket.create_connection((where.hostname, where.port or 0), timeout=5) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"x-request-id: " in head.lower()
    assert body.startswith(b'{"errors":[{"code":"bad_request","title":"')
