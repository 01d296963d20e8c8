"""A server that responds with the last segment of the path, as the id of a user, and counts connections."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.client.faults import answer, read_message

SLOW_SECONDS = 0.5


class Echo:
    """Uses TLS if it has a certificate. If the last segment begins with `slow-`, it responds after half a second."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.accepted = 0
        self.ended = 0
        self.requests: list[str] = []
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
        scheme = "http" if certificate is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.accepted += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            secured = connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True)
            with secured:
                while request := read_message(secured):
                    name = request.split(b" ", 2)[1].decode().rpartition("/")[2]
                    self.requests.append(name)
                    if name.startswith("slow-"):
                        time.sleep(SLOW_SECONDS)
                    secured.sendall(answer(200, {"user": {"id": name}}))
        self.ended += 1

    def close(self) -> None:
        """Stop accepting connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def echoing(certificate: Path | None = None) -> Iterator[Echo]:
    """An echo server for the length of a block."""
    echo = Echo(certificate)
    try:
        yield echo
    finally:
        echo.close()
