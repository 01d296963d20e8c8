"""The shutdown of a server process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import uvloop

from heliograph.server.http.connections import ServerConnections
from heliograph.server.http.exchange import Exchange
from heliograph.server.http.sockets import listen
from heliograph.server.process.running import Server

PATIENCE_SECONDS = 30

Task = asyncio.Task[None]


async def never(exchange: Exchange) -> None:
    """Called for requests, which no client sends."""
    raise AssertionError


async def nothing() -> None:
    """Called when the server is ready."""


def test_a_connection_that_is_being_accepted_is_closed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        server = Server(never, ServerConnections(), 1, nothing, lambda: None)
        loop, accepting = asyncio.get_running_loop(), asyncio.Event()
        connect = loop.connect_accepted_socket

        async def slowly(*args: Any, **kwargs: Any) -> Any:
            accepting.set()
            await asyncio.sleep(0.01)
            return await connect(*args, **kwargs)

        loop.connect_accepted_socket = slowly  # type: ignore[method-assign]
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        running = asyncio.create_task(server.run(listener))
        await asyncio.sleep(0)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await accepting.wait()
        async with asyncio.timeout(PATIENCE_SECONDS):
            server.stop()
            await running
            assert await reader.read() == b""
        writer.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert caplog.records == []


@contextlib.asynccontextmanager
async def hanging_request(grace_seconds: float) -> AsyncIterator[tuple[Server, Task, asyncio.StreamReader]]:
    """A server that does not respond to a request; yields it, its task, and what the client reads."""
    begun = asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        begun.set()
        await asyncio.Event().wait()

    listener = listen("127.0.0.1", 0)
    connections = ServerConnections()
    server = Server(hang, connections, grace_seconds, nothing, lambda: None)
    running = asyncio.create_task(server.run(listener))
    await asyncio.sleep(0)
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET /v2/apps HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await begun.wait()
        yield server, running, reader
        await running
    for task in connections.tasks:
        task.cancel()
    writer.close()


def test_a_request_that_outlasts_the_grace_period_gets_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> bytes:
        async with hanging_request(grace_seconds=0.05) as (server, _, reader):
            server.stop()
            return await reader.read()

    answer = uvloop.run(run())
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b'"code":"internal_error"' in answer
    assert "cancelled 1 requests, because the grace period is over" in caplog.messages


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Restores the signal handlers that a test replaces."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_only_the_second_interrupt_ends_the_wait_for_requests() -> None:
    async def run() -> None:
        async with hanging_request(grace_seconds=60) as (server, running, _):
            with server.stopped_by_signals():
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.wait([running], timeout=0.2)
                assert not running.done()
                os.kill(os.getpid(), signal.SIGINT)
                await running

    uvloop.run(run())
