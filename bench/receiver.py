"""What webhooks call: a process that answers 200 at once, and notes when each call had come.

    python -m bench.receiver NOTES SILENT SOCKET...

All are numbers: of the file descriptor that the notes go to, of how many sockets never answer (the last ones), and of
the file descriptors of the sockets, which listen already. `bench.receiving` starts it, and reads the notes. There is
nothing in it but the parser that uvicorn has too, so that it is not what is measured.
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
"""Nanoseconds of the clock that every process of the machine shares, the number of the socket, and the mark."""
_MARK = re.compile(rb'"text":"(\d+)')
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Endpoint(asyncio.Protocol):
    """A connection of a webhook. The mark of a call is the number with which the text of its message begins."""

    _transport: asyncio.Transport

    def __init__(self, number: int, notes: int, *, answers: bool) -> None:
        self._number = number
        self._notes = notes
        self._answers = answers
        self._body = b""
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
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
        if self._answers:
            self._transport.write(_ANSWER)


async def _serve(notes: int, silent: int, descriptors: list[int]) -> None:
    loop = asyncio.get_running_loop()
    for number, descriptor in enumerate(descriptors):
        answers = number < len(descriptors) - silent
        connected = partial(Endpoint, number, notes, answers=answers)
        await loop.create_server(connected, sock=socket.socket(fileno=descriptor))
    await asyncio.Event().wait()


if __name__ == "__main__":
    notes, silent, *descriptors = map(int, sys.argv[1:])
    uvloop.run(_serve(notes, silent, descriptors))
