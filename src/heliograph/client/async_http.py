"""Sending by httpx."""

from __future__ import annotations

import time
from typing import Any

import httpx

from heliograph.client.exchange import Request
from heliograph.client.receiving import RawResponse
from heliograph.errors import ConnectionFailed, DecodeError, HeliographError, Timeout, TransportError

# Servers close what is idle after 5 seconds: a connection must not be used in the moment of its end.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=4.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class AsyncHttp:
    """Sends requests by an httpx client, its own or one that somebody brought."""

    def __init__(
        self,
        client: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
        proxy: str | httpx.URL | httpx.Proxy | None,
    ) -> None:
        self._owned = client is None
        self._client = client or httpx.AsyncClient(transport=transport, proxy=proxy, limits=LIMITS)

    async def send(self, request: Request) -> RawResponse:
        """The answer to one request.

        Raises:
            TransportError: none came.
            DecodeError: it cannot be unpacked.
        """
        prepared = httpx.Request(
            request.method,
            request.url,
            # Headers and credentials of a client that somebody brought go with ours, and ours win.
            headers={**self._client.headers, **request.headers},
            content=request.content,
            extensions={"timeout": httpx.Timeout(request.seconds()).as_dict()},
        )
        auth: Any = None if "authorization" in request.headers else httpx.USE_CLIENT_DEFAULT
        chunks = []
        try:
            response = await self._client.send(prepared, stream=True, auth=auth)
            try:
                async for chunk in response.aiter_bytes():
                    chunks.append(chunk)
                    if time.monotonic() > request.deadline:
                        raise httpx.ReadTimeout("the answer was not complete in time")
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, ValueError) as error:
            raise self._failure(error, request.operation) from error
        return RawResponse(response.status_code, response.headers, b"".join(chunks))

    def _failure(self, error: Exception, operation: str) -> HeliographError:
        """One of our errors for one of httpx's."""
        sent = not isinstance(error, _NEVER_SENT)
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if self._client.is_closed:
            return TransportError("the client is closed", operation, sent=False)
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


def open_async_http(
    base_url: str,
    client: httpx.AsyncClient | None,
    transport: httpx.AsyncBaseTransport | None,
    proxy: str | httpx.URL | httpx.Proxy | None,
) -> AsyncHttp:
    """What sends the requests of a client."""
    return AsyncHttp(client, transport, proxy)
