"""Sending by httpx."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

import httpx

from heliograph.client import forks
from heliograph.client.exchange import Request
from heliograph.client.http.trust import Trust
from heliograph.client.response import RawResponse
from heliograph.errors import (
    ClientUnusable,
    ConnectionFailed,
    DecodeError,
    HeliographError,
    InvalidArgument,
    Timeout,
    TransportError,
)

# Servers close what is idle after 5 seconds: a connection must not be used in the moment of its end.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=4.0)
# What httpx imports no earlier than for a request.
_FIRST_REQUEST = ("httpcore", "encodings.idna", "httpcore._backends.anyio", "anyio._backends._asyncio", "sniffio")
_abandoned: list[httpx.AsyncClient] = []
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class AsyncOpenResponse(NamedTuple):
    """A response whose body is still to come."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class AsyncHttp:
    """Sends requests by an httpx client, its own or one that somebody brought."""

    def __init__(self, client: httpx.AsyncClient, *, owned: bool) -> None:
        self._owned = owned
        self._client = client

    async def send(self, request: Request) -> RawResponse:
        """The answer to one request.

        Raises:
            TransportError: none came.
            DecodeError: it cannot be unpacked.
        """
        chunks = []
        async with self.open(request) as response:
            async for chunk in response.chunks:
                chunks.append(chunk)
                if time.monotonic() > request.deadline:
                    raise httpx.ReadTimeout("the answer was not complete in time")
        return RawResponse(response.status, response.headers, b"".join(chunks))

    @contextlib.asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[AsyncOpenResponse]:
        """The answer to one request, without its body, which is read as it comes.

        Raises:
            TransportError: no answer came, or its body breaks off.
            DecodeError: it cannot be unpacked.
        """
        prepared = httpx.Request(
            request.method,
            request.url,
            # Headers and credentials of a client that somebody brought go with ours, and ours win.
            headers={**self._client.headers, **request.headers},
            content=request.content,
            extensions={"timeout": httpx.Timeout(request.seconds()).as_dict(), "trace": _track},
        )
        auth: Any = None if "authorization" in request.headers else httpx.USE_CLIENT_DEFAULT
        try:
            response = await self._client.send(prepared, stream=True, auth=auth)
            try:
                yield AsyncOpenResponse(response.status_code, response.headers, response.aiter_bytes())
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, ValueError) as error:
            raise self._failure(error, request.operation) from error

    def _failure(self, error: Exception, operation: str) -> HeliographError:
        """One of our errors for one of httpx's."""
        sent = not isinstance(error, _NEVER_SENT)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if self._client.is_closed:
            return ClientUnusable("the client is closed", operation, sent=False)
        if isinstance(error, httpx.TimeoutException):
            return Timeout(f"no answer in time: {said}", operation, sent=sent)
        if isinstance(error, httpx.DecodingError):
            return DecodeError(f"the answer cannot be unpacked: {said}", operation)
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError):
            return ConnectionFailed(f"the connection failed: {said}", operation, sent=sent)
        return TransportError(said, operation, sent=sent)

    async def aclose(self) -> None:
        """Close the connections, if they are ours."""
        if self._owned:
            await self._client.aclose()

    def abandon(self) -> None:
        """Give up the connections of another process without closing them for it."""
        # To close them would wait for locks of threads that do not exist here, and speak to the parent's event loop.
        # So would some of the destructors.
        _abandoned.append(self._client)


async def _track(event: str, info: Mapping[str, Any]) -> None:
    """Called by httpx at each step of a request."""
    if event.endswith(".connect_tcp.complete"):
        opened = info["return_value"].get_extra_info("socket")
        if opened is not None:
            forks.track(opened.fileno())


def async_opener(
    base_url: str,
    client: httpx.AsyncClient | None,
    transport: httpx.AsyncBaseTransport | None,
    proxy: str | httpx.URL | httpx.Proxy | None,
) -> Callable[[], AsyncHttp]:
    """What opens connections by httpx. What somebody brought is the same each time.

    Raises:
        InvalidArgument: the proxy is not one.
    """
    if client is not None or transport is not None:
        brought = AsyncHttp(client or httpx.AsyncClient(transport=transport), owned=client is None)
        return lambda: brought
    try:
        through = httpx.Proxy(proxy) if isinstance(proxy, str | httpx.URL) else proxy
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidArgument(f"proxy is not the URL of a proxy: {error}") from None
    forks.preload(*_FIRST_REQUEST)
    trust = Trust()
    secure = base_url.startswith("https:")

    def open_client() -> AsyncHttp:
        # Without TLS to the API no certificates are loaded, which takes longer than a request.
        verify = trust.context() if secure else False
        return AsyncHttp(httpx.AsyncClient(proxy=through, limits=LIMITS, verify=verify), owned=True)

    return open_client
