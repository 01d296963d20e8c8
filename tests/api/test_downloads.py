"""Downloads of attachments: headers, ranges, conditions, and private attachments."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import pytest

from tests.api.files import GIF, PNG, delete, uploaded
from tests.databases import SQLITE, new_database
from tests.harness import Caller, Server, error_of, init, new_app, serving

CONTENT = bytes(range(256)) * 3000
SIZE = len(CONTENT)
UNAUTHORIZED = 401


@pytest.fixture(scope="module")
def special(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with private attachments of any extension."""
    options = ("--private-attachments", "--attachment-extensions", "*")
    with serving(new_database(SQLITE, tmp_path_factory.mktemp("private")), *options) as server:
        yield server


@pytest.fixture(scope="module")
def owner(special: Server) -> Iterator[Caller]:
    """A caller with the account key of that server."""
    account = Caller(special.url, init(special.database_url).account_auth)
    yield account
    account.http.close()


def get(caller: Caller, url: str, **headers: str) -> httpx.Response:
    """Download a URL without a credential."""
    return caller.http.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_get_and_head(api: Caller) -> None:
    """attachments.8"""
    url = uploaded(api, "long.txt", CONTENT)
    answer = get(api, url)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-length"] == str(SIZE)
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": "inline; filename*=UTF-8''long.txt",
        "cache-control": "public, max-age=900",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "accept-ranges": "bytes",
    }
    assert {name: answer.headers.get(name) for name in headers} == headers
    assert "set-cookie" not in answer.headers
    head = api.http.head(url)
    assert (head.status_code, head.content) == (200, b"")
    volatile = ("date", "x-request-id")
    assert [(k, v) for k, v in head.headers.items() if k not in volatile] == [
        (k, v) for k, v in answer.headers.items() if k not in volatile
    ]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert api.http.request(method, url).status_code in (404, 405)
    assert api.http.get(url, params={"x": "y"}).status_code == 200


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, SIZE)),
        ("bytes=5-9", (5, 10)),
        ("bytes=262140-262150", (262_140, 262_151)),
        ("bytes=262144-524287", (262_144, 524_288)),
        ("bytes=100-700000", (100, 700_001)),
        ("bytes=-1", (SIZE - 1, SIZE)),
        ("bytes=-300000", (SIZE - 300_000, SIZE)),
        (f"bytes=-{SIZE * 9}", (0, SIZE)),
        (f"bytes=5-{'9' * 5000}", (5, SIZE)),
        ("bytes=000000000000000000000000000005-9", (5, 10)),
        ("Bytes=5-9", (5, 10)),
        (f"bytes={SIZE}-", 416),
        (f"bytes={'9' * 5000}-", 416),
        (f"bytes={'9' * 30}-{'9' * 31}", 416),
        ("bytes=-0", 416),
        ("bytes=9-5", 200),
        ("bytes=-", 200),
        ("bytes=a-b", 200),
        ("bytes=0-1,5-9", 200),
        ("bytes=0-1,", 200),
        ("bytes", 200),
        ("", 200),
        ("bytes=-5-9", 200),
        ("bytes=1.5-2", 200),
        ("lines=0-1", 200),
        ("bytes=0-1\u00b2", 200),
        ("bytes=" + "0-0," * 5000 + "1-1", 200),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.one_engine
def test_ranges(files: tuple[Caller, str], given: str, expected: Any) -> None:
    api, url = files
    answer = api.http.get(url, headers={b"range": given.encode("latin-1")})
    if expected == 200:
        assert (answer.status_code, answer.content) == (200, CONTENT)
        assert "content-range" not in answer.headers
    elif expected == 416:
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
    else:
        start, stop = expected
        assert answer.status_code == 206
        assert answer.content == CONTENT[start:stop]
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["content-length"] == str(stop - start)


@pytest.fixture(scope="module")
def files(account: Caller) -> tuple[Caller, str]:
    """A caller, and the URL of a file of several chunks."""
    api = new_app(account)
    return api, uploaded(api, "long.txt", CONTENT)


