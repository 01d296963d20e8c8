"""A proxy between a server and PostgreSQL that loses COMMITs."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.postgresql import SOCKET

BEGIN = b"Q\x00\x00\x00\x0aBEGIN\x00"
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
LATE_SECONDS = 0.25


class Fate(Enum):
    """The fate of a COMMIT. In each case the connection of the server is closed."""

    LOST = auto()  # it does not arrive
    UNANSWERED = auto()  # it is executed, but its response does not arrive
    LATE = auto()  # it arrives some time after the connection was closed, and is executed


class Proxy:
    """Forwards all data, except COMMITs of transactions that contain the mark: each takes the next of the `fates`."""

    def __init__(self, url: str) -> None:
        (folder,) = parse_qs(urlsplit(url).query)["host"]
        self._target = f"{folder}/{SOCKET}"
        self._folder = Path(tempfile.mkdtemp(prefix="heliograph-proxy-"))
        self.url = url.replace(folder, str(self._folder))
        self.fates: list[Fate] = []
        self.mark = b""  # selects transactions, because a server also commits on its own, such as a step of a purge
        self._loop = asyncio.new_event_loop()
        self._settled = threading.Event()
        self._settled.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._listen())

    def _run(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=60)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self._folder / SOCKET)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):  # the server may be unreachable
            await self._pass_on(reader, writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        with contextlib.closing(far_writer):  # also when the proxy is closed while the connection is open
            back = asyncio.create_task(_copy(far_reader, writer))
            sent = b""  # since the transaction began
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(65_536):
                    sent = data if BEGIN in data else sent + data
                    if COMMIT in data and self.mark in sent and self.fates:
                        fate = self.fates.pop(0)
                        back.cancel()
                        await asyncio.wait([back])
                        await self._end(fate, data, far_reader, far_writer, writer)
                        return
                    far_writer.write(data)
                    await far_writer.drain()
            far_writer.close()
            await back

    async def _end(
        self,
        fate: Fate,
        data: bytes,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._settled.clear()
        try:
            if fate is Fate.LATE:
                writer.close()
                await asyncio.sleep(LATE_SECONDS)
            if fate is not Fate.LOST:
                far_writer.write(data)
                # Nothing arrives if another process has terminated the backend, because its process seemed dead.
                await far_reader.read(1)
        finally:
            far_writer.close()
            writer.close()
            self._settled.set()

    def settle(self) -> None:
        """Wait for late COMMITs."""
        assert self._settled.wait(timeout=60)

    def close(self) -> None:
        """Stop the proxy."""

        async def end() -> None:
            self._server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self._folder)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def losing(url: str) -> Iterator[Proxy]:
    """A proxy that is stopped at the end of the block."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
