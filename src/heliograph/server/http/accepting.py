"""Accepting connections, also when the process runs out of file descriptors.

The event loop's own server hangs up on new callers then, without a line in the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Callable

from heliograph.server.http.connections import Connections
from heliograph.server.observability.logs import Occasional

_BACKLOG = 2048
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)
_AT_ONCE = 100
# Descriptors that were just given up are free soon; those of others may take longer.
_RETRY_SECONDS = 0.02
_WAIT_SECONDS = 0.5

log = logging.getLogger("heliograph.server")


class Acceptor:
    """Hands each new connection of a listening socket to a protocol of its own."""

    def __init__(
        self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol], connections: Connections
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._failed = Occasional(log)
        listener.listen(_BACKLOG)
        self._resume()

    def close(self) -> None:
        """Accept no more; the socket is closed by whoever made it."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._listener.fileno())

    async def wait_closed(self) -> None:
        """Wait for connections that are just being accepted."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _resume(self) -> None:
        self._timer = None
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            task = self._loop.create_task(self._begin(accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _begin(self, accepted: socket.socket) -> None:
        try:
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol, accepted)
        except OSError:  # the caller has gone already
            with contextlib.suppress(OSError):
                accepted.close()

    def _pause(self, error: OSError) -> None:
        """Close an idle connection if that helps, and try again; callers wait in the backlog of the kernel."""
        self._failed.warning(f"cannot accept connections: {os.strerror(error.errno or 0)}")
        self._loop.remove_reader(self._listener.fileno())
        room = error.errno in _NO_DESCRIPTOR and self._connections.make_room()
        seconds = _RETRY_SECONDS if room else _WAIT_SECONDS
        self._timer = self._loop.call_later(seconds, self._resume)
