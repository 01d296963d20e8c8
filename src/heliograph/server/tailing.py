"""Follows an app for a stream of server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import ClassVar

from heliograph.server.http.request import Request
from heliograph.server.streams import Streams
from heliograph.wire.paths import AppPath

RECHECK_SECONDS = 1.0
"""How often the credential of an idle stream is checked."""
_NOTHING = b""

EventParts = AsyncGenerator[bytes, None]


class Tail(ABC):
    """Reads the entries that a stream sends: those after its position."""

    keep_alive_seconds: ClassVar[float]
    """After this time without a part, `keep_alive` is sent."""
    of_requests: ClassVar[bool] = False
    """Whether it has recorded requests besides events."""
    repeated: bool = False
    """Whether it includes repetitions of events."""

    @property
    def read_seconds(self) -> float:
        """The time after which the tail is read without being woken, in case a wake-up was missed."""
        return self.keep_alive_seconds

    @abstractmethod
    async def next_part(self, streams: Streams) -> bytes | None:
        """The next part; empty if entries were skipped and more may follow, None if there are no new entries."""

    @abstractmethod
    def keep_alive(self) -> bytes:
        """The part that keeps an idle connection open."""

    def farewell(self) -> bytes:
        """The last part when the server ends the stream."""
        return _NOTHING


async def following(request: Request[AppPath, None], tail: Tail, first: bytes) -> EventParts:
    """The first part, and those of the tail as they happen, until the server ends the stream.

    Raises:
        ServiceUnavailable: the process, or the app, has the maximum number of streams open.
        ApiError: the credential is no longer valid. The client reconnects, and either resumes or is refused.
    """
    streams = request.context.streams
    with streams.opened(request.tenant.app_id, of_requests=tail.of_requests, repeated=tail.repeated) as woken:
        yield first
        sent, read = time.monotonic(), -tail.keep_alive_seconds
        while streams.is_open(woken):
            due = woken.is_set() or time.monotonic() - read >= tail.read_seconds
            woken.clear()
            part = await tail.next_part(streams) if due else None
            # The key may have been removed, or the token may have expired. Checked after the events are read, because
            # they may be younger than the removal.
            await request.recheck()
            if part is not None:
                woken.set()  # there may be more events
                sent = time.monotonic() if part else sent
                yield part
                continue
            read = time.monotonic() if due else read
            if time.monotonic() - sent >= tail.keep_alive_seconds:
                sent = time.monotonic()
                yield tail.keep_alive()
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`, which may lose a cancellation before Python 3.12.
                async with asyncio.timeout(RECHECK_SECONDS):
                    await woken.wait()
            yield _NOTHING
        yield tail.farewell()


def cursor_line(cursor: str) -> bytes:
    """The line with a cursor after which a client can resume."""
    return f"id: {cursor}\n".encode()
