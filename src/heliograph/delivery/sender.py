"""Posting to an endpoint over connections of our own, which are made only to addresses that were looked at.

Nothing is followed, nothing unpacked, and no proxy of the environment comes in between.
"""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heliograph.delivery.answers import Answer, Unreadable
from heliograph.delivery.idle import IdleConnections, Place, Stream
from heliograph.delivery.resolver import NameNotResolved, Resolver
from heliograph.delivery.shares import Shares
from heliograph.domain import networks
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target, parse_target

TIMEOUT_SECONDS = 20.0
# How long a TLS connection waits for the other side to close it too.
_CLOSING_SECONDS = 1.0
_LEAST_CALLS, _MOST_CALLS = 64, 1024
# With 1,024 places, an app can call its ten webhooks eight times each.
_FRACTION = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: a status, or why there is none. What is forbidden need not be tried again.

    `cause` is the kind of the error: address, answer, connection, name, refused, target, timeout, or tls.
    """

    status: int | None
    error: str | None = None
    answer: str | None = None
    forbidden: bool = False
    cause: str | None = None


class Sender:
    """Posts, and keeps connections for the next call."""

    def __init__(self, allowed: Sequence[Network], timeout: float = TIMEOUT_SECONDS) -> None:
        self._allowed = allowed
        self._timeout = timeout
        self._resolver = Resolver()
        self._calls = Shares(_most_calls(), _FRACTION)
        self._tls: ssl.SSLContext | None = None
        self._idle = IdleConnections()

    async def post(self, app_id: str, url: str, headers: Mapping[str, str], body: bytes) -> Result:
        """Post once for an app, and tell what came of it."""
        try:
            target = parse_target(url)
        except ValueError:
            return Result(None, "the target is not a URL that can be called", forbidden=True, cause="target")
        await self._calls.take(app_id)
        try:
            return await self._post(app_id, target, _request(target, headers, body))
        finally:
            self._calls.give(app_id)

    async def _post(self, app_id: str, target: Target, request: bytes) -> Result:
        try:
            async with asyncio.timeout(self._timeout) as limit:
                answer, stream = await self._exchange(app_id, target, request, limit)
        except TimeoutError:
            return Result(None, f"no answer within {self._timeout:g} seconds", cause="timeout")
        except TargetRefused as error:
            return Result(None, str(error), forbidden=True, cause="address")
        except Unreadable as error:
            return Result(None, str(error), cause="answer")
        except ssl.SSLError as error:
            return Result(None, f"TLS: {error.reason or 'failed'}", cause="tls")
        except (OSError, UnicodeError) as error:
            return Result(None, str(error) or type(error).__name__, cause=_cause(error))
        await answer.rest(stream[0])
        if answer.reusable and not stream[0].at_eof():
            self._idle.keep(_place(target), stream)
        else:
            stream[1].close()
        return Result(answer.status, None, answer.text)

    async def close(self) -> None:
        """Close what is kept."""
        self._idle.close()
        self._resolver.close()
        await asyncio.sleep(0)

    async def _exchange(
        self, app_id: str, target: Target, request: bytes, limit: asyncio.Timeout
    ) -> tuple[Answer, Stream]:
        kept = self._idle.take(_place(target))
        if kept is not None:
            answer = Answer()
            try:
                return await self._over(kept, request, answer)
            except (OSError, Unreadable):
                # The endpoint may have closed it just now; had it answered anything, the call would have been heard.
                if answer.started:
                    raise
        return await self._over(await self._connect(app_id, target, limit), request, Answer())

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

    async def _connect(self, app_id: str, target: Target, limit: asyncio.Timeout) -> Stream:
        found = [target.address] if target.address is not None else await self._resolved(app_id, target.host, limit)
        refused: Exception = OSError("the name of the host is not known")
        for address in found:
            try:
                networks.check(address, self._allowed, encrypted=target.encrypted)
                if not target.encrypted:
                    return await asyncio.open_connection(address, target.port)
                return await asyncio.open_connection(
                    address,
                    target.port,
                    ssl=self._context(),
                    server_hostname=target.host.partition("%")[0].rstrip("."),
                    ssl_shutdown_timeout=_CLOSING_SECONDS,
                )
            except (TargetRefused, OSError) as error:
                refused = error
        raise refused

    async def _resolved(self, app_id: str, host: str, limit: asyncio.Timeout) -> list[str]:
        lookup = self._resolver.look_up(app_id, host)
        if not lookup.began.done():
            # Until there is a thread the endpoint has no part in the delay, so the time does not count.
            limit.reschedule(None)
            await asyncio.shield(lookup.began)
            limit.reschedule(asyncio.get_running_loop().time() + self._timeout)
        return await asyncio.shield(lookup.result)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def _cause(error: Exception) -> str:
    match error:
        case NameNotResolved():
            return "name"
        case ConnectionRefusedError():
            return "refused"
    return "connection"


def _place(target: Target) -> Place:
    return target.encrypted, target.host, target.port


def _most_calls() -> int:
    """How many calls may be under way, each with a connection: a quarter of what this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CALLS if soft == resource.RLIM_INFINITY else max(_LEAST_CALLS, min(_MOST_CALLS, soft // 4))


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"host: {target.authority}", f"content-length: {len(body)}"]
    if target.credentials is not None:
        lines.append(f"authorization: Basic {target.credentials}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
