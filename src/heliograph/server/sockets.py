"""Sockets to listen on."""

from __future__ import annotations

import socket

from heliograph.errors import UsageError


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound socket. Several `shared` ones may be bound to one port, and the kernel deals connections among them.

    Raises:
        UsageError: the address cannot be had.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error}") from None
    listener.setblocking(False)
    return listener
