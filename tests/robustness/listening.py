"""The server in this process, with limits that a test may set, and real connections to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop

from heliograph.server.http.accepting import Acceptor
from heliograph.server.http.connections import ServerConnections
from heliograph.server.http.protocol import Protocol
from heliograph.server.http.sockets import listen
from tests.databases import url_of
from tests.harness import Auth
from tests.robustness.inside import inside

T = TypeVar("T")


@contextlib.asynccontextmanager
async def listening(folder: Path, connections: ServerConnections) -> AsyncIterator[tuple[str, str, Auth]]:
    """The server in this process; yields its URL, the path of the sandbox's app, and the app's key."""
    async with inside(url_of(folder / "heliograph.db")) as server:
        protocol = partial(Protocol, server.application.serve, connections)
        key = server.sandbox.app_key
        with listen("127.0.0.1", 0) as listener:
            acceptor = Acceptor(listener, protocol, connections)
            try:
                port = listener.getsockname()[1]
                yield f"http://127.0.0.1:{port}", f"/v2/apps/{server.sandbox.app.id}", (key.id, key.secret)
            finally:
                acceptor.close()
                await acceptor.wait_closed()


def talk(folder: Path, conversation: Callable[[str, str, Auth], T], connections: ServerConnections | None = None) -> T:
    """Run `conversation` in a thread, against the server in this process."""

    async def run() -> T:
        async with listening(folder, connections or ServerConnections()) as where:
            return await asyncio.to_thread(conversation, *where)

    return uvloop.run(run())
