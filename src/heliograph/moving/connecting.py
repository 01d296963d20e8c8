"""The clients of the two servers between which records are moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from heliograph import AsyncClient, BasicAuth
from heliograph.client.http.async_http import LIMITS
from heliograph.client.http.trust import Trust
from heliograph.errors import UsageError

MOST_BYTES = 16 << 20
"""The maximum size of a response. A page of the largest messages has 10 MB."""


@asynccontextmanager
async def connected(url: str, key_id: str, key_secret: str) -> AsyncIterator[AsyncClient]:
    """A client that reads only responses of a limited size: a larger response is a UsageError.

    The client does not retry. `Pace` does, so that all calls wait together when the rate limit is exceeded.
    """
    verify = Trust().context() if url.startswith("https:") else False
    # Decompressed, a small response could have any size.
    plain = {"accept-encoding": "identity"}
    async with (
        httpx.AsyncClient(limits=LIMITS, verify=verify, event_hooks={"response": [_limit]}) as http,
        AsyncClient(url, auth=BasicAuth(key_id, key_secret), max_retries=0, headers=plain, http_client=http) as client,
    ):
        yield client


async def _limit(response: httpx.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise UsageError(f"the response of {response.url} is compressed, although the request does not accept that")
    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = _Limited(response.stream, str(response.url))


class _Limited(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, url: str) -> None:
        self._stream = stream
        self._url = url

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise UsageError(f"the response of {self._url} has more than {MOST_BYTES >> 20} MB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
