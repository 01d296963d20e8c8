"""HTTP/1.1 connections for the sync client, which take a third of the time of a general-purpose HTTP client.

A connection is used by one thread at a time. Proxies and custom transports are left to httpx.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from heliograph.client import forks
from heliograph.client.exchange import HttpRequest
from heliograph.client.http.trust import Trust
from heliograph.client.response import RawResponse
from heliograph.errors import ClientUnusable, ConnectionFailed, DecodeError, Timeout

if TYPE_CHECKING:
    from heliograph.client.http.sync_http import HttpxHttp, OpenResponse

# Servers commonly close idle connections after 5 seconds: stop reusing a connection before that.
_IDLE_SECONDS = 4.0
_MAX_IDLE = 100
_CHUNK = 65536
_MAX_HEAD = 65536
_PORTS = {"http": 80, "https": 443}


class Connections:
    """The connections of one process to one server."""

    def __init__(self, base_url: str, trust: Trust) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._netloc = parts.netloc
        self._base_url = base_url
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._secure = parts.scheme == "https"
        self._trust = trust
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._streaming: HttpxHttp | None = None

    def send(self, request: HttpRequest) -> RawResponse:
        """Send a request; returns the complete response.

        Raises:
            TransportError: no complete response arrived.
            DecodeError: the response cannot be decompressed.
        """
        connection = self._take() or self._connect(request)
        try:
            connection.write(self._head_of(request), request)
            response, reusable = connection.read(request)
        except TimeoutError as error:
            connection.close()
            raise Timeout("no response in time", request.operation) from error
        except OSError as error:
            connection.close()
            raise ConnectionFailed(f"the connection failed: {error}", request.operation) from error
        except BaseException:
            connection.close()
            raise
        if reusable:
            self._put(connection)
        else:
            connection.close()
        return response

    def open(self, request: HttpRequest) -> contextlib.AbstractContextManager[OpenResponse]:
        """Send a request for a stream. Streams are rare and last long, so httpx is fast enough for them."""
        from heliograph.client.http import sync_http

        with self._lock:
            if self._closed:
                raise ClientUnusable("the client is closed", request.operation, sent=False)
            if self._streaming is None:
                self._streaming = sync_http.sync_opener(self._base_url, None, None, None)()
        return self._streaming.open(request)

    def close(self) -> None:
        """Close idle connections and streams; other connections in use are closed after their request."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if self._streaming is not None:
            self._streaming.close()

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""
        # Closing a socket sends nothing while another process has it open. No lock, for the reason given in Pool.
        while self._idle:
            self._idle.pop().close()
        if self._streaming is not None:
            self._streaming.abandon()

    def _take(self) -> _Connection | None:
        while True:
            with self._lock:
                if self._closed:
                    return None
                connection = self._idle.pop() if self._idle else None
            if connection is None or connection.usable():
                return connection
            connection.close()

    def _put(self, connection: _Connection) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            if not self._closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self, request: HttpRequest) -> _Connection:
        if self._closed:
            raise ClientUnusable("the client is closed", request.operation, sent=False)
        try:
            return _Connection(self._open(request))
        except TimeoutError as error:
            raise Timeout("connecting timed out", request.operation, sent=False) from error
        except (OSError, UnicodeError) as error:
            raise ConnectionFailed(f"cannot connect: {error}", request.operation, sent=False) from error

    def _open(self, request: HttpRequest) -> socket.socket:
        opened = socket.create_connection((self._host, self._port), timeout=request.seconds())
        try:
            forks.track(opened.fileno())
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._secure:
                return opened
            context = self._trust.context()
            opened.settimeout(request.seconds())
            return context.wrap_socket(opened, server_hostname=self._host)
        except BaseException:
            opened.close()
            raise

    def _head_of(self, request: HttpRequest) -> bytes:
        target = request.url.removeprefix(self._origin)
        lines = [f"{request.method} {target} HTTP/1.1", f"host: {self._netloc}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        if request.content is not None:
            lines.append(f"content-length: {len(request.content)}")
        elif request.method != "GET":
            lines.append("content-length: 0")
        return "\r\n".join((*lines, "\r\n")).encode("ascii")


class _Connection:
    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._timeout = opened.gettimeout()
        self._buffer = b""
        self.idle_since = 0.0

    def usable(self) -> bool:
        """Whether the connection is recent, still open, and without unsolicited data."""
        if time.monotonic() - self.idle_since > _IDLE_SECONDS:
            return False
        # A peek needs no selector: `select.poll` is missing on Windows and under gevent, `select.select` ends at
        # descriptor 1023, and creating an epoll selector takes three times as long.
        self._set_timeout(0.0)
        try:
            # Bypasses TLS, which cannot peek.
            socket.socket.recv(self._socket, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _set_timeout(self, seconds: float | None) -> None:
        if seconds != self._timeout:  # it rarely changes, and is a system call
            self._socket.settimeout(seconds)
            self._timeout = seconds

    def write(self, head: bytes, request: HttpRequest) -> None:
        self._set_timeout(request.seconds())
        try:
            self._socket.sendall(head + (request.content or b""))
        except TimeoutError:
            raise
        except OSError:
            # The server may have responded before it read the whole request: read that response.
            pass

    def read(self, request: HttpRequest) -> tuple[RawResponse, bool]:
        """The response, and whether the connection can be reused."""
        status = 100
        while 100 <= status < 200:
            version, status, headers = self._head(request)
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content, framed = self._chunks(request), True
        elif status in (204, 304):
            content, framed = b"", True
        elif (length := headers.get("content-length")) is not None:
            content, framed = self._exactly(_number(length, 10), request), True
        else:
            content, framed = self._rest(request), False
        keep = (
            framed and not self._buffer and version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        )
        return RawResponse(status, headers, _decompressed(content, headers, request)), keep

    def _more(self, request: HttpRequest) -> bool:
        """Read more bytes into the buffer; False at the end of the stream."""
        self._set_timeout(request.seconds())
        piece = self._socket.recv(_CHUNK)
        self._buffer += piece
        return bool(piece)

    def _until(self, mark: bytes, request: HttpRequest) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise ConnectionError("the response headers are too long")
            if not self._more(request):
                raise ConnectionError("the server closed the connection before the response was complete")
        found, self._buffer = self._buffer[:end], self._buffer[end + len(mark) :]
        return found

    def _head(self, request: HttpRequest) -> tuple[str, int, dict[str, str]]:
        first, *lines = self._until(b"\r\n\r\n", request).decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1."):
            raise ConnectionError(f"not an HTTP/1.1 response: {first[:40]!r}")
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise ConnectionError(f"invalid header line: {line[:40]!r}")
            headers[name.lower()] = value.strip()
        return version, _number(rest[:3], 10), headers

    def _exactly(self, length: int, request: HttpRequest) -> bytes:
        if len(self._buffer) < length:
            pieces, have = [self._buffer], len(self._buffer)
            self._buffer = b""
            while have < length:
                if not self._more(request):
                    raise ConnectionError("the server closed the connection before the response was complete")
                pieces.append(self._buffer)
                have += len(self._buffer)
                self._buffer = b""
            self._buffer = b"".join(pieces)
        content, self._buffer = self._buffer[:length], self._buffer[length:]
        return content

    def _chunks(self, request: HttpRequest) -> bytes:
        chunks = []
        while length := _number(self._until(b"\r\n", request).partition(b";")[0].strip().decode("latin-1"), 16):
            chunks.append(self._exactly(length, request))
            self._until(b"\r\n", request)
        while self._until(b"\r\n", request):  # trailers
            pass
        return b"".join(chunks)

    def _rest(self, request: HttpRequest) -> bytes:
        while self._more(request):
            pass
        content, self._buffer = self._buffer, b""
        return content


def _number(text: str, base: int) -> int:
    if not text.isalnum() or not text.isascii():
        raise ConnectionError(f"invalid number: {text[:40]!r}")
    try:
        return int(text, base)
    except ValueError:
        raise ConnectionError(f"invalid number: {text[:40]!r}") from None


def _decompressed(content: bytes, headers: dict[str, str], request: HttpRequest) -> bytes:
    if not content or headers.get("content-encoding", "identity").lower() == "identity":
        return content
    try:
        return zlib.decompress(content, wbits=zlib.MAX_WBITS | 32)
    except zlib.error as error:
        raise DecodeError(f"the response cannot be decompressed: {error}", request.operation) from error
