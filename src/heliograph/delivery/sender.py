"""Posting to an endpoint over connections of our own, which are made only to addresses that were looked at.

Nothing is followed, nothing unpacked, and no proxy of the environment comes in between.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from heliograph.delivery.answers import Answer, Unreadable
from heliograph.domain import networks
from heliograph.domain.networks import Network, Refused
from heliograph.domain.targets import Target, parse_target

TIMEOUT_SECONDS = 20.0
_IDLE_SECONDS = 10.0
_IDLE_MOST = 8
_RESOLVERS = 32

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: a status, or why there is none. What is forbidden need not be tried again."""

    status: int | None
    error: str | None = None
    answer: str | None = None
    forbidden: bool = False


class Sender:
    """Posts, and keeps connections for the next call."""

    def __init__(self, allowed: Sequence[Network], timeout: float = TIMEOUT_SECONDS) -> None:
        self._allowed = allowed
        self._timeout = timeout
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="heliograph-resolver")
        self._tls: ssl.SSLContext | None = None
        self._idle: dict[tuple[bool, str, int], list[tuple[Stream, float]]] = {}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Result:
        """Post once, and tell what came of it."""
        try:
            target = parse_target(url)
        except ValueError:
            return Result(None, "the target is not a URL that can be called", forbidden=True)
        request = _request(target, headers, body)
        try:
            async with asyncio.timeout(self._timeout):
                answer, stream = await self._exchange(target, request)
        except TimeoutError:
            return Result(None, f"no answer within {self._timeout:g} seconds")
        except Refused as error:
            return Result(None, str(error), forbidden=True)
        except Unreadable as error:
            return Result(None, str(error))
        except ssl.SSLError as error:
            return Result(None, f"TLS: {error.reason or 'failed'}")
        except (OSError, UnicodeError) as error:
            return Result(None, str(error) or type(error).__name__)
        await answer.rest(stream[0])
        if answer.reusable and not stream[0].at_eof():
            self._keep(target, stream)
        else:
            stream[1].close()
        return Result(answer.status, None, answer.text)

    async def close(self) -> None:
        """Close what is kept."""
        for streams in self._idle.values():
            for (_, writer), _ in streams:
                writer.transport.abort()
        self._idle.clear()
        await asyncio.sleep(0)
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _exchange(self, target: Target, request: bytes) -> tuple[Answer, Stream]:
        kept = self._kept(target)
        if kept is not None:
            answer = Answer()
            try:
                return await self._over(kept, request, answer)
            except (OSError, Unreadable):
                # The endpoint may have closed it just now; had it answered anything, the call would have been heard.
                if answer.started:
                    raise
        return await self._over(await self._connect(target), request, Answer())

    async def _over(self, stream: Stream, request: bytes, answer: Answer) -> tuple[Answer, Stream]:
        reader, writer = stream
        try:
            writer.write(request)
            await writer.drain()
            await answer.receive(reader)
        except BaseException:
            writer.transport.abort()  # nothing that is left to be sent is waited for
            raise
        return answer, stream

    def _kept(self, target: Target) -> Stream | None:
        idle = self._idle.get((target.encrypted, target.host, target.port), [])
        while idle:
            (reader, writer), since = idle.pop()
            if time.monotonic() - since < _IDLE_SECONDS and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    def _keep(self, target: Target, stream: Stream) -> None:
        now = time.monotonic()
        idle = self._idle.setdefault((target.encrypted, target.host, target.port), [])
        idle.append((stream, now))
        while len(idle) > _IDLE_MOST or now - idle[0][1] > _IDLE_SECONDS:
            idle.pop(0)[0][1].close()

    async def _connect(self, target: Target) -> Stream:
        loop = asyncio.get_running_loop()
        found: list[Any] = await loop.run_in_executor(self._resolvers, _resolve, target.host, target.port)
        refused: Exception = OSError("the name of the host is not known")
        for address in dict.fromkeys(info[4][0] for info in found):
            try:
                networks.check(address, self._allowed, encrypted=target.encrypted)
                if not target.encrypted:
                    return await asyncio.open_connection(address, target.port)
                return await asyncio.open_connection(
                    address, target.port, ssl=self._context(), server_hostname=target.host
                )
            except (Refused, OSError) as error:
                refused = error
        raise refused

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def _resolve(host: str, port: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(f"the name of the host cannot be resolved: {error.strerror}") from None


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"host: {target.authority}", f"content-length: {len(body)}"]
    if target.credentials is not None:
        lines.append(f"authorization: Basic {target.credentials}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
