"""A webhook endpoint with configurable responses and faults."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from heliograph.wire.events import PAYLOADS, WebhookCall

Writer = asyncio.StreamWriter


def documented(body: bytes) -> WebhookCall:
    """Decode the body of a webhook call, which must have one event and only documented fields."""
    call = msgspec.json.decode(body, type=WebhookCall)
    (event,) = call.events
    payload = msgspec.convert(event.payload, PAYLOADS[event.type])
    assert msgspec.to_builtins(payload) == event.payload
    assert msgspec.to_builtins(call) == msgspec.json.decode(body)
    return call


@dataclass
class Call:
    """A received call."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """The single event of the call."""
        (event,) = json.loads(self.body)["events"]
        return event

    @property
    def attempt(self) -> int:
        """The number of the attempt, from the header."""
        return int(self.headers["x-heliograph-attempt"])


@dataclass
class Receiver:
    """Responds to each call with the result of `answer`: a status, raw bytes, or the name of a fault of `respond`."""

    answer: Callable[[Call], int | str | bytes] = lambda call: 200
    calls: list[Call] = field(default_factory=list)
    port: int = 0
    most_at_once: int = 0
    _now: int = 0

    @property
    def url(self) -> str:
        """The URL of the endpoint."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """Respond to the calls of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.strip().split("\r\n")
                headers = dict(_header(line) for line in lines)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                call = Call(first.split()[1], headers, body)
                self.calls.append(call)
                self._now += 1
                self.most_at_once = max(self.most_at_once, self._now)
                try:
                    if not await respond(self.answer(call), writer) or headers.get("connection") == "close":
                        break
                finally:
                    self._now -= 1
            writer.close()
            await writer.wait_closed()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    async def saw(self, count: int, seconds: float = 30.0) -> list[Call]:
        """Wait until this many calls were received; returns all calls."""
        async with asyncio.timeout(seconds):
            while len(self.calls) < count:
                await asyncio.sleep(0.005)
        return self.calls

    def event_ids(self) -> list[str]:
        """The ids of the received events, in order."""
        return [call.event["id"] for call in self.calls]


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value


async def respond(how: int | str | bytes, writer: Writer) -> bool:
    """Send a response or cause a fault; returns whether the connection can be used again."""
    match how:
        case int():
            await asyncio.sleep(0)
            writer.write(f"HTTP/1.1 {how} X\r\ncontent-length: 5\r\n\r\nhello".encode())
        case bytes():
            writer.write(how)
        case "hang":
            await asyncio.sleep(3600)
        case "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return False
        case "drip":
            for byte in b"HTTP/1.1 200 OK\r\n" + b"x-slow: y\r\n" * 1000:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)
        case "drip body":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            for _ in range(1000):
                writer.write(b"z")
                await asyncio.sleep(0.05)
        case "huge":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
            for _ in range(1500):
                writer.write(b"z" * 65536)
                await writer.drain()
        case "huge headers":
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(10_000):
                writer.write(b"x-more: " + b"y" * 1000 + b"\r\n")
                await writer.drain()
        case "close":
            writer.write_eof()
            return False
    await writer.drain()
    return True


@contextlib.asynccontextmanager
async def receiving(answer: Callable[[Call], int | str | bytes] = lambda call: 200) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port."""
    receiver = Receiver(answer)
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.ensure_future(receiver.serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)  # so that connections are closed
