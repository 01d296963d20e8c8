"""The transport of a connection, with flow control in both directions."""

from __future__ import annotations

import asyncio


class Channel:
    """Reads and writes of a connection."""

    __slots__ = ("_drained", "_reading", "authenticated", "transport", "writing_paused")

    def __init__(self, transport: asyncio.Transport) -> None:
        # Without a buffer limit, writing is paused exactly while bytes are unsent.
        transport.set_write_buffer_limits(0)
        self.transport = transport
        self.authenticated = False
        """Whether a request of the connection was authenticated."""
        self.writing_paused = False
        self._reading = True
        self._drained = asyncio.Event()

    def pause_reading(self) -> None:
        """Leave further bytes of the client in the kernel."""
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read bytes of the client again."""
        if not self._reading and not self.transport.is_closing():
            self._reading = True
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        """Called when the kernel accepts no more bytes."""
        self.writing_paused = True
        self._drained.clear()

    def resume_writing(self) -> None:
        """Called when everything is sent, or the connection is lost."""
        self.writing_paused = False
        self._drained.set()

    async def drained(self) -> None:
        """Wait until the kernel has accepted everything."""
        if self.writing_paused:
            await self._drained.wait()
