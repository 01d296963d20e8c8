"""Sends plain requests, at a limited rate, and keeps the requests and responses."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from heliograph.conformance.outcomes import Failure
from heliograph.conformance.raw import ServerAddress, first_line
from heliograph.errors import HeliographError
from heliograph.wire.operations import AnyOperation

TIMEOUT_SECONDS = 30.0
TOO_MANY_REQUESTS = 429
RETRIES = 5
LONGEST_PAUSE = 60.0
"""The longest pause in seconds before a request that was refused with 429 is repeated."""
_SHOWN = 300


class NoResponse(HeliographError):
    """The server sent no complete response."""


@dataclass
class Answer:
    """A request, and the response to it."""

    method: str
    path: str
    request: Any
    """The body that was sent: JSON, or text."""
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    operation: AnyOperation | None = None
    """None if the request was not the call of an operation."""

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Failure: it is not JSON.
        """
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Failure(f"a JSON body with status {self.status}", repr(self.text[:_SHOWN])) from None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace")

    def expect(self, status: int) -> Answer:
        """Require this status; returns the answer."""
        if self.status != status:
            raise Failure(f"status {status}", self.summary())
        return self

    def refused(self, status: int, code: str = "", title: str = "") -> list[str]:
        """Require an error response; returns its titles. Each error must have the code, one of them the `title`."""
        self.expect(status)
        titles = [one[1] for one in self.errors(code)]
        if title and not any(title in one for one in titles):
            raise Failure(f"an error with the title {title!r}", self.summary())
        return titles

    def errors(self, code: str = "") -> list[tuple[str, str]]:
        """The code and the title of each error, in the documented form."""
        body = self.json
        found = body.get("errors") if isinstance(body, dict) else None
        entries = found if isinstance(found, list) else []
        formed = all(isinstance(one, dict) and isinstance(one.get("title"), str) for one in entries)
        if not entries or not formed or any(not isinstance(one.get("code"), str) for one in entries):
            raise Failure('a body of the form {"errors":[{"code","title"}]}', self.summary())
        if code and any(one["code"] != code for one in entries):
            raise Failure(f"errors with the code {code}", self.summary())
        return [(one["code"], one["title"]) for one in entries]

    def summary(self) -> str:
        """The status and the beginning of the body."""
        return f"{self.status} {' '.join(self.text[:_SHOWN].split())}".strip()


def basic(key_id: str, secret: str) -> str:
    """The `Authorization` header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{key_id}:{secret}".encode()).decode()


class Caller:
    """Calls one server. The answers of the current check are in `answers`."""

    def __init__(self, url: str, requests_per_second: float | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.answers: list[Answer] = []
        self._http = httpx.Client(timeout=timeout, follow_redirects=False)
        self._interval = 1 / requests_per_second if requests_per_second else 0.0
        self._next = 0.0

    @property
    def host(self) -> str:
        """The name or address of the server."""
        return urlsplit(self.url).hostname or ""

    def send(self, method: str, path: str, authorization: str | None, **given: Any) -> Answer:
        """Send one request, and again after a pause while the response is 429.

        `given` has `body` (a JSON value), or `content`, `files` and `data` as httpx takes them, and `params` and
        `headers`.

        Raises:
            NoResponse: the connection failed, or no response came in time.
        """
        try:
            request = self._build(method, path, authorization, given)
        except httpx.InvalidURL as error:
            raise NoResponse(f"the URL is not valid: {error}") from None
        sent = given.get("body", given.get("data"))
        for attempt in range(RETRIES + 1):
            answer = self.send_once(request, sent)
            if answer.status != TOO_MANY_REQUESTS or attempt == RETRIES:
                break
            time.sleep(_pause(answer, attempt))
        self.answers.append(answer)
        return answer

    @contextlib.contextmanager
    def stream(self, path: str, authorization: str, **headers: str) -> Iterator[Iterator[str]]:
        """The lines of a response that does not end.

        Raises:
            NoResponse: the connection failed, or no line came in time.
        """
        self._wait()
        sent = {"authorization": authorization, **headers}
        try:
            with self._http.stream("GET", self.url + path, headers=sent) as response:
                self.answers.append(Answer("GET", path, None, response.status_code, response.headers))
                yield _in_time(response.iter_lines(), time.monotonic() + TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise NoResponse(f"no response: {str(error) or type(error).__name__}") from None

    def raw(self, head: bytes) -> int:
        """Send these bytes on a new connection; returns the status of the response.

        Raises:
            NoResponse: the connection failed, or was closed without a response.
        """
        self._wait()
        url = httpx.URL(self.url)
        address = ServerAddress(url.host, url.port or (443 if url.scheme == "https" else 80), url.scheme == "https")
        try:
            line = first_line(address, head, TIMEOUT_SECONDS)
        except OSError as error:
            raise NoResponse(f"no response: {error}") from None
        words = line.split()
        if len(words) < 2 or not words[1].isdigit():
            raise NoResponse(f"no HTTP response, but {line[:_SHOWN]!r}")
        first = head.partition(b"\r\n")[0].decode(errors="replace")
        self.answers.append(Answer("raw", first[:_SHOWN], None, int(words[1])))
        return int(words[1])

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _build(self, method: str, path: str, authorization: str | None, given: dict[str, Any]) -> httpx.Request:
        headers = dict(given.get("headers") or {})
        if authorization is not None:
            headers["authorization"] = authorization
        content = given.get("content")
        if given.get("body") is not None:
            content = json.dumps(given["body"], ensure_ascii=False, separators=(",", ":")).encode()
        if content is not None:
            headers.setdefault("content-type", "application/json")
        return self._http.build_request(
            method, self.url + path, headers=headers, content=content, params=given.get("params") or None,
            files=given.get("files"), data=given.get("data"),
        )  # fmt: skip

    def send_once(self, request: httpx.Request, sent: Any) -> Answer:
        """Send a request, whatever the response. `sent` is its body as the answer shows it.

        Raises:
            NoResponse: the connection failed, or no response came in time.
        """
        self._wait()
        try:
            response = self._http.send(request)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise NoResponse(f"no response: {str(error) or type(error).__name__}") from None
        path = request.url.raw_path.decode(errors="replace")
        return Answer(request.method, path, sent, response.status_code, response.headers, response.content)

    def _wait(self) -> None:
        if self._interval:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + self._interval


def _in_time(lines: Iterator[str], deadline: float) -> Iterator[str]:
    """The lines until a deadline. A stream without events still sends empty lines."""
    for line in lines:
        if time.monotonic() > deadline:
            raise Failure(f"an event of the stream within {TIMEOUT_SECONDS:.0f} s", "none")
        yield line


def _pause(answer: Answer, attempt: int) -> float:
    """Seconds to wait after a 429."""
    named = answer.headers.get("retry-after", "")
    return min(float(named) if named.isdigit() else 2.0**attempt, LONGEST_PAUSE)
