"""The receiver of webhooks: a process that responds with 200 immediately, and records when each call arrived.

    python -m bench.receiver NOTES SILENT SOCKET...

The arguments are numbers: the file descriptor for the records, how many sockets (the last ones) never respond, and the
file descriptors of the listening sockets. `bench.receiving` starts this process and reads the records. It uses the HTTP
parser of uvicorn and little else, so that it does not limit the result.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
import sys
import time
from functools import partial
from typing import cast

import httptools
import uvloop

NOTE = struct.Struct("<QII")
"""Nanoseconds of the system-wide monotonic clock, number of the socket, and mark."""
_MARK = re.compile(rb'"text":"(\d+)')
_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Endpoint(asyncio.Protocol):
    """A connection of a webhook. The mark of a call is the number at the start of its message text."""

    _transport: asyncio.Transport

    def __init__(self, number: int, notes: int, *, responds: bool) -> None:
        self._number = number
        self._notes = notes
        self._responds = responds
        self._body = b""
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self._body += body

    def on_message_complete(self) -> None:
        """Called by the parser."""
        now = time.monotonic_ns()
        if found := _MARK.search(self._body):
            os.write(self._notes, NOTE.pack(now, self._number, int(found[1])))
        self._body = b""
        if self._responds:
            self._transport.write(_RESPONSE)


async def _serve(notes: int, silent: int, descriptors: list[int]) -> None:
    loop = asyncio.get_running_loop()
    for number, descriptor in enumerate(descriptors):
        responds = number < len(descriptors) - silent
        connected = partial(Endpoint, number, notes, responds=responds)
        await loop.create_server(connected, sock=socket.socket(fileno=descriptor))
    await asyncio.Event().wait()


if __name__ == "__main__":
    notes, silent, *descriptors = map(int, sys.argv[1:])
    uvloop.run(_serve(notes, silent, descriptors))
