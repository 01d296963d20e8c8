"""A proxy in front of a real server, which applies the next fault of its script to each request."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Fault:
    """What happens to one request.

    `forward` says whether the server receives the request. `answer` replaces the response of the server, and `keep`
    cuts it to `response[:keep]`. `end` says how the connection ends: by a `reset`, `half` (it stays open for reading,
    and nothing more is sent), by `close`, or not at all.
    """

    forward: bool = True
    before: float = 0.0
    answer: bytes | None = None
    keep: int | None = None
    drip: float = 0.0
    end: str = ""


def answer(status: int, body: Any = None, *headers: str) -> bytes:
    """An HTTP response with a body of JSON, or of these bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Length: {len(content)}",
        "Content-Type: application/json",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


def refusal(status: int, *headers: str, code: str = "too_many_requests", title: str = "Slow down") -> Fault:
    """An error response to a request that the server does not receive."""
    return Fault(forward=False, answer=answer(status, {"errors": [{"code": code, "title": title}]}, *headers))


@dataclass
class Proxy:
    """Applies the script, and forwards all requests after its end."""

    upstream: tuple[str, int]
    script: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.opened: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.opened.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while request := read_message(connection):
                self.seen.append(request.split(b" HTTP", 1)[0].decode())
                fault = self.script.pop(0) if self.script else Fault()
                if not self._do(fault, request, connection):
                    return

    def _do(self, fault: Fault, request: bytes, connection: socket.socket) -> bool:
        time.sleep(fault.before)
        reply = b""
        if fault.forward:
            self.forwarded.append(request.split(b" HTTP", 1)[0].decode())
            with socket.create_connection(self.upstream) as upstream:
                upstream.sendall(request)
                reply = read_message(upstream)
        reply = (fault.answer if fault.answer is not None else reply)[: fault.keep]
        for piece in [reply[i : i + 1] for i in range(len(reply))] if fault.drip else [reply]:
            connection.sendall(piece)
            time.sleep(fault.drip)
        if fault.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if fault.end == "half":
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
        return not fault.end

    def close(self) -> None:
        """Close the port and all connections."""
        self._socket.close()
        for connection in self.opened:
            with contextlib.suppress(OSError):
                connection.close()


def read_message(connection: socket.socket) -> bytes:
    """Read a request or response whose body has a Content-Length; returns no bytes at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    """A proxy for the length of a block."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = Proxy((parts.hostname, parts.port))
    try:
        yield proxy
    finally:
        proxy.close()
