"""An HTTP server for tests, in a thread of its own."""

from __future__ import annotations

import http.server
import threading

POLL_SECONDS = 0.02
"""The longest time that a stop takes. The default, half a second, is longer than most tests."""


class LoopbackServer(http.server.ThreadingHTTPServer):
    """Serves on a free loopback port until it is closed."""

    daemon_threads = True

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def server_close(self) -> None:
        """Stop, and close the port. Without the stop, the thread would try to accept on a closed socket, endlessly."""
        self.shutdown()
        super().server_close()
