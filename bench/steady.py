"""Requests at a steady rate, however long their answers take, and when each was sent and acknowledged."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence

import uvloop
from msgspec import Struct

from bench.worlds import World

_CONNECTIONS = 64
"""So many requests may wait for their answers; one more would have to leave later than it should."""


class Sent(Struct):
    """What became of each request: nanoseconds of the clock that all processes share, 0 for what did not happen."""

    sent: list[int]
    acknowledged: list[int]

    @property
    def errors(self) -> int:
        """Requests that did not succeed."""
        return self.acknowledged.count(0)

    @property
    def rate(self) -> float:
        """Requests a second that were acknowledged, from the first that was sent to the last answer."""
        seconds = (max(self.acknowledged) - min(self.sent)) / 1e9
        return (len(self.sent) - self.errors) / seconds


def request(world: World, line: str) -> bytes:
    """A line of a scenario as HTTP."""
    method, path, body = line.split("\t")
    head = (
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        f"Authorization: {world.authorization}",
        "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}",
    )
    return "\r\n".join([*head, "", body]).encode()


def send(port: int, requests: Sequence[bytes], rate: float) -> Sent:
    """Send each request once, so many a second."""
    return uvloop.run(_send(port, requests, rate))


async def _send(port: int, requests: Sequence[bytes], rate: float) -> Sent:
    told = Sent([0] * len(requests), [0] * len(requests))
    numbers = iter(range(len(requests)))
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_CONNECTIONS)]
    began = time.monotonic()

    async def keep_asking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection takes the next request and waits for its time: while one is free, each leaves on time.
        for number in numbers:
            await asyncio.sleep(began + number / rate - time.monotonic())
            told.sent[number] = time.monotonic_ns()
            writer.write(requests[number])
            if await _succeeds(reader):
                told.acknowledged[number] = time.monotonic_ns()
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as tasks:
        for stream in streams:
            tasks.create_task(keep_asking(*stream))
    return told


async def _succeeds(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return head.split()[1].startswith(b"2")


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of all values does not exceed; 0 of none."""
    if not values:
        return 0
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]
