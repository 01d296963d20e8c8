"""Sends one webhook call over a connection that is opened only to an address that passed the network check.

Redirects are not followed, responses are not decompressed, and proxy settings of the environment are ignored.
"""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heliograph.delivery.fair_slots import FairSlots
from heliograph.delivery.idle_connections import Connection, IdleConnections, Origin
from heliograph.delivery.resolver import NameNotResolved, Resolver
from heliograph.delivery.responses import EndpointResponse, UnreadableResponse
from heliograph.domain import networks
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target, parse_target

TIMEOUT_SECONDS = 20.0
# How long closing a TLS connection waits for the peer's close_notify.
_CLOSING_SECONDS = 1.0
_MIN_CALLS, _MAX_CALLS = 64, 1024
# With 1,024 slots, an app can call its ten webhooks eight times each.
_FRACTION = 8


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of a call: a status, or the error that prevented one. Permanent errors are not retried.

    `cause` is the kind of the error: address, answer, connection, name, refused, target, timeout, or tls. `body` is the
    beginning of the response's body.
    """

    status: int | None
    error: str | None = None
    body: str | None = None
    permanent: bool = False
    cause: str | None = None


class WebhookSender:
    """Makes POST requests, and keeps connections open for the next one."""

    def __init__(self, allowed: Sequence[Network], timeout: float = TIMEOUT_SECONDS) -> None:
        self._allowed = allowed
        self._timeout = timeout
        self._resolver = Resolver()
        self._slots = FairSlots(_max_calls(), _FRACTION)
        self._tls: ssl.SSLContext | None = None
        self._idle = IdleConnections()

    async def post(self, app_id: str, url: str, headers: Mapping[str, str], body: bytes) -> CallResult:
        """Make one POST request for an app. Network errors are part of the result."""
        try:
            target = parse_target(url)
        except ValueError:
            return CallResult(None, "the target is not a URL that can be called", permanent=True, cause="target")
        await self._slots.acquire(app_id)
        try:
            return await self._post(app_id, target, _request(target, headers, body))
        finally:
            self._slots.release(app_id)

    async def _post(self, app_id: str, target: Target, request: bytes) -> CallResult:
        try:
            async with asyncio.timeout(self._timeout) as deadline:
                response, connection = await self._exchange(app_id, target, request, deadline)
        except TimeoutError:
            return CallResult(None, f"no response within {self._timeout:g} seconds", cause="timeout")
        except TargetRefused as error:
            return CallResult(None, str(error), permanent=True, cause="address")
        except UnreadableResponse as error:
            return CallResult(None, str(error), cause="answer")
        except ssl.SSLError as error:
            return CallResult(None, f"TLS: {error.reason or 'failed'}", cause="tls")
        except (OSError, UnicodeError) as error:
            return CallResult(None, str(error) or type(error).__name__, cause=_cause(error))
        reader, writer = connection
        await response.read_body(reader)
        if response.reusable and not reader.at_eof():
            self._idle.keep(_origin(target), connection)
        else:
            writer.close()
        return CallResult(response.status, None, response.text)

    async def close(self) -> None:
        """Close the idle connections and cancel the lookups."""
        self._idle.close()
        self._resolver.close()
        await asyncio.sleep(0)

    async def _exchange(
        self, app_id: str, target: Target, request: bytes, deadline: asyncio.Timeout
    ) -> tuple[EndpointResponse, Connection]:
        kept = self._idle.take(_origin(target))
        if kept is not None:
            response = EndpointResponse()
            try:
                return await self._send(kept, request, response)
            except (OSError, UnreadableResponse):
                # The endpoint may have closed the connection before the request reached it. Once it has sent anything,
                # it did receive the request.
                if response.started:
                    raise
        return await self._send(await self._connect(app_id, target, deadline), request, EndpointResponse())

    async def _send(
        self, connection: Connection, request: bytes, response: EndpointResponse
    ) -> tuple[EndpointResponse, Connection]:
        reader, writer = connection
        try:
            writer.write(request)
            await writer.drain()
            await response.read_status(reader)
        except BaseException:
            writer.transport.abort()  # drops unsent bytes instead of waiting for them
            raise
        return response, connection

    async def _connect(self, app_id: str, target: Target, deadline: asyncio.Timeout) -> Connection:
        if target.address is not None:
            addresses = [target.address]
        else:
            addresses = await self._resolve(app_id, target.host, deadline)
        failure: Exception = OSError("the host name has no address")
        for address in addresses:
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
                failure = error
        raise failure

    async def _resolve(self, app_id: str, host: str, deadline: asyncio.Timeout) -> list[str]:
        lookup = self._resolver.look_up(app_id, host)
        if not lookup.started.done():
            # Waiting for a thread is our delay, not the endpoint's, so it does not count towards the timeout.
            deadline.reschedule(None)
            await asyncio.shield(lookup.started)
            deadline.reschedule(asyncio.get_running_loop().time() + self._timeout)
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


def _origin(target: Target) -> Origin:
    return target.encrypted, target.host, target.port


def _max_calls() -> int:
    """The number of calls that may be in flight: a quarter of the file descriptors that this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_CALLS if soft == resource.RLIM_INFINITY else max(_MIN_CALLS, min(_MAX_CALLS, soft // 4))


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"host: {target.authority}", f"content-length: {len(body)}"]
    if target.credentials is not None:
        lines.append(f"authorization: Basic {target.credentials}")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
