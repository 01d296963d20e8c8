"""A webhook endpoint on a loopback port."""

from __future__ import annotations

import http.server
import json
from typing import Any

from tests.loopback import LoopbackServer


class Endpoint(LoopbackServer):
    """Responds with `status`, and records the calls."""

    status = 200

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.came: list[Any] = []

    @property
    def url(self) -> str:
        """The URL of the endpoint."""
        return f"{super().url}/hook"

    def close(self) -> None:
        """Stop, and close the port."""
        self.server_close()

    def answering(self) -> None:
        """Called before each response."""

    def answered(self, body: Any) -> None:
        """Called after each response, with the body of the request."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.came.append(({**self.headers, "X-Path": self.path}, body))
        self.server.answering()
        self.send_response(self.server.status)
        self.send_header("content-length", "11")
        self.end_headers()
        self.wfile.write(b"so\n\0\x1b[31m\xff\r")
        self.server.answered(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
