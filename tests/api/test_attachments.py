"""UploadAttachment and DeleteAttachment: requests, names, types, and URLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.database import Database
from tests.api.event_records import event_types
from tests.api.files import (
    GIF,
    PNG,
    PUBLIC,
    URL,
    delete,
    part,
    show,
    status,
    stored,
    upload,
    upload_body,
    uploaded,
    whole,
)
from tests.databases import new_database
from tests.harness import Caller, Server, error_of, init, new_app, serving
from tests.http import Http

MEGABYTE = 1_048_576
UNKNOWN = "0123456789abcdef01234567"
ONE_FILE = (400, "bad_request", "source should be exactly one file")
MALFORMED = (400, "bad_request", "Multipart body is malformed")
refused = pytest.mark.one_engine


@pytest.fixture(scope="module")
def limited(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that accepts files of up to 1 MB with any extension, below /sc."""
    options = ("--attachment-limit-mb", "1", "--attachment-extensions", "*", "--root-path", "/sc")
    with serving(new_database(engine, tmp_path_factory.mktemp("limited")), *options) as server:
        yield server


@pytest.fixture
def small(limited: Server) -> Iterator[Caller]:
    """A caller with the key of a fresh app of that server."""
    account = Caller(limited.url, init(limited.database_url).account_auth)
    yield new_app(account)
    account.http.close()


