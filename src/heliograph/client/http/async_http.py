"""Sends requests with httpx."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

import httpx

from heliograph.client import forks
from heliograph.client.exchange import HttpRequest
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

# Servers commonly close idle connections after 5 seconds: stop reusing a connection before that.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=4.0)
# Modules that httpx imports during the first request.
_FIRST_REQUEST = ("httpcore", "encodings.idna", "httpcore._backends.anyio", "anyio._backends._asyncio", "sniffio")
_inherited: list[httpx.AsyncClient] = []
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class AsyncOpenResponse(NamedTuple):
    """A response whose body has not been read yet."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class AsyncHttp:
    """Sends requests with an httpx client, either its own (`owned`) or one of the caller."""

    def __init__(self, client: httpx.AsyncClient, *, owned: bool) -> None:
        self._owned = owned
        self._client = client

    async def send(self, request: HttpRequest) -> RawResponse:
        """Send a request; returns the complete response.

        Raises:
            TransportError: no complete response arrived.
            DecodeError: the response cannot be decompressed.
        """
        chunks = []
        async with self.open(request) as response:
            async for chunk in response.chunks:
                chunks.append(chunk)
                if time.monotonic() > request.deadline:
                    raise httpx.ReadTimeout("the response was not complete in time")
        return RawResponse(response.status, response.headers, b"".join(chunks))

    @contextlib.asynccontextmanager
    async def open(self, request: HttpRequest) -> AsyncIterator[AsyncOpenResponse]:
        """Send a request and return the response when its headers have arrived; the body is read in chunks.

        Raises:
            TransportError: no complete response arrived.
            DecodeError: the response cannot be decompressed.
        """
        outgoing = httpx.Request(
            request.method,
            request.url,
            # Headers and credentials of the caller's httpx client are sent too; ours take precedence.
            headers={**self._client.headers, **request.headers},
            content=request.content,
            extensions={"timeout": httpx.Timeout(request.seconds()).as_dict(), "trace": _track},
        )
        auth: Any = None if "authorization" in request.headers else httpx.USE_CLIENT_DEFAULT
        try:
            response = await self._client.send(outgoing, stream=True, auth=auth)
            try:
                yield AsyncOpenResponse(response.status_code, response.headers, response.aiter_bytes())
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, ValueError) as error:
            raise self._failure(error, request.operation) from error

    def _failure(self, error: Exception, operation: str) -> HeliographError:
        """The error of this package for an exception of httpx."""
        sent = not isinstance(error, _NEVER_SENT)
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if self._client.is_closed:
            return ClientUnusable("the client is closed", operation, sent=False)
        if isinstance(error, httpx.TimeoutException):
            return Timeout(f"no response in time: {reason}", operation, sent=sent)
        if isinstance(error, httpx.DecodingError):
            return DecodeError(f"the response cannot be decompressed: {reason}", operation)
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError):
            return ConnectionFailed(f"the connection failed: {reason}", operation, sent=sent)
        return TransportError(reason, operation, sent=sent)

    async def aclose(self) -> None:
        """Close the httpx client if it is owned."""
        if self._owned:
            await self._client.aclose()

    def abandon(self) -> None:
        """Discard connections inherited from another process without closing them there."""
        # Closing them could block on locks of threads that do not exist in this process, and would use the parent's
        # event loop; so would some destructors, hence the reference.
        _inherited.append(self._client)


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
    """Returns a function that opens an httpx client, or always returns the client or transport of the caller.

    Raises:
        InvalidArgument: the proxy URL is invalid.
    """
    if client is not None or transport is not None:
        shared = AsyncHttp(client or httpx.AsyncClient(transport=transport), owned=client is None)
        return lambda: shared
    try:
        through = httpx.Proxy(proxy) if isinstance(proxy, str | httpx.URL) else proxy
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidArgument(f"invalid proxy URL: {error}") from None
    forks.preload(*_FIRST_REQUEST)
    trust = Trust()
    secure = base_url.startswith("https:")

    def open_client() -> AsyncHttp:
        # Loading certificates takes longer than a request, so skip it if the API is not called over TLS.
        verify = trust.context() if secure else False
        return AsyncHttp(httpx.AsyncClient(proxy=through, limits=LIMITS, verify=verify), owned=True)

    return open_client
