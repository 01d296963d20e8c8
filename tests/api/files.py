"""Uploads files as multipart bodies, and counts the rows that the database stores for them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import httpx

from tests.api.database import Database
from tests.harness import Caller

BOUNDARY = "frontier"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
GIF = b"GIF89a" + bytes(100)
URL = re.compile(r"(http://[^/]+(?:/sc)?)/attachments/v2/([0-9a-hjkmnp-tv-z]{26})/([^/?#]+)")
PUBLIC = {"access": "public"}
DEFAULT_HEADER = 'form-data; name="source"; filename="lamp.png"'
TABLES = ("attachment", "attachment_chunk", "attachment_use", "attachment_removal")


def part(content: bytes, disposition: str = DEFAULT_HEADER, content_type: str | None = None) -> bytes:
    """A part of a multipart body, with the boundary before it."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n"
    if content_type is not None:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


def whole(*parts: bytes) -> bytes:
    """A complete multipart body of these parts."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def upload_body(caller: Caller, body: Any, params: dict[str, str] | None = None, **headers: str) -> httpx.Response:
    """Upload a raw body."""
    given = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    return caller("POST", "/attachments", content=body, params=PUBLIC if params is None else params, headers=given)


def upload(
    caller: Caller, name: str | None = "lamp.png", content: bytes = PNG, *, content_type: str | None = None, **more: str
) -> httpx.Response:
    """Upload a file whose name has no quotes or backslashes. `more` are query parameters; `for_` stands for `for`."""
    disposition = 'form-data; name="source"' + ("" if name is None else f'; filename="{name}"')
    params = {**PUBLIC, **{key.rstrip("_"): value for key, value in more.items()}}
    return upload_body(caller, whole(part(content, disposition, content_type)), params)


def uploaded(caller: Caller, name: str | None = "lamp.png", content: bytes = PNG, **more: Any) -> str:
    """Upload a file successfully; returns its URL."""
    answer = upload(caller, name, content, **more)
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["attachment"]["mediaUrl"]
    return url


def delete(caller: Caller, url: str) -> httpx.Response:
    """Delete an attachment."""
    return caller("POST", "/attachments/remove", {"mediaUrl": url})


def status(caller: Caller, url: str) -> int:
    """The status of a download without a credential."""
    return caller.http.get(url).status_code


def show(caller: Caller, conversation_id: str, url: str) -> Any:
    """Post a message of the business that shows a file; returns the message."""
    body = {"author": {"type": "business"}, "content": {"type": "file", "mediaUrl": url}}
    (message,) = caller.ok("POST", f"/conversations/{conversation_id}/messages", body)["messages"]
    return message


def stored(database: Database, app_id: str) -> dict[str, int]:
    """The number of rows of an app in each table about attachments."""
    return {table: database.rows(f"SELECT count(*) FROM {table} WHERE app_id = $1", app_id)[0][0] for table in TABLES}


def name_of(url: str) -> str:
    """The file name in a URL."""
    found = URL.fullmatch(url)
    assert found, url
    return unquote(found[3])