def test_an_upload_is_stored_and_served(api: Caller, database: Database) -> None:
    answer = upload(api, "A lamp.PNG")
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"attachment"}
    assert set(body["attachment"]) == {"mediaUrl", "mediaType"}
    url = body["attachment"]["mediaUrl"]
    assert body["attachment"]["mediaType"] == "image/png"
    found = URL.fullmatch(url)
    assert found
    assert found[1] == api.url
    assert found[3] == "A%20lamp.PNG"
    assert api.http.get(url).content == PNG
    assert uploaded(api) != uploaded(api)  # attachments.7: each upload is a new attachment
    assert event_types(api) == []
    assert stored(database, api.app_id) == {
        "attachment": 3, "attachment_chunk": 3, "attachment_use": 0, "attachment_removal": 0
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 262_143, 262_144, 262_145, 3 * 262_144])
def test_files_of_any_number_of_chunks(api: Caller, database: Database, size: int) -> None:
    content = (b"0123456789abcde\r\n-" * (size // 18 + 1))[:size]
    url = uploaded(api, "long.txt", content)
    assert api.http.get(url).content == content
    assert stored(database, api.app_id)["attachment_chunk"] == -(-size // 262_144)


@refused
def test_access_for_and_conversation(api: Caller, database: Database) -> None:
    """attachments.1"""
    for params in ({}, {"access": "private"}, {"access": ""}, {"access": "PUBLIC"}, {"access": "public,public"}):
        answer = upload_body(api, whole(part(PNG)), params)
        assert error_of(answer) == (400, "bad_request", "access should be public"), params
    for value in ("", "messages", "Message"):
        assert error_of(upload(api, for_=value)) == (400, "bad_request", "for should be message")
    for unknown in (UNKNOWN, "x", "é" * 300, "\x00"):
        assert error_of(upload(api, conversationId=unknown))[:2] == (404, "conversation_not_found")
    assert stored(database, api.app_id) == dict.fromkeys(stored(database, api.app_id), 0)


def test_the_conversation_of_another_tenant_is_unknown(api: Caller, account: Caller) -> None:
    other = new_app(account)
    group = other.new_group(other.new_user())
    assert error_of(upload(api, for_="message", conversationId=group))[:2] == (404, "conversation_not_found")
    assert upload(other, for_="message", conversationId=group).status_code == 201


@refused
def test_other_parts_are_ignored(api: Caller) -> None:
    """attachments.2"""
    other = part(b"x" * 5000, 'form-data; name="fields"; filename="source"')
    unnamed = b"--frontier\r\nContent-Type: text/plain\r\n\r\nsource\r\n"
    answer = upload_body(api, b"a preamble\r\n" + whole(other, unnamed, part(PNG), other) + b"an epilogue")
    # RFC 2046 asks receivers to ignore a preamble, but the parser refuses it. No client of forms sends one.
    assert error_of(answer) == MALFORMED
    answer = upload_body(api, whole(other, unnamed, part(PNG), other) + b"an epilogue")
    assert answer.status_code == 201, answer.text
    assert api.http.get(answer.json()["attachment"]["mediaUrl"]).content == PNG


@refused
def test_none_or_two_files(api: Caller, database: Database) -> None:
    """attachments.2"""
    other = part(PNG, 'form-data; name="file"; filename="lamp.png"')
    for body in (whole(other), whole(part(PNG), part(GIF)), whole(part(PNG), other, part(PNG)), whole()):
        answer = upload_body(api, body)
        assert error_of(answer) in ([ONE_FILE] if body != whole() else [ONE_FILE, MALFORMED])
    assert error_of(upload(api, content=b"")) == (400, "bad_request", "source should not be empty")
    assert stored(database, api.app_id)["attachment"] == 0


@refused
@pytest.mark.parametrize(
    "content_type",
    [
        "", "application/json", "text/plain", "multipart/mixed; boundary=frontier", "multipart/form-data",
        "multipart/form-data; boundary=", "image/png", "application/x-www-form-urlencoded", b"\xff; boundary=x",
    ],
)  # fmt: skip
def test_bodies_that_are_not_multipart(api: Caller, content_type: str | bytes) -> None:
    headers = {"content-type": content_type}
    answer = api("POST", "/attachments", content=whole(part(PNG)), params=PUBLIC, headers=headers)
    assert answer.status_code == 415
    assert error_of(answer)[1] == "unsupported_media_type"


@refused
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"--frontier",
        b"--frontier\r\n",
        b"--other\r\nContent-Disposition: form-data; name=source\r\n\r\nx\r\n--other--\r\n",
        part(PNG)[:-3],
        part(PNG),
        part(PNG) + b"--frontier",
        b"--frontier\r\nContent Disposition\r\n\r\nx\r\n--frontier--",
        b"--frontier\r\n: x\r\n\r\nx\r\n--frontier--",
        b'--frontier\r\nContent-Disposition: form-data; name="source"\r\nx: ' + b"y" * 100_000 + b"\r\n\r\nx\r\n",
        b"--frontier\r\n" + b"x: y\r\n" * 1000 + b"\r\nx\r\n--frontier--",
        b"--frontier\r\n" + b"x" * 100_000,
    ],
)
def test_broken_framing(api: Caller, body: bytes) -> None:
    assert error_of(upload_body(api, body)) in (MALFORMED, ONE_FILE)


@refused
def test_too_many_parts(api: Caller) -> None:
    """Each part costs time, so their number is limited."""
    many = b"--frontier\r\n\r\n\r\n" * 2000
    refusal = (400, "bad_request", "Multipart body has too many parts")
    assert error_of(upload_body(api, many + whole(part(PNG)))) == refusal
    assert upload_body(api, b"--frontier\r\n\r\n\r\n" * 50 + whole(part(PNG))).status_code == 201


def test_sizes(small: Caller, limited: Server) -> None:
    """attachments.3, attachments.7: behind a root path"""
    exact = upload(small, "x.bin", b"x" * MEGABYTE)
    assert exact.status_code == 201
    url = exact.json()["attachment"]["mediaUrl"]
    assert exact.json()["attachment"]["mediaType"] == "application/octet-stream"
    assert URL.fullmatch(url)
    assert url.startswith(f"{limited.url}/attachments/v2/")
    assert "/sc/" in url
    assert small.http.get(url).content == b"x" * MEGABYTE
    for size in (MEGABYTE + 1, 3 * MEGABYTE):
        body = whole(part(b"x" * size, 'form-data; name="source"; filename="x.bin"'))
        pieces = (body[start : start + 50_000] for start in range(0, len(body), 50_000))
        for sent in (body, pieces):
            expected = (413, "payload_too_large", "Attachment is limited to 1mb in size")
            assert error_of(upload_body(small, sent)) == expected
    # Ignored parts count too. A declared length beyond the limit is refused before the body is read.
    padding = part(b"x" * (2 * MEGABYTE), 'form-data; name="padding"')
    assert upload_body(small, whole(padding, part(PNG))).status_code == 413
    database = Database(limited.database_url)
    assert stored(database, small.app_id)["attachment"] == 1
    removals = database.rows("SELECT due_at FROM attachment_removal WHERE app_id = $1", small.app_id)
    assert {due for (due,) in removals} <= {0}


@refused
def test_urls_behind_proxies(engine: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """attachments.7"""
    database = new_database(engine, tmp_path_factory.mktemp("proxied"))
    with serving(database, "--trusted-proxies", "127.0.0.1") as server, Http() as http:
        caller = new_app(Caller(server.url, init(database).account_auth, http=http))
        forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "chat.example.org"}
        answer = upload_body(caller, whole(part(PNG)), None, **forwarded)
        url = answer.json()["attachment"]["mediaUrl"]
        assert url.startswith("https://chat.example.org/attachments/v2/")
        # Both the host of the upload and the host of this request are accepted.
        assert delete(caller, url).status_code == 200
        url = upload_body(caller, whole(part(PNG)), None, **forwarded).json()["attachment"]["mediaUrl"]
        mine = url.replace("https://chat.example.org", server.url)
        assert delete(caller, mine).status_code == 200
    with serving(database, "--public-url", "https://public.example.org/x") as server, Http() as http:
        caller = new_app(Caller(server.url, init(database).account_auth, http=http))
        url = uploaded(caller)
        assert url.startswith("https://public.example.org/x/attachments/v2/")
        assert error_of(delete(caller, url.replace("https://public.example.org/x", server.url)))[0] == 400
        assert delete(caller, url).status_code == 200


def test_deletion(api: Caller, account: Caller) -> None:
    """attachments.9"""
    url, kept = uploaded(api), uploaded(api)
    other = new_app(account)
    gone = (404, "not_found", "Attachment not found")
    assert error_of(delete(other, url)) == gone
    assert error_of(delete(api, url.replace(url.split("/")[-2], "0" * 26))) == gone
    answer = delete(api, url)
    assert (answer.status_code, answer.json()) == (200, {})
    assert status(api, url) == 404
    assert error_of(api.http.get(url)) == gone
    assert error_of(delete(api, url)) == gone
    assert status(api, kept) == 200
    assert event_types(api) == []


@refused
def test_urls_that_cannot_be_deleted(api: Caller) -> None:
    """attachments.9"""
    url = uploaded(api)
    token = url.split("/")[-2]
    for wrong in (
        url.replace("http://", "https://"),
        url.replace("127.0.0.1", "localhost"),
        url.replace("127.0.0.1", "127.0.0.1@evil.example"),
        f"{api.url}.evil.example/attachments/v2/{token}/lamp.png",
        f"https://evil.example/{url}",
        f"{api.url}/attachments/v2/{token}",
        f"{api.url}/attachments/v2/{token}/",
        f"{api.url}/attachments/v2/{token.upper()}/lamp.png",
        f"{api.url}/attachments/v2/../{token}/lamp.png",
        f"{api.url}/x/attachments/v2/{token}/lamp.png",
        f"{api.url}/attachments/v2/{token}x/lamp.png",
        f"{api.url}/attachments/v2/x/lamp.png",
        f"{api.url}/elsewhere",
        token,
        "x",
        "http://[",
        "https://example.org/lamp.png",
    ):
        answer = delete(api, wrong)
        title = f"Unsupported media URL for attachment deletion: {wrong}"
        assert answer.status_code == 400, wrong
        assert wrong in ("x",) or error_of(answer)[2] == title or "mediaUrl" in error_of(answer)[2]
    bodies: tuple[Any, ...] = ({}, {"mediaUrl": None}, {"mediaUrl": 1}, {"mediaUrl": ""}, [])
    for body in bodies:
        assert api("POST", "/attachments/remove", body).status_code == 400
    assert status(api, url) == 200


def test_integration_keys_upload_and_delete(api: Caller) -> None:
    webhooks = [{"target": "https://example.org/hook", "triggers": ["conversation:message"]}]
    body = {"type": "custom", "displayName": "Bot", "webhooks": webhooks}
    integration_id = api.ok("POST", "/integrations", body)["integration"]["id"]
    key = api.ok("POST", f"/integrations/{integration_id}/keys", {"displayName": "Key"})["key"]
    bot = Caller(api.url, (key["id"], key["secret"]), api.app_id, api.http)
    url = uploaded(bot)
    assert status(bot, url) == 200
    assert delete(bot, url).status_code == 200


def test_messages_show_types_and_sizes(api: Caller, account: Caller) -> None:
    """attachments.10"""
    group, url, text = api.new_group(api.new_user("ada")), uploaded(api), uploaded(api, "a.txt", b"Hello")
    message = show(api, group, url)
    assert message["content"].items() >= {"mediaUrl": url, "mediaType": "image/png", "mediaSize": len(PNG)}.items()
    assert api.ok("GET", f"/conversations/{group}/messages")["messages"] == [message]
    item = {"title": "A", "actions": [{"type": "link", "text": "B", "uri": "https://example.org"}]}
    items = [{**item, "mediaUrl": url, "mediaType": "text/html"}, {**item, "mediaUrl": text}, item]
    for kind in ("carousel", "list"):
        body = {"author": {"type": "business"}, "content": {"type": kind, "items": items}}
        (shown,) = api.ok("POST", f"/conversations/{group}/messages", body)["messages"]
        assert [one.get("mediaType") for one in shown["content"]["items"]] == ["image/png", "text/plain", None]
    # URLs of another app's attachment, or of an unknown one, are treated like any other URL.
    stranger = new_app(account)
    elsewhere = stranger.new_group(stranger.new_user("ada"))
    for other in (url, url.replace(url.split("/")[-2], "0" * 26)):
        assert "mediaSize" not in show(stranger, elsewhere, other)["content"]
