"""Requests that are sent byte by byte, and the checks that every response must pass."""

from __future__ import annotations

import base64
import json
import select
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.harness import Auth, Caller

JSON = {"content-type": "application/json"}
SECONDS = 10
PIPELINED = 16


@dataclass
class Answer:
    """A response of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def closes(self) -> bool:
        """Whether the response announces that the server closes the connection."""
        return self.headers.get("connection") == "close"

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The (code, title) of each error."""
        return [(error["code"], error["title"]) for error in json.loads(self.body)["errors"]]


def sound(answer: Answer | httpx.Response) -> Answer:
    """Check that a response is no server error, has a request id and, if it is an error, the envelope; returns it."""
    if isinstance(answer, httpx.Response):
        answer = Answer(answer.status_code, answer.headers, answer.content)
    details = f"{answer.status} {dict(answer.headers)} {answer.body[:300]!r}"
    assert 200 <= answer.status < 500, details
    assert answer.headers.get("x-request-id"), details
    if answer.status >= 400:
        assert answer.headers.get("content-type") == "application/json", details
        envelope = json.loads(answer.body)
        # Errors of OAuth also have the form of RFC 6749.
        assert list(envelope) in (["errors"], ["errors", "error", "error_description"]), details
        assert envelope["errors"], details
        for error in envelope["errors"]:
            assert sorted(error) == ["code", "title"], details
            assert all(isinstance(text, str) and text for text in error.values()), details
    return answer


def request(
    method: str, target: str | bytes, auth: Auth | None, *lines: str | bytes, body: bytes | None = None
) -> bytes:
    """The bytes of a request. `lines` are additional header lines; a body gets the headers of its length and type."""
    raw = target.encode() if isinstance(target, str) else target
    head = [method.encode() + b" " + raw + b" HTTP/1.1"]
    named = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines).lower()
    if b"host:" not in named:
        head.append(b"Host: localhost")
    if auth is not None:
        head.append(b"Authorization: Basic " + base64.b64encode(":".join(auth).encode()))
    if body is not None:
        head += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    head += [line.encode() if isinstance(line, str) else line for line in lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + (body or b"")


class Connection:
    """A connection to the server that can send any bytes."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=seconds)
        self._read = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Send these bytes."""
        self._socket.sendall(data)

    def reset(self) -> None:
        """Reset the connection instead of closing it."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def close_sending(self) -> None:
        """Close the sending half of the connection."""
        self._socket.shutdown(socket.SHUT_WR)

    def is_readable(self, seconds: float) -> bool:
        """Whether the server sends data or closes the connection within this time."""
        readable, _, _ = select.select([self._socket], [], [], seconds)
        return bool(readable)

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionError:
            data = b""
        self._read += data
        return bool(data)

    def interim(self) -> int:
        """The status code of an interim response, such as `100 Continue`."""
        head, self._read = self._head()
        return int(head.split()[1])

    def _head(self) -> tuple[str, bytes]:
        """The head of the next response, and the bytes that were read after it."""
        while b"\r\n\r\n" not in self._read:
            assert self._more(), f"the server closed the connection without a response: {self._read!r}"
        head, _, rest = self._read.partition(b"\r\n\r\n")
        return head.decode("latin-1"), rest

    def answer(self, *, to_head: bool = False) -> Answer:
        """The next response."""
        head, self._read = self._head()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = 0 if to_head else int(headers["content-length"])
        while len(self._read) < length:
            assert self._more(), "the server closed the connection in the middle of a response"
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(first.split()[1]), headers, body)

    def until(self, mark: bytes) -> bytes:
        """Read up to a mark; returns the bytes before the mark."""
        while mark not in self._read:
            assert self._more(), "the server closed the connection"
        before, _, self._read = self._read.partition(mark)
        return before

    def rest(self) -> bytes:
        """All remaining bytes until the server closes the connection."""
        while self._more():
            pass
        return self._read

    def ended(self) -> bool:
        """Whether the server closes the connection without sending anything more."""
        try:
            return not self._more() and not self._read
        except TimeoutError:
            return False


def exchange(url: str, data: bytes, *, to_head: bool = False) -> Answer:
    """Send these bytes on a new connection; returns the first response."""
    with Connection(url) as connection:
        connection.say(data)
        return connection.answer(to_head=to_head)


def ask(caller: Caller, method: str, path: str | bytes, *lines: str | bytes, body: bytes | None = None) -> Answer:
    """Send a request byte by byte with the caller's credential; `path` is as for a `Caller`."""
    said = request(method, _target(caller, path), caller.auth, *lines, body=body)
    return exchange(caller.url, said, to_head=method == "HEAD")


def _target(caller: Caller, path: str | bytes) -> bytes:
    raw = path.encode() if isinstance(path, str) else path
    if raw.startswith((b"/v2", b"/oauth", b"/heliograph", b"//")):
        return raw
    return f"/v2/apps/{caller.app_id}".encode() + raw


def posts(caller: Caller, method: str, path: str, contents: Iterable[bytes]) -> Iterator[tuple[bytes, Answer]]:
    """Send JSON bodies on one connection, several at a time; yields each with its response, which must be sound.

    An HTTP library would spend more time on a request than the server does.
    """
    target, remaining = _target(caller, path), iter(contents)
    with Connection(caller.url) as connection:
        while sent := list(islice(remaining, PIPELINED)):
            connection.say(b"".join(request(method, target, caller.auth, body=one) for one in sent))
            for content in sent:
                yield content, sound(connection.answer())


def post(caller: Caller, method: str, path: str, content: bytes, content_type: Any = JSON["content-type"]) -> Answer:
    """Send a body as it is; the response must be sound."""
    headers = {} if content_type is None else {"content-type": content_type}
    return sound(caller(method, path, content=content, headers=headers))
