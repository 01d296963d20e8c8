"""Sends one webhook call over a connection that is opened only to an address that passed the network check.

Redirects are not followed, responses are not decompressed, and proxy settings of the environment are ignored.
"""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from heliograph.delivery.connector import Connector, described
from heliograph.delivery.fair_slots import FairSlots
from heliograph.delivery.idle_connections import Connection, IdleConnections, UrlOrigin
from heliograph.delivery.resolver import NameNotResolved
from heliograph.delivery.responses import EndpointResponse, UnreadableResponse
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target, parse_target

TIMEOUT_SECONDS = 20.0
_MIN_CALLS, _MAX_CALLS = 64, 1024
# With 1,024 slots, an app can call its ten webhooks eight times each.
_FRACTION = 8


@dataclass(frozen=True, slots=True)
class CallResult:
    """The result of a call: a status, or the error that prevented one. Permanent errors are not retried.

    `cause` is the kind of the error: address, connection, name, refused, response, target, timeout, or tls. `body` is
    the beginning of the response's body.
    """

    status: int | None
    error: str | None = None
    body: str | None = None
    permanent: bool = False
    cause: str | None = None


class WebhookSender:
    """Makes POST requests, and keeps connections open for the next one."""

    def __init__(self, allowed: Sequence[Network], timeout: float = TIMEOUT_SECONDS) -> None:
        self.timeout = timeout
        """The longest time of a call that begins now, in seconds."""
        self.connector = Connector(allowed, timeout)
        self.idle = IdleConnections()
        self._slots = FairSlots(_max_calls(), _FRACTION)

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
            async with asyncio.timeout(self.timeout) as deadline:
                response, connection = await self._exchange(app_id, target, request, deadline)
        except TimeoutError:
            return CallResult(None, f"no response within {self.timeout:g} seconds", cause="timeout")
        except TargetRefused as error:
            return CallResult(None, str(error), permanent=True, cause="address")
        except UnreadableResponse as error:
            return CallResult(None, str(error), cause="response")
        except ssl.SSLError as error:
            return CallResult(None, described(error), cause="tls")
        except (OSError, UnicodeError) as error:
            return CallResult(None, described(error), cause=_cause(error))
        reader, writer = connection
        await response.read_body(reader)
        if response.reusable and not reader.at_eof():
            self.idle.keep(_origin(target), connection)
        else:
            writer.close()
        return CallResult(response.status, None, response.text)

    async def close(self) -> None:
        """Close the idle connections and cancel the lookups."""
        self.idle.close()
        self.connector.close()
        await asyncio.sleep(0)

    async def _exchange(
        self, app_id: str, target: Target, request: bytes, deadline: asyncio.Timeout
    ) -> tuple[EndpointResponse, Connection]:
        kept = self.idle.take(_origin(target))
        if kept is not None:
            response = EndpointResponse()
            try:
                return await self._send(kept, request, response)
            except (OSError, UnreadableResponse):
                # The endpoint may have closed the connection before the request reached it. Once it has sent anything,
                # it did receive the request.
                if response.started:
                    raise
        return await self._send(await self.connector.connect(app_id, target, deadline), request, EndpointResponse())

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


def _cause(error: Exception) -> str:
    match error:
        case NameNotResolved():
            return "name"
        case ConnectionRefusedError():
            return "refused"
    return "connection"


def _origin(target: Target) -> UrlOrigin:
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
