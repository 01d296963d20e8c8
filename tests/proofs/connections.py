"""Connections to servers for many concurrent requests.

They use a fifth of the processor time of httpx, which would dominate the run time of the proofs.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.harness import Auth

PATIENCE_SECONDS = 30
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connections:
    """Sends each request on an idle connection, or opens a new connection if none is idle."""

    def __init__(self) -> None:
        self._idle: defaultdict[str, list[Stream]] = defaultdict(list)

    async def __aenter__(self) -> Connections:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, at: TracebackType | None) -> None:
        for streams in self._idle.values():
            for _, writer in streams:
                writer.close()
        await asyncio.sleep(0)  # closes the sockets

    async def get(self, url: str) -> httpx.Response:
        """Send a GET request without credentials."""
        return await self.request("GET", url)

    async def request(
        self, method: str, url: str, body: Any = None, auth: Auth | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request. Underscores in the names of headers become hyphens.

        Raises:
            httpx.TransportError: no complete response arrived.
        """
        scheme, _, rest = url.partition("://")
        netloc, slash, path = rest.partition("/")
        assert scheme == "http"
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._exchange(netloc, _request(method, netloc, slash + path, body, auth, headers))
        except (OSError, EOFError) as error:
            raise httpx.ReadError(f"{type(error).__name__}: {error}") from error

    async def _exchange(self, netloc: str, request: bytes) -> httpx.Response:
        reader, writer = self._take(netloc) or await _connected(netloc)
        try:
            writer.write(request)
            response = await _response(reader)
        except BaseException:
            writer.close()
            raise
        if response.headers.get("connection") == "close":
            writer.close()
        else:
            self._idle[netloc].append((reader, writer))
        return response

    def _take(self, netloc: str) -> Stream | None:
        """An idle connection that the server has not closed."""
        idle = self._idle[netloc]
        while idle:
            reader, writer = idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None


def basic(auth: Auth) -> str:
    """The `authorization` header of a key."""
    return f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"


def encoded(body: Any) -> bytes:
    """The body as JSON."""
    return json.dumps(body).encode()


async def _connected(netloc: str) -> Stream:
    parts = urlsplit(f"//{netloc}")
    return await asyncio.open_connection(parts.hostname, parts.port)


def _request(method: str, netloc: str, target: str, body: Any, auth: Auth | None, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"host: {netloc}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if auth is not None:
        lines.append(f"authorization: {basic(auth)}")
    content = b"" if body is None else encoded(body)
    if body is not None:
        lines.append("content-type: application/json")
    lines += [f"content-length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


async def _response(reader: asyncio.StreamReader) -> httpx.Response:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    (length,) = [int(value) for name, value in headers if name.lower() == "content-length"]
    content = await reader.readexactly(length)
    return httpx.Response(int(first.split(" ")[1]), headers=headers, content=content)
