"""Listening sockets, and the limits of open files and connections."""

from __future__ import annotations

import contextlib
import resource
import socket

from heliograph.errors import UsageError

SEND_BUFFER = 256 * 1024
"""The bytes that the kernel buffers for a connection. By default it buffers megabytes, and a client that reads slowly
seems to make no progress until a third of them are free."""
_MAX_DESCRIPTORS = 1_048_576
# The database, webhooks and log files need descriptors too.
_RESERVED_DESCRIPTORS = 1024


def raise_descriptor_limit() -> int:
    """Raise the soft limit of open files to the hard limit; returns the limit in effect."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MAX_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # some systems allow less than the hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return _MAX_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def connection_limit(descriptors: int) -> int:
    """The maximum number of connections for a limit of open files."""
    return descriptors - min(_RESERVED_DESCRIPTORS, descriptors // 4)


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound socket. Several `shared` sockets may have the same port; the kernel distributes connections among them.

    Raises:
        UsageError: the address is not available.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error}") from None
    listener.setblocking(False)
    return listener