@pytest.mark.one_engine
def test_conditions(files: tuple[Caller, str]) -> None:
    api, url = files
    tag = get(api, url).headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*", f"{tag},"):
        answer = get(api, url, if_none_match=given)
        assert (answer.status_code, answer.content) == (304, b""), given
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == "public, max-age=900"
    for given in ('"other"', "", tag.strip('"'), '"*"'):
        assert get(api, url, if_none_match=given).status_code == 200
    assert get(api, url, range="bytes=0-4", if_range=tag).status_code == 206
    for given in ('"other"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT", ""):
        assert get(api, url, range="bytes=0-4", if_range=given).status_code == 200
    assert get(api, url, range="bytes=0-4", if_none_match=tag).status_code == 304


@pytest.mark.one_engine
def test_two_files_have_different_tags(api: Caller) -> None:
    assert get(api, uploaded(api)).headers["etag"] != get(api, uploaded(api)).headers["etag"]


@pytest.mark.parametrize(
    ("name", "content", "disposition"),
    [
        ("a.png", PNG, "inline"),
        ("a.gif", GIF, "inline"),
        ("a.pdf", b"%PDF-1.7", "inline"),
        ("a.txt", b"<script>", "inline"),
        ("a.csv", b"a,b", "inline"),
        ("a.mp4", b"text", "inline"),
        ("a.svg", b"<svg onload='alert(1)'/>", "attachment"),
        ("a.xml", b"<?xml version='1.0'?>", "attachment"),
        ("a.eml", b"From: a", "attachment"),
        ("a.zip", b"PK\x03\x04" + bytes(30), "attachment"),
        ("a.html", b"<script>alert(1)</script>", "attachment"),
        ("a.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "attachment"),
        ("a.svgz", b"\x1f\x8b\x08\x00" + bytes(30), "attachment"),
        ("a.js", b"alert(1)", "attachment"),
        ("a.unheard", b"x", "attachment"),
        ("a.html", GIF + b"<script>alert(1)</script>", "inline"),
        ("a.png", b"\n<html><script>alert(1)</script>", "inline"),
        ("a.ics", b"BEGIN:VCALENDAR", "attachment"),
    ],
)
@pytest.mark.one_engine
def test_content_disposition_and_type(owner: Caller, name: str, content: bytes, disposition: str) -> None:
    """attachments.8: no file can run a script, whatever its name and its content"""
    api = new_app(owner)
    answer = api.http.get(uploaded(api, name, content), auth=api.auth)
    assert answer.headers["content-disposition"] == f"{disposition}; filename*=UTF-8''{name}"
    assert answer.headers["content-type"].split(";")[0] not in ("text/html", "application/xhtml+xml", "text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.content == content


@pytest.mark.parametrize(
    "name", ["a;b=c.png", "a,b.png", "a'b.png", "ä\u20ac.png", "a%0d%0aX-Evil: 1.png", 'a\\"; x=\\".png', "a\tb.png"]
)
@pytest.mark.one_engine
def test_names_in_headers(api: Caller, name: str) -> None:
    """No file name can add a header or a parameter."""
    answer = get(api, uploaded(api, name))
    disposition = answer.headers["content-disposition"]
    kind, _, encoded = disposition.partition("; filename*=UTF-8''")
    assert kind == "inline"
    assert set(encoded) <= set(quote(encoded, safe="%"))
    assert not {";", ",", "'", '"', " ", "\t"} & set(encoded)
    assert "x-evil" not in answer.headers


@pytest.mark.one_engine
def test_unknown_urls(api: Caller) -> None:
    url = uploaded(api)
    token = url.split("/")[-2]
    for path in ("/attachments/v2/x/lamp.png", f"/attachments/v2/{'0' * 26}/lamp.png", "/attachments/v2/%00/a.png"):
        assert error_of(api.http.get(api.url + path)) == (404, "not_found", "Attachment not found"), path
    for path in (f"/attachments/v2/{token}", f"/attachments/v2/{token}/", "/attachments/v2/", "/attachments"):
        assert api.http.get(api.url + path).status_code == 404
    assert api.http.get(f"{api.url}/attachments/v2/{token}/another-name.png").status_code == 200


def test_private_attachments(owner: Caller) -> None:
    """attachments.8"""
    api, stranger = new_app(owner), new_app(owner)
    url = uploaded(api)
    webhooks = [{"target": "https://example.org/hook", "triggers": ["conversation:message"]}]
    created = api.ok("POST", "/integrations", {"type": "custom", "displayName": "Bot", "webhooks": webhooks})
    key = api.ok("POST", f"/integrations/{created['integration']['id']}/keys", {"displayName": "Key"})["key"]
    assert api.auth
    assert owner.auth
    assert stranger.auth
    for auth in (api.auth, owner.auth, (key["id"], key["secret"])):
        answer = api.http.get(url, auth=auth)
        assert (answer.status_code, answer.content) == (200, PNG)
        assert answer.headers["cache-control"] == "private, max-age=900"
    token = jwt.encode({"scope": "app"}, api.auth[1], "HS256", {"kid": api.auth[0]})
    assert get(api, url, authorization=f"Bearer {token}").status_code == 200
    expired = jwt.encode({"scope": "app", "exp": int(time.time()) - 60}, api.auth[1], "HS256", {"kid": api.auth[0]})
    missing = url.replace(url.split("/")[-2], "0" * 26)
    for header in (
        None,
        "",
        "Basic",
        f"Bearer {expired}",
        f"Basic {base64.b64encode(':'.join(stranger.auth).encode()).decode()}",
        f"Basic {base64.b64encode(f'{api.auth[0]}:x'.encode()).decode()}",
        f"Basic {'x' * 20_000}",
        "Digest x",
    ):
        for target in (url, missing):
            headers = {} if header is None else {"authorization": header}
            answer = api.http.get(target, headers=headers)
            assert answer.status_code == UNAUTHORIZED, header
            assert answer.headers["content-type"].startswith("application/json")
            assert PNG not in answer.content
    assert api.http.get(missing, auth=api.auth).status_code == UNAUTHORIZED  # does not reveal which exist
    assert api.http.get(missing, auth=owner.auth).status_code == 404
    assert api.http.head(url).status_code == UNAUTHORIZED
    answer = api.http.get(url, auth=api.auth, headers={"if-none-match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (304, "private, max-age=900")
    owner.ok("DELETE", f"/v2/apps/{api.app_id}/keys/{api.auth[0]}")
    time.sleep(1.1)
    assert api.http.get(url, auth=api.auth).status_code == UNAUTHORIZED


def test_a_file_that_is_deleted_during_its_download(api: Caller) -> None:
    """The download is truncated or complete, but never contains other bytes."""
    url = uploaded(api, "long.txt", CONTENT * 10)
    with api.http.stream("GET", url) as answer:
        assert delete(api, url).status_code == 200
        received = b""
        try:
            for data in answer.iter_bytes():
                received += data
        except httpx.RemoteProtocolError:
            pass
    assert (CONTENT * 10).startswith(received)
    assert get(api, url).status_code == 404
