"""A server with a path for each kind of response, valid and invalid ones, which counts its requests."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator

_LONG = b"x" * 300_000
_HEAD = b"HTTP/1.1 200 OK\r\n"
RESPONSES: dict[str, list[bytes]] = {
    "/plain": [_HEAD + b"Content-Length: 2\r\n\r\n{}"],
    "/empty": [_HEAD + b"content-length: 0\r\n\r\n"],
    "/nothing": [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "/failure": [b"HTTP/1.1 500 Sorry\r\nContent-Length: 5\r\n\r\nsorry"],
    "/refusal": [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"],
    "/early": [b"HTTP/1.1 100 Continue\r\n\r\n", _HEAD + b"Content-Length: 1\r\n\r\n1"],
    "/split": [bytes([byte]) for byte in _HEAD + b"Content-Length: 3\r\nX: y\r\n\r\nabc"],
    "/long": [_HEAD + b"Content-Length: 300000\r\n\r\n", _LONG],
    "/header": [_HEAD + b"X-Long: " + _LONG[:3000] + b"\r\nContent-Length: 1\r\n\r\n1"],
    "/chunked": [
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
    ],
    "/pieces": [
        _HEAD + b"transfer-encoding: Chunked\r\n\r",
        b"\n",
        b"1",
        b"0\r\n0123456789ab",
        b"cdef\r",
        b"\n0\r\n\r\n",
    ],
    "/goodbye": [_HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"],
    "/to-the-end": [_HEAD + b"\r\n", b"all there is"],
    "/without-a-word": [_HEAD + b"Content-Length: 2\r\n\r\n{}"],
    "/drop": [],
    "/half": [_HEAD + b"Content-Length: 100\r\n\r\nhalf"],
    "/garbage": [b"this is no response\r\n\r\n"],
    "/too-much": [_HEAD + b"Content-Length: 2\r\n\r\n{}{}"],
}
CLOSES = {"/goodbye", "/to-the-end", "/drop", "/half", "/without-a-word"}
SILENT = "/silent"
STALL = "/stall"
"""A request of this path stalls the whole server for 200 ms."""


class StrangeServer(socketserver.ThreadingTCPServer):
    """Responds by path, and counts requests by method, path, body and credential."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.received: Counter[tuple[str, str, str, str]] = Counter()
        self.running = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: StrangeServer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while self._respond():
                pass

    def _respond(self) -> bool:
        first = self.rfile.readline().decode().split()
        if not first:
            return False
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = self.rfile.read(int(headers.get("content-length", 0))).decode()
        method, path, _ = first
        self.server.received[method, path, body, headers.get("authorization", "")] += 1
        if path == SILENT:
            time.sleep(0.6)
            return False
        with self.server.running:
            if path == STALL:
                time.sleep(0.2)
        pieces = RESPONSES["/plain" if path == STALL else path]
        for piece in pieces:
            self.wfile.write(piece)
            if len(pieces) > 1:
                time.sleep(0.001)
        return path not in CLOSES


@contextlib.contextmanager
def strange_server() -> Iterator[StrangeServer]:
    """Run the server for the duration of a block."""
    with StrangeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
