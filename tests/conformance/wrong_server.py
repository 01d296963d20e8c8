"""A proxy that alters the responses of a server, or a server that always sends the same response."""

from __future__ import annotations

import http.client
import http.server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.loopback import LoopbackServer


@dataclass
class Reply:
    """A response that is about to be sent. With status 0, the connection is closed instead."""

    method: str
    path: str
    status: int
    body: bytes
    headers: dict[str, str]


Alter = Callable[[Reply], None]


class _Proxy(LoopbackServer):
    def __init__(self, target: str, alter: Alter) -> None:
        self.target = urlsplit(target).netloc
        self.alter = alter
        super().__init__(_Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Proxy

    def _forward(self) -> None:
        reply = self._reply()
        self.server.alter(reply)
        if reply.status == 0:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _reply(self) -> Reply:
        if not self.server.target:
            self.close_connection = True
            return Reply(self.command, self.path, 200, b"{}", {"connection": "close"})
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        far = http.client.HTTPConnection(self.server.target, timeout=30)
        far.request(self.command, self.path, body, dict(self.headers.items()))
        response = far.getresponse()
        reply = Reply(self.command, self.path, response.status, response.read(), {})
        reply.headers["content-type"] = response.headers.get("content-type", "")
        far.close()
        return reply

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def altering(target: str, alter: Alter) -> Iterator[str]:
    """Run a proxy in front of a server; yields its URL. Without a target, all responses are `{}`."""
    with _Proxy(target, alter) as proxy:
        yield proxy.url
