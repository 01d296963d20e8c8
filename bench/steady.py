"""Sends requests at a steady rate, independent of response times, and records when each was sent and acknowledged."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence

import uvloop
from msgspec import Struct

from bench.worlds import World

_CONNECTIONS = 64
"""Maximum number of concurrent requests; further requests are sent late."""


class Sent(Struct):
    """When each request was sent and acknowledged: nanoseconds of the system-wide monotonic clock, or 0."""

    sent: list[int]
    acknowledged: list[int]

    @property
    def errors(self) -> int:
        """The number of failed requests."""
        return self.acknowledged.count(0)

    @property
    def rate(self) -> float:
        """Acknowledged requests per second, from the first request to the last response."""
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
    """Send each request once, `rate` of them per second."""
    return uvloop.run(_send(port, requests, rate))


async def _send(port: int, requests: Sequence[bytes], rate: float) -> Sent:
    record = Sent([0] * len(requests), [0] * len(requests))
    numbers = iter(range(len(requests)))
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_CONNECTIONS)]
    start = time.monotonic()

    async def send_next(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A connection takes the next request and waits until it is due: while one is free, every request is on time.
        for number in numbers:
            await asyncio.sleep(start + number / rate - time.monotonic())
            record.sent[number] = time.monotonic_ns()
            writer.write(requests[number])
            if await _succeeds(reader):
                record.acknowledged[number] = time.monotonic_ns()
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as tasks:
        for stream in streams:
            tasks.create_task(send_next(*stream))
    return record


async def _succeeds(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return head.split()[1].startswith(b"2")


def quantile(values: Sequence[float], part: float) -> float:
    """The quantile of the values, by the nearest rank; 0 if there are no values."""
    if not values:
        return 0
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]
