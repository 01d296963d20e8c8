"""The shutdown of a server process."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest
import uvicorn

from heliograph.server.http.connections import Connections
from heliograph.server.http.protocol import Protocol
from heliograph.server.process.running import Server

PATIENCE_SECONDS = 5


async def never(scope: Any, receive: Any, send: Any) -> None:
    """An application that is not called."""
    raise AssertionError


async def nothing() -> None:
    """Called when the server is ready."""


def test_a_connection_that_is_being_accepted_is_closed_at_once(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        config = uvicorn.Config(never, http=Protocol, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        config.load()
        server = Server(config, nothing, lambda: None, Connections())
        server.lifespan = config.lifespan_class(config)
        loop, accepting = asyncio.get_running_loop(), asyncio.Event()
        connect = loop.connect_accepted_socket

        async def slowly(*args: Any, **kwargs: Any) -> Any:
            accepting.set()
            await asyncio.sleep(0.01)
            return await connect(*args, **kwargs)

        loop.connect_accepted_socket = slowly  # type: ignore[method-assign]
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        await server.startup([listener])
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await accepting.wait()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.shutdown([listener])
            assert await reader.read() == b""
        writer.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    assert caplog.records == []
