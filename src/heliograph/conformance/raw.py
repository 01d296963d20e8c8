"""Sends raw bytes, for requests that an HTTP client would not send."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple


class ServerAddress(NamedTuple):
    """Where a server listens."""

    host: str
    port: int
    tls: bool


def first_line(address: ServerAddress, data: bytes, timeout: float) -> str:
    """Send these bytes on a new connection; returns the first line of the response.

    Raises:
        OSError: the connection failed, or nothing came within `timeout` seconds.
    """
    with socket.create_connection(address[:2], timeout) as plain:
        connection = _over_tls(plain, address.host) if address.tls else plain
        connection.sendall(data)
        with connection.makefile("rb") as stream:
            line = stream.readline(1000)
    if not line:
        raise ConnectionError("the server closed the connection")
    return line.decode("latin-1").rstrip()


def _over_tls(plain: socket.socket, host: str) -> socket.socket:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context.wrap_socket(plain, server_hostname=host)
