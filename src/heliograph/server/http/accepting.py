"""Accepts connections, even when the process has run out of file descriptors.

In that case the event loop's own server closes new connections, without logging it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Callable

from heliograph.server.http.connections import ServerConnections
from heliograph.server.observability.logs import ThrottledLog

_BACKLOG = 2048
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)
_MAX_PER_CALL = 100
# After an idle connection was closed, its descriptor is free soon; otherwise it may take longer.
_RETRY_SECONDS = 0.02
_WAIT_SECONDS = 0.5

log = logging.getLogger("heliograph.server")


class Acceptor:
    """Accepts the connections of a listening socket, and creates a protocol for each."""

    def __init__(
        self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol], connections: ServerConnections
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._failed = ThrottledLog(log)
        listener.listen(_BACKLOG)
        self._resume()

    def close(self) -> None:
        """Stop accepting. The caller closes the socket."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._listener.fileno())

    async def wait_closed(self) -> None:
        """Wait for connections that are being accepted."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _resume(self) -> None:
        self._timer = None
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(_MAX_PER_CALL):
            try:
                accepted, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            task = self._loop.create_task(self._connect(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol, accepted)
        except OSError:  # the client has disconnected
            with contextlib.suppress(OSError):
                accepted.close()

    def _pause(self, error: OSError) -> None:
        """Close an idle connection if descriptors ran out, and retry; clients wait in the kernel's backlog."""
        self._failed.warning(f"cannot accept connections: {os.strerror(error.errno or 0)}")
        self._loop.remove_reader(self._listener.fileno())
        closed_one = error.errno in _NO_DESCRIPTOR and self._connections.make_room()
        seconds = _RETRY_SECONDS if closed_one else _WAIT_SECONDS
        self._timer = self._loop.call_later(seconds, self._resume)
